package dev.cairn.api.command;

/**
 * What the append log and replicas are told of a change. Main thread.
 *
 * <p>A write command that changed something is logged with the words that it came with, unless its handler says otherwise here: a command
 * that depends on the time, on chance or on other clients is logged as one that does the same wherever and whenever it is repeated, such
 * as {@code PEXPIREAT} for {@code EXPIRE}, {@code SREM} for {@code SPOP}. The commands that are given stand for the one that is being
 * executed, in their order, and are taken whole or not at all by whoever reads the log.
 *
 * <p>What is changed outside of the handler of a command, such as by a timer or when a blocked client is served, has no words of its own:
 * it is logged only by what is said here.
 */
public interface Effects {
    /** Has nothing logged for the command that is being executed, though it changed something. */
    Effects none();

    /** Adds a command to those that are logged in place of the one being executed: its name and arguments, copied. */
    Effects command(Bytes... words);
}
