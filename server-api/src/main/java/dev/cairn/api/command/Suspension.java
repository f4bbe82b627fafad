package dev.cairn.api.command;

import java.util.List;
import java.util.Optional;

import dev.cairn.api.data.DataType;

/**
 * How a blocked client is woken. Everything runs on the main thread.
 *
 * @param timeoutMillis milliseconds until {@code timedOut} runs; 0 waits for ever
 * @param keys keys of the client's database whose changes wake it, may be empty; retained by the server
 * @param type the type that a key must hold to wake the client; empty for any
 * @param wakeOnDelete whether a deletion of a key or a change of its type wakes the client, too
 * @param ready runs when a key is ready or the ticket is signalled
 * @param timedOut gives the reply after the time is over; its result is not used
 * @param gone runs instead of the others when the wait is over without them: the client disconnects while it is blocked, CLIENT UNBLOCK
 *        replies with an error, or a newer version of the module takes over, which begins the command anew if that waits for keys and has
 *        changed nothing
 */
public record Suspension(long timeoutMillis, List<Bytes> keys, Optional<DataType> type, boolean wakeOnDelete, Resume ready, Resume timedOut,
        Runnable gone) {
    /** A step of a blocked client. */
    @FunctionalInterface
    public interface Resume {
        /**
         * Tries to serve the client.
         *
         * @return true when the reply was given and the client goes on; false when nothing was replied and it stays blocked
         */
        boolean resume(Call call, Reply out);
    }

    public Suspension {
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException("timeout " + timeoutMillis + " ms: want 0 or more");
        }
        keys = keys.stream().map(Bytes::retain).toList();
    }

    /** A suspension that a key of any type ends. */
    public Suspension(long timeoutMillis, List<Bytes> keys, boolean wakeOnDelete, Resume ready, Resume timedOut, Runnable gone) {
        this(timeoutMillis, keys, Optional.empty(), wakeOnDelete, ready, timedOut, gone);
    }
}
