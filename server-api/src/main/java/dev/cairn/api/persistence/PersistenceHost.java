package dev.cairn.api.persistence;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.CommandError;

/** What the server does for persistence. Main thread. */
public interface PersistenceHost extends ReplayTarget {
    /**
     * Sends the stream of commands to a log from now on. Between commands only, as in {@link Persistence#beforeReplies}: so the log begins
     * where a snapshot that is begun at the same time ends.
     */
    void attach(CommandLog log);

    /** Sends the stream to a log no more. Between commands only. */
    void detach(CommandLog log);

    /** Bytes of the stream that went to logs so far. */
    long offset();

    /** Whether a snapshot can be begun: none is going on, and what the last one has left is cleared. */
    boolean snapshotPossible();

    /**
     * Begins a snapshot of all databases as they are now. Between commands only.
     *
     * @throws IllegalStateException when {@link #snapshotPossible} is false
     */
    void snapshot(SnapshotWriter writer);

    /** Ends the snapshot that is going on, if any, without an end; {@link SnapshotWriter#aborted} is not called. */
    void cancelSnapshot();

    /** Deletes all keys of all databases, without an event. */
    void clear();

    /** Refuses commands that write, and PING, with this error; null accepts them again. */
    void refuseWrites(@Nullable CommandError error);

    /** Ends the server at once with an exit code of 1, because the promise that the configuration makes cannot be kept. */
    void terminate(String reason);
}
