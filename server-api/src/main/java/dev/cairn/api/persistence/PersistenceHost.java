package dev.cairn.api.persistence;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.CommandError;

/** What the server does for persistence. Main thread. */
public interface PersistenceHost {
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

    /** Says that loading begins. Commands that are not allowed meanwhile are refused, keys do not expire, nothing is logged. */
    void beginLoading(long totalBytes);

    /** Says that loading has ended. */
    void endLoading();

    /** Deletes all keys of all databases, without an event. */
    void clear();

    /**
     * Executes commands in RESP that lie whole in memory. The time stands still at 1970 for them: no moment that they name is over, and no key
     * expires before a command that says so.
     *
     * @param database the database that is selected before the first one
     * @return null, or what is wrong with them: a malformed command or an unknown one, where those before it are executed
     */
    @Nullable
    String replay(MemorySegment memory, long offset, long length, int database);

    /**
     * Tells how much was loaded, and serves clients for a moment; their commands are refused but for those that loading allows.
     *
     * @param bytes bytes loaded since {@link #beginLoading}
     * @return false when the server is to end: loading stops then
     */
    boolean progress(long bytes);

    /** Commands executed by {@link #replay} since {@link #beginLoading}. */
    long replayed();

    /** Refuses commands that write, and PING, with this error; null accepts them again. */
    void refuseWrites(@Nullable CommandError error);

    /** Ends the server at once with an exit code of 1, because the promise that the configuration makes cannot be kept. */
    void terminate(String reason);
}
