package dev.cairn.transport.unix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.cairn.sockets.SocketAddress;

/**
 * The path of a Unix socket as {@code struct sockaddr_un} has it. Immutable.
 *
 * @param path the path's bytes, at most {@link #LONGEST}
 */
record UnixAddress(byte[] path) implements SocketAddress {
    private static final int AF_UNIX = 1;
    private static final int HEADER = Short.BYTES;
    /** The longest path, bytes; the structure has room for one more, a zero. */
    static final int LONGEST = 107;

    @Override
    public int family() {
        return AF_UNIX;
    }

    @Override
    public int write(MemorySegment into) {
        into.fill((byte) 0);
        into.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, into, ValueLayout.JAVA_BYTE, HEADER, path.length);
        return HEADER + path.length + 1;
    }
}
