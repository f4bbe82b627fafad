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

    /** Whether anybody is told at all; where not, what is said here costs nothing, and its words need not be made. */
    boolean wanted();

    /**
     * Begins a command of so many words, its name included, which stands with others in place of the one being executed. Exactly so many
     * calls of {@link #word} follow, nothing else in between.
     */
    Effects begin(int words);

    /** Adds a word to the command that was begun, copied at once. */
    Effects word(Bytes word);

    /** Adds a word to the command that was begun: the number in its decimal form. */
    Effects word(long number);

    /** Adds a command to those that are logged in place of the one being executed: its name and arguments, copied. */
    default Effects command(Bytes... words) {
        begin(words.length);
        for (Bytes w : words) {
            word(w);
        }
        return this;
    }
}
