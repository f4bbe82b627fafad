package dev.cairn.transport.unix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

import dev.cairn.sockets.Ends;
import dev.cairn.sockets.SocketCalls;
import org.jspecify.annotations.Nullable;

/** The ends of a connection over a Unix socket: both are shown as the socket's path. Main thread. */
final class UnixEnds implements Ends {
    private static final int CREDENTIALS = 3 * Integer.BYTES;

    private final SocketCalls calls;
    private final int descriptor;
    private final String address;
    private @Nullable Optional<String> identity;

    UnixEnds(SocketCalls calls, int descriptor, String address) {
        this.calls = calls;
        this.descriptor = descriptor;
        this.address = address;
    }

    @Override
    public String peer() {
        return address;
    }

    @Override
    public String local() {
        return address;
    }

    @Override
    public boolean loopback() {
        return true;
    }

    /** The process that has connected, with its user and group then, as the kernel vouches for them. */
    @Override
    public Optional<String> identity() {
        Optional<String> known = identity;
        if (known == null) {
            known = credentials();
            identity = known;
        }
        return known;
    }

    private Optional<String> credentials() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment read = arena.allocate(CREDENTIALS, Integer.BYTES);
            if (!calls.get(descriptor, SocketCalls.SOL_SOCKET, SocketCalls.SO_PEERCRED, read)) {
                return Optional.empty();
            }
            return Optional.of("pid:" + read.getAtIndex(ValueLayout.JAVA_INT, 0) + ",uid:"
                    + Integer.toUnsignedString(read.getAtIndex(ValueLayout.JAVA_INT, 1)) + ",gid:"
                    + Integer.toUnsignedString(read.getAtIndex(ValueLayout.JAVA_INT, 2)));
        }
    }
}
