package dev.cairn.transport.tls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Spare buffers of a thread, so that a connection holds one only while it has something in it. For one thread, but a buffer may be given
 * back to another thread's.
 *
 * <p>The engine works on arrays: the JDK's AES-GCM and ChaCha20 read and write arrays in place, and copy what is in direct buffers by way
 * of temporary arrays. Between an array and the socket bytes go by way of {@link #wire}.
 */
final class Buffers {
    /** Bytes of a buffer: two records of the largest size. */
    static final int SIZE = 34 << 10;
    private static final int MOST_SPARE = 64;
    private static final ThreadLocal<Buffers> OF_THREAD = ThreadLocal.withInitial(Buffers::new);

    private final MemorySegment wire = Arena.ofAuto().allocate(SIZE, 64);
    private final ByteBuffer[] spare = new ByteBuffer[MOST_SPARE];
    private int spares;

    private Buffers() {
    }

    /** This thread's. */
    static Buffers ofThread() {
        return OF_THREAD.get();
    }

    /** Native memory for what a socket receives or sends; nothing stays in it between two calls. */
    MemorySegment wire() {
        return wire;
    }

    /** Takes an empty buffer. */
    ByteBuffer take() {
        if (spares == 0) {
            return ByteBuffer.allocate(SIZE);
        }
        ByteBuffer buffer = spare[--spares];
        buffer.clear();
        return buffer;
    }

    /** Gives a buffer back. */
    void give(ByteBuffer buffer) {
        if (spares < MOST_SPARE) {
            spare[spares++] = buffer;
        }
    }
}
