package dev.cairn.persistence.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** The file of an increment that is being written. Main thread, but for {@link #force}, {@link #prepare} and {@link #close}. */
interface LogFile extends Closeable {
    /** Bytes behind the last record: the header of the next document, which is 0, tells the end. */
    int END_MARK = 4;

    /** Opens new ones. */
    interface Opener {
        /**
         * Makes an increment's directory and its file, with everything that does not depend on when it is begun. Any thread.
         *
         * @param forced as in {@link #prepare}
         * @throws IOException when that is not possible, as without space
         */
        LogFile open(Path directory, boolean forced) throws IOException;
    }

    /**
     * Begins with an empty record of the given number, and forces it. Nothing was appended before.
     *
     * @param millis wall clock, ms since 1970
     */
    void begin(long sequence, long millis) throws IOException;

    /**
     * Appends one record, whole or not at all.
     *
     * @throws IOException when there is no space; nothing is written then
     */
    void append(long address, int length) throws IOException;

    /** Where the next record begins: the bytes in use. */
    long position();

    /** Whether it is time to {@link #prepare} what the next records go to. */
    boolean wantsPreparing();

    /**
     * Makes ready what the next records go to: reserves space in the file system, and touches the memory ahead of the records, so that
     * appending waits for neither. One caller at a time, any thread.
     *
     * @param forced whether records will be forced one by one: the blocks are written once before, so that a force of a record is a
     *        write of its pages and no change of the file system's metadata
     */
    void prepare(boolean forced) throws IOException;

    /** Forces to disk what was appended so far. Any thread. */
    void force() throws IOException;

    /** Ends the appending, on the main thread. {@link #close} follows. */
    void end();

    /** Forces everything to disk, gives back the space that was reserved too much, and closes the file. Any thread. */
    @Override
    void close() throws IOException;
}
