package dev.cairn.persistence.aof;

import java.lang.invoke.MethodHandle;
import java.util.Objects;

import dev.cairn.structures.LibC;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that the library has mapped. Any thread.
 *
 * @param store the library's mapping
 * @param start its first byte in the file
 * @param end the byte behind its last
 * @param address where it begins in memory
 */
record Window(@Nullable BytesStore<?, ?> store, long start, long end, long address) {
    /** None yet. */
    static final Window NONE = new Window(null, 0, 0, 0);

    private static final MethodHandle MADVISE = LibC.blocking("madvise");
    private static final int RANDOM = 1;
    private static final int POPULATE_WRITE = 23;

    /** The window that the library uses now; this one where it is the same. */
    Window of(Bytes<?> bytes) {
        BytesStore<?, ?> now = Objects.requireNonNull(bytes.bytesStore());
        if (now == store) {
            return this;
        }
        return new Window(now, now.start(), now.start() + now.capacity(), now.addressForRead(now.start()));
    }

    private void advise(long from, long bytes, int advice) {
        LibC.call(MADVISE, LibC.newErrno(), address + (from - start), bytes, advice, 0, 0, 0);
    }

    /**
     * Has the system bring pages into memory, ready to be written, as far as they lie in the window. An older system cannot; and where the
     * library has given the window back meanwhile the system refuses, or readies memory of the process that it need not. Both do no harm.
     *
     * @param singly whether pages are to come one by one. The system writes a page of its cache as a whole, and a large one, of up to 2 MB,
     *        with each force of a small record; large ones cost less where forces are rare
     */
    void touch(long from, long bytes, boolean singly) {
        long to = Math.min(from + bytes, end);
        if (from >= start && from < to) {
            if (singly) {
                advise(from, to - from, RANDOM);
            }
            advise(from, to - from, POPULATE_WRITE);
        }
    }
}
