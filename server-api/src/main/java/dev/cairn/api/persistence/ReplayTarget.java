package dev.cairn.api.persistence;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

/** What a log is loaded into: the server, or a tool that only looks whether it could be. One thread, in the server main. */
public interface ReplayTarget {
    /** Says that loading begins. Commands that are not allowed meanwhile are refused, keys do not expire, nothing is logged. */
    void beginLoading(long totalBytes);

    /** Says that loading has ended. */
    void endLoading();

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
}
