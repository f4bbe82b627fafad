package dev.cairn.distribution.differential;

import dev.cairn.distribution.support.Escape;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * One command of a stream.
 *
 * @param connection the connection that sends it, 0 or 1
 * @param arguments  the command's name and arguments
 * @param comparison how the two servers' replies are compared
 * @param replies    how many replies it has: 1, or 0 after CLIENT REPLY OFF and the like, or {@link #ALL_SO_FAR}
 */
record Step(int connection, List<byte[]> arguments, Comparison comparison, int replies) {

    /** Stands for all that the connection gets up to the reply to this very command: replies left unread, and messages. */
    static final int ALL_SO_FAR = -1;
    /** The text of the reply that ends those. */
    static final String LAST = "that was all";

    /** Reads what a connection got that no step has read, compared in one list. */
    static Step rest() {
        return new Step(0, RespClient.command("PING", LAST), Comparison.EXACT, ALL_SO_FAR);
    }

    /** A command on the first connection whose replies must be equal. */
    static Step of(String... arguments) {
        return new Step(0, RespClient.command(arguments), Comparison.EXACT, 1);
    }

    /** A command with binary arguments on the first connection whose replies must be equal. */
    static Step of(List<byte[]> arguments) {
        return new Step(0, List.copyOf(arguments), Comparison.EXACT, 1);
    }

    Step compared(Comparison by) {
        return new Step(connection, arguments, by, replies);
    }

    Step on(int other) {
        return new Step(other, arguments, comparison, replies);
    }

    Step unanswered() {
        return new Step(connection, arguments, comparison, 0);
    }

    /** Whether the candidate's reply to this command is right, given the reference's. */
    boolean accepts(RespReply reference, RespReply candidate) {
        return comparison.matches().test(reference, candidate) || AllowedDifferences.allow(new Mismatch(0, this, reference, candidate));
    }

    /** The command's name in upper case, with the subcommand of a container command. */
    String name() {
        String name = argument(0);
        boolean container = switch (name) {
            case "OBJECT", "CLIENT", "CONFIG", "COMMAND", "PUBSUB" -> arguments.size() > 1;
            default -> false;
        };
        return container ? name + ' ' + argument(1) : name;
    }

    /** An argument in upper case; empty when there is none. */
    String argument(int index) {
        return index < arguments.size() ? new String(arguments.get(index), StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT) : "";
    }

    @Override
    public String toString() {
        return (connection == 0 ? "" : "(second connection) ") + Escape.command(arguments);
    }
}
