package ${package};

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.SocketConnection;

/**
 * A connection whose bytes go over the wire inverted. Main thread but for {@link #read} and {@link #write} while it is lent.
 *
 * <p>A byte becomes one byte, so what was not sent is simply inverted again when it is offered again. A transport that frames or encrypts
 * keeps what it has made of bytes that count as not written.
 */
final class ExampleConnection extends SocketConnection {
    private static final int PIECE = 16 << 10;

    private final MemorySegment wire = Arena.ofAuto().allocate(PIECE);

    /** Takes over an accepted socket, unless that fails. */
    ExampleConnection(ConnectionType type, Loop loop, SocketCalls calls, Listener listener, int descriptor, IpEnds ends) throws IOException {
        super(type, loop, calls, listener, descriptor, ends);
    }

    @Override
    public int read(MemorySegment into, long offset, int length) throws IOException {
        int n = super.read(into, offset, length);
        for (long i = offset; i < offset + n; i++) {
            into.set(ValueLayout.JAVA_BYTE, i, (byte) ~into.get(ValueLayout.JAVA_BYTE, i));
        }
        return n;
    }

    @Override
    public int write(MemorySegment from, long offset, int length) throws IOException {
        int total = 0;
        while (total < length) {
            int piece = Math.min(PIECE, length - total);
            for (int i = 0; i < piece; i++) {
                wire.set(ValueLayout.JAVA_BYTE, i, (byte) ~from.get(ValueLayout.JAVA_BYTE, offset + total + i));
            }
            int n = super.write(wire, 0, piece);
            total += n;
            if (n < piece) {
                break;
            }
        }
        return total;
    }
}
