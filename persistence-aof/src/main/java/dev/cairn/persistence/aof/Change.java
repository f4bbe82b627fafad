package dev.cairn.persistence.aof;

import java.time.Instant;
import java.util.List;

/**
 * What one turn of the server's event loop has changed, whole; or a piece of the keys that a base holds. Immutable; safe on any thread.
 *
 * @param sequence number of its last record; reading goes on at the next. Of a piece of the base, the last number that the base includes
 * @param millis wall clock of the server, ms since 1970; of a piece of the base, when the base was written
 * @param base whether this is a piece of the base
 * @param commands in their order, without {@code SELECT}: each tells its database. A transaction is there with {@code MULTI} and {@code EXEC}
 */
public record Change(long sequence, long millis, boolean base, List<Command> commands) {
    /** The change, whose list is copied. */
    public Change {
        commands = List.copyOf(commands);
    }

    /** The time of it. */
    public Instant time() {
        return Instant.ofEpochMilli(millis);
    }
}
