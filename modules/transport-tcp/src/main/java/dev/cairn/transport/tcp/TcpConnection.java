package dev.cairn.transport.tcp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;

/** A connection over an accepted TCP socket. Main thread but for {@link #read} and {@link #write} while it is lent. */
final class TcpConnection implements Connection {
    private final TcpType type;
    private final Socket socket;
    private final Endpoint peer;
    private final Loop.Watch watch;
    private final MemorySegment capturedOnMain;
    private @Nullable String peerText;
    private @Nullable String localText;
    private @Nullable Runnable readable;
    private @Nullable Runnable writable;
    private boolean writesFirst;
    private boolean lent;
    private boolean closed;

    /** Takes over an accepted socket, unless that fails. */
    TcpConnection(TcpType type, Loop loop, int descriptor, Endpoint peer) throws IOException {
        this.type = type;
        this.peer = peer;
        this.capturedOnMain = type.calls().captured();
        this.socket = new Socket(descriptor);
        this.watch = loop.watch(descriptor, this::ready);
    }

    @Override
    public ConnectionType type() {
        return type;
    }

    @Override
    public String peer() {
        String text = peerText;
        if (text == null) {
            text = peer.toString();
            peerText = text;
        }
        return text;
    }

    @Override
    public String local() {
        String text = localText;
        if (text == null) {
            text = type.calls().local(socket.descriptor()).toString();
            localText = text;
        }
        return text;
    }

    @Override
    public boolean loopback() {
        return peer.loopback();
    }

    @Override
    public int descriptor() {
        return socket.descriptor();
    }

    @Override
    public int read(MemorySegment into, long offset, int length) throws IOException {
        int n = socket.receive(address(into, offset, length), length, captured());
        Reference.reachabilityFence(into);
        return n;
    }

    @Override
    public int write(MemorySegment from, long offset, int length) throws IOException {
        int n = socket.send(address(from, offset, length), length, captured());
        Reference.reachabilityFence(from);
        return n;
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
    public void lend() {
        assert !closed && !lent;
        lent = true;
        watch.interest(false, false);
    }

    @Override
    public void settle() {
        lent = false;
        updateInterest();
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

    private static long address(MemorySegment segment, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a socket reads and writes native memory");
        }
        return segment.address() + offset;
    }
}
