package dev.cairn.transport.tls;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.security.cert.X509Certificate;
import java.util.Optional;

import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.SocketConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection over TLS. Main thread but for {@link #read} and {@link #write} while it is lent.
 *
 * <p>While a handshake thread computes, it has engine and socket to itself: a close then waits until it is done. Of what the engine
 * {@linkplain TlsEngine#buffered holds}, no event of the loop tells: the type calls the readable handler.
 */
final class TlsConnection extends SocketConnection {
    private final TlsType type;
    private final TlsEngine engine;
    private final Runnable step = this::step;
    private boolean established;
    private boolean computes;
    /** Whether it was closed while a handshake thread had it. */
    private volatile boolean abandoned;
    private @Nullable Runnable readable;
    private @Nullable Runnable writable;
    private WriteOrder order = WriteOrder.AFTER_READ;
    private @Nullable Optional<String> identity;
    /** Whether the type knows that it is {@link #buffered}. */
    boolean listed;
    /** When the handshake has to be over, by {@link System#nanoTime}. */
    long deadline;

    /** Takes over an accepted socket and an engine for it, unless that fails. */
    TlsConnection(TlsType type, TlsEngine engine, Loop loop, SocketCalls calls, Listener listener, int descriptor, IpEnds ends)
            throws IOException {
        super(type, loop, calls, listener, descriptor, ends);
        this.type = type;
        this.engine = engine;
    }

    // The handshake.

    /** Begins the handshake, or goes on with it as far as it can without waiting; the type is told of its end. */
    void step() {
        if (closed()) {
            return;
        }
        try {
            switch (engine.handshake()) {
                case DONE -> {
                    await(null, null);
                    established = true;
                    type.established(this); // its owner's handler lists it, should commands have come with the last message
                }
                case RECEIVE -> await(step, null);
                case SEND -> await(null, step);
                case COMPUTE -> {
                    await(null, null);
                    computes = true;
                    type.compute(this);
                }
            }
        } catch (IOException e) {
            type.failed(this, e);
        }
    }

    private void await(@Nullable Runnable received, @Nullable Runnable room) {
        super.onReadable(received);
        super.onWritable(room, WriteOrder.AFTER_READ);
    }

    /** Computes a step of the handshake, on a handshake thread. */
    void compute() {
        if (!abandoned) {
            engine.compute();
        }
    }

    /** Whether a handshake thread has it, or will. */
    boolean computes() {
        return computes;
    }

    /** Takes it back from the handshake thread. */
    void computed() {
        if (computes) {
            computes = false;
            if (abandoned) {
                end();
            } else {
                step();
            }
        }
    }

    // Reading.

    @Override
    public int read(MemorySegment into, long offset, int length) throws IOException {
        long address = address(into, offset, length);
        if (closed()) {
            return receive(0, length); // which says what is wrong with that
        }
        int n = engine.read(address, length);
        Reference.reachabilityFence(into);
        if (engine.buffered()) {
            type.list(this);
        }
        if (engine.awaitsRoom() && !lent()) {
            awaitRoom();
        }
        return n;
    }

    @Override
    public boolean buffered() {
        return engine.buffered();
    }

    /** Calls the readable handler for what is buffered, after the writable one if that goes first. */
    void serveBuffered() {
        Runnable first = writable;
        if (first != null && order == WriteOrder.BEFORE_READ && waits()) {
            first.run();
        }
        Runnable handler = readable;
        if (handler != null && !lent() && !closed()) {
            handler.run();
        }
    }

    /** Whether the handler waits for what is buffered. */
    boolean waits() {
        return readable != null && !lent() && !closed() && buffered();
    }

    /** Has the owner read on when there is room to send, unless it wants to be called then anyway. */
    private void awaitRoom() {
        if (writable == null && readable != null) {
            super.onWritable(this::readOn, WriteOrder.AFTER_READ);
        }
    }

    private void readOn() {
        super.onWritable(writable, order);
        Runnable handler = readable;
        if (handler != null) {
            handler.run();
        }
    }

    // Writing.

    @Override
    public int write(MemorySegment from, long offset, int length) throws IOException {
        long address = address(from, offset, length);
        if (closed()) {
            return send(0, length); // which says what is wrong with that
        }
        int n = engine.write(address, length);
        Reference.reachabilityFence(from);
        return n;
    }

    // The owner's side.

    @Override
    public void onReadable(@Nullable Runnable handler) {
        readable = handler;
        super.onReadable(handler);
        if (handler != null && !closed()) {
            resume();
        }
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder order) {
        writable = handler;
        this.order = order;
        super.onWritable(handler, order);
        if (handler == null && !closed() && !lent() && engine.awaitsRoom()) {
            awaitRoom();
        }
    }

    @Override
    public void settle() {
        super.settle();
        resume();
    }

    /** Sees to it that the handler is called for what the engine holds. */
    private void resume() {
        if (!lent()) {
            if (engine.buffered()) {
                type.list(this);
            }
            if (engine.awaitsRoom()) {
                awaitRoom();
            }
        }
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
        return established && !closed() ? engine.peerCertificate() : Optional.empty();
    }

    @Override
    public Optional<String> peerIdentity() {
        Optional<String> known = identity;
        if (known == null) {
            known = peerCertificate().map(c -> Subject.text(c.getSubjectX500Principal()));
            if (established) {
                identity = known;
            }
        }
        return known;
    }

    /** Says good-bye, if that can be sent at once, and closes; after what a handshake thread does with it now. */
    @Override
    public void close() {
        if (closed() || abandoned) {
            return;
        }
        abandoned = computes;
        type.closed(this);
        if (!abandoned) {
            end();
        }
    }

    private void end() {
        engine.close(established);
        super.close();
        type.ended(this);
    }
}
