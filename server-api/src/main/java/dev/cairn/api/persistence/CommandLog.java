package dev.cairn.api.persistence;

import java.lang.foreign.MemorySegment;

/**
 * Takes the stream of commands that repeat every change of the keyspace, as a log or a replica does. Main thread.
 *
 * <p>A client's commands come once a turn of the loop, in the order of their execution, before any reply of that turn is written.
 */
public interface CommandLog {
    /**
     * Takes commands in RESP, whole ones only, and a transaction whole. Must not throw: what cannot be written is the log's to keep.
     *
     * @param memory the segment that holds the commands; what is wanted of it after the return is copied
     * @param offset where the first one begins
     * @param length bytes of all
     * @param database the database that is selected before the first one; {@code SELECT} is part of the stream
     */
    void append(MemorySegment memory, long offset, long length, int database);
}
