package dev.cairn.api.command;

import java.util.Locale;

import dev.cairn.api.data.Keyspace;

/** The context of one execution of a command; dies when the handler returns. Main thread. */
public interface Call {
    /** The client that sent the command. */
    Client client();

    /** The database that the client has selected. */
    Keyspace keyspace();

    /**
     * Another database.
     *
     * @throws CommandError when there is no database of that index
     */
    Keyspace keyspace(int database);

    /** Number of databases. */
    int databases();

    /** The command being executed. */
    CommandSpec command();

    /** Executes other commands on the database that the client has selected, as part of this one. */
    default Outcall outcall() {
        throw new UnsupportedOperationException("this server executes no commands for modules");
    }

    /** Sends messages to those who have subscribed; what the client gets itself comes after this command's reply. */
    Publisher publisher();

    /** The error for a number of arguments that the arity allows and the command does not, such as a field without its value. */
    default CommandError wrongArity() {
        return CommandError.err("wrong number of arguments for '" + command().name().toLowerCase(Locale.ROOT) + "' command");
    }

    /** Wall clock in milliseconds since 1970, frozen for the time of the command or the transaction. */
    long now();

    /** Wall clock in microseconds since 1970, read afresh. */
    long micros();

    /** What the append log and replicas are told in place of the command's own words, for the database that the client has selected. */
    default Effects effects() {
        return keyspace().effects();
    }

    /** Keeps an argument from whoever is shown the command, such as MONITOR and the slow log: it holds a secret. */
    default void redact(int argument) {
    }

    /**
     * Lets the server see to its other clients for a moment; a handler that may run for long calls it now and then, between two steps that
     * leave its data in order. Once the command has run for {@code busy-reply-threshold} milliseconds, other clients are served: all but
     * few of their commands are answered with {@code BUSY}. The keyspace is as the handler left it, but the time and what clients have
     * connected may differ afterwards.
     */
    default void breathe() {
    }

    /** Whether the command runs inside EXEC, where it must not block. */
    boolean inTransaction();

    /**
     * Blocks the client until something wakes it; the handler gives no reply then. Inside a transaction this is an error: ask
     * {@link #inTransaction} first.
     */
    Ticket suspend(Suspension suspension);
}
