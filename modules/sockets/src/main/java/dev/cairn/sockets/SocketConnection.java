package dev.cairn.sockets;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.Optional;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;

/** A connection over an open socket of any family. Main thread but for {@link #read} and {@link #write} while it is lent. */
public class SocketConnection implements Connection {
    private final ConnectionType type;
    private final Socket socket;
    private final Listener listener;
    private final Ends ends;
    private final Loop.Watch watch;
    private final MemorySegment capturedOnMain;
    private @Nullable Runnable readable;
    private @Nullable Runnable writable;
    private boolean writesFirst;
    private boolean lent;
    private boolean closed;

    /**
     * Takes over an open non-blocking socket, unless that fails.
     *
     * @param calls the system calls of the main thread
     * @param listener what has accepted it
     */
    @SuppressWarnings("this-escape") // the loop calls only in a later turn
    public SocketConnection(ConnectionType type, Loop loop, SocketCalls calls, Listener listener, int descriptor, Ends ends)
            throws IOException {
        this.type = type;
        this.listener = listener;
        this.ends = ends;
        this.capturedOnMain = calls.captured();
        this.socket = new Socket(descriptor);
        this.watch = loop.watch(descriptor, this::ready);
    }

    @Override
    public final ConnectionType type() {
        return type;
    }

    @Override
    public final Optional<Listener> listener() {
        return Optional.of(listener);
    }

    @Override
    public final String peer() {
        return ends.peer();
    }

    @Override
    public final String local() {
        return ends.local();
    }

    @Override
    public final boolean loopback() {
        return ends.loopback();
    }

    @Override
    public Optional<String> peerIdentity() {
        return ends.identity();
    }

    @Override
    public final int descriptor() {
        return socket.descriptor();
    }

    @Override
    public int read(MemorySegment into, long offset, int length) throws IOException {
        int n = receive(address(into, offset, length), length);
        Reference.reachabilityFence(into);
        return n;
    }

    @Override
    public int write(MemorySegment from, long offset, int length) throws IOException {
        int n = send(address(from, offset, length), length);
        Reference.reachabilityFence(from);
        return n;
    }

    /**
     * Receives from the socket what is there.
     *
     * @return bytes received, 0 when there are none now, -1 at the end
     */
    protected final int receive(long address, int length) throws IOException {
        return socket.receive(address, length, captured());
    }

    /**
     * Sends by the socket what there is room for.
     *
     * @return bytes sent, 0 when there is no room now
     */
    protected final int send(long address, int length) throws IOException {
        return socket.send(address, length, captured());
    }

    @Override
    public void onReadable(@Nullable Runnable handler) {
        readable = handler;
        updateInterest();
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder order) {
        writable = handler;
        writesFirst = order == WriteOrder.BEFORE_READ;
        updateInterest();
    }

    @Override
    public final void lend() {
        assert !closed && !lent;
        lent = true;
        watch.interest(false, false);
    }

    @Override
    public void settle() {
        lent = false;
        updateInterest();
    }

    /** Whether another thread has it. */
    protected final boolean lent() {
        return lent;
    }

    /** Whether it is closed. */
    protected final boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            assert !lent : "closed while another thread uses it";
            closed = true;
            readable = null;
            writable = null;
            watch.close();
            socket.close();
        }
    }

    private void updateInterest() {
        if (!lent && !closed) {
            watch.interest(readable != null, writable != null);
        }
    }

    /** Runs the handlers. Each may close or lend the connection or change the other. */
    private void ready(boolean canRead, boolean canWrite) {
        boolean writeFirst = writesFirst;
        if (canWrite && writeFirst) {
            run(writable);
        }
        if (canRead) {
            run(readable);
        }
        if (canWrite && !writeFirst) {
            run(writable);
        }
    }

    private void run(@Nullable Runnable handler) {
        if (handler != null && !lent) {
            handler.run();
        }
    }

    private MemorySegment captured() {
        return lent ? Errno.ofThread() : capturedOnMain;
    }

    /** The address of a part of native memory. */
    protected static long address(MemorySegment segment, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a socket reads and writes native memory");
        }
        return segment.address() + offset;
    }
}
