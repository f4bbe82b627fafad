package dev.cairn.persistence.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** The file of an increment that is being written. Main thread, but for {@link #force}, {@link #reserve} and {@link #close}. */
interface LogFile extends Closeable {
    /** Bytes behind the last record: the header of the next document, which is 0, tells the end. */
    int END_MARK = 4;

    /** Opens new ones. */
    interface Opener {
        /**
         * Makes an increment's directory and its file, which begins with an empty record of the given number.
         *
         * @throws IOException when that is not possible, as without space
         */
        LogFile open(Path directory, long sequence, long millis) throws IOException;
    }

    /**
     * Appends one record, whole or not at all.
     *
     * @throws IOException when there is no space; nothing is written then
     */
    void append(long address, int length) throws IOException;

    /** Where the next record begins: the bytes in use. */
    long position();

    /** Bytes that can be appended without asking the file system for more. */
    long room();

    /** Asks the file system for more space ahead. Any thread. */
    void reserve() throws IOException;

    /** Forces to disk what was appended so far. Any thread. */
    void force() throws IOException;

    /** Ends the appending, on the main thread. {@link #close} follows. */
    void end();

    /** Forces everything to disk, gives back the space that was reserved too much, and closes the file. Any thread. */
    @Override
    void close() throws IOException;
}
