package dev.cairn.transport.tls;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.SocketConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection over TLS. Main thread but for {@link #read} and {@link #write} while it is lent, and for the engine's own tasks during the
 * handshake, when main leaves the engine alone.
 *
 * <p>Three buffers, each there only while it holds something: {@code received} are bytes of the socket that are no whole record yet or not
 * decrypted yet, {@code plain} is decrypted and not read yet, {@code unsent} is encrypted and not sent yet. What a read leaves in
 * {@code plain}, or as whole records in {@code received}, no event of the loop will tell of: the type calls the readable handler.
 *
 * <p>When a record cannot be sent whole, its bytes count as not written: the rest is sent first when they are offered again, and only then
 * are they said to be written. So the owner's own account of what it has to send is right.
 */
final class TlsConnection extends SocketConnection {
    /** The most bytes of a record before encryption. */
    private static final int LARGEST_RECORD = 16 << 10;
    private static final int RECORD_HEADER = 5;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final TlsType type;
    private final SSLEngine engine;
    private @Nullable ByteBuffer received;
    private @Nullable ByteBuffer plain;
    private @Nullable ByteBuffer unsent;
    /** How many bytes of the owner's are in {@link #unsent}. */
    private int encrypted;
    private boolean ended;
    private boolean toldEnd;
    private final Runnable step = this::step;
    /** Whether the peer has sent a record: what has not is told nothing in a language that it does not speak. */
    private boolean understood;
    private boolean established;
    private boolean taskRuns;
    private @Nullable Runnable readable;
    /** The writable handler if it goes before the readable one. */
    private @Nullable Runnable writableFirst;
    private @Nullable Optional<String> identity;
    /** Whether the type knows that it is {@link #buffered}. */
    boolean listed;
    /** When the handshake has to be over, by {@link System#nanoTime}. */
    long deadline;

    /** Takes over an accepted socket, unless that fails. */
    TlsConnection(TlsType type, SSLEngine engine, Loop loop, SocketCalls calls, Listener listener, int descriptor, IpEnds ends)
            throws IOException {
        super(type, loop, calls, listener, descriptor, ends);
        this.type = type;
        this.engine = engine;
    }

    // The handshake.

    /** Begins the handshake; the type is told of its end. */
    void handshake() {
        try {
            engine.beginHandshake();
        } catch (SSLException e) {
            fail(e);
            return;
        }
        step();
    }

    /** Whether a task of the engine's runs on another thread: nothing else may touch the engine. */
    boolean taskRuns() {
        return taskRuns;
    }

    /** Goes on with the handshake as far as it can without waiting. */
    private void step() {
        try {
            while (!closed()) {
                if (!flush()) {
                    super.onReadable(null);
                    super.onWritable(step, WriteOrder.AFTER_READ);
                    return;
                }
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> encrypt(NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!understand()) {
                            super.onWritable(null, WriteOrder.AFTER_READ);
                            super.onReadable(step);
                            return;
                        }
                    }
                    case NEED_TASK -> {
                        super.onReadable(null);
                        super.onWritable(null, WriteOrder.AFTER_READ);
                        taskRuns = true;
                        type.runTask(engine, this::taskDone);
                        return;
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        establish();
                        return;
                    }
                }
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void taskDone() {
        taskRuns = false;
        step();
    }

    /** Takes in a record of the handshake; false when it has not arrived yet. */
    private boolean understand() throws IOException {
        while (true) {
            if (unwrap() != Status.BUFFER_UNDERFLOW) {
                if (ended) {
                    throw new SSLException("the peer has ended the handshake");
                }
                return true;
            }
            int n = fill();
            if (n == 0) {
                return false;
            }
            if (n < 0) {
                throw new SSLException("the peer has closed the connection during the handshake");
            }
        }
    }

    private void establish() {
        established = true;
        super.onReadable(null);
        super.onWritable(null, WriteOrder.AFTER_READ);
        type.established(this); // its owner's handler lists it, should commands have come with the last message
    }

    private void fail(IOException reason) {
        if (!closed()) {
            if (understood) {
                sendAlert();
            }
            type.failed(this, reason);
        }
    }

    // Reading.

    @Override
    public int read(MemorySegment into, long offset, int length) throws IOException {
        address(into, offset, length);
        if (closed()) {
            return receive(0, length); // which says what is wrong with that
        }
        int total = 0;
        while (total < length) {
            total += drain(into, offset + total, length - total);
            if (total == length || ended) {
                break;
            }
            Status status = decrypt();
            if (status == Status.BUFFER_UNDERFLOW && (total > 0 || fill() == 0)) {
                break;
            }
        }
        if (total == 0 && ended && length > 0) {
            toldEnd = true;
            return -1;
        }
        if (buffered()) {
            type.list(this);
        }
        return total;
    }

    /** Hands over what is decrypted. */
    private int drain(MemorySegment into, long offset, int length) {
        ByteBuffer from = plain;
        if (from == null) {
            return 0;
        }
        int n = Math.min(length, from.remaining());
        MemorySegment.copy(from.array(), from.position(), into, ValueLayout.JAVA_BYTE, offset, n);
        from.position(from.position() + n);
        if (!from.hasRemaining()) {
            Buffers.ofThread().give(from);
            plain = null;
        }
        return n;
    }

    /** Decrypts a record, and does what the peer asks for beside the data. */
    private Status decrypt() throws IOException {
        Status status = unwrap();
        HandshakeStatus next = engine.getHandshakeStatus();
        if (next != HandshakeStatus.NOT_HANDSHAKING && !ended) {
            if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
                throw new SSLException("the peer wants to negotiate again, which is refused");
            }
            if (next == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run(); // new keys of the same session: no more than a few hashes
            }
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && flush()) {
                encrypt(NOTHING);
                flush();
            }
        }
        return status;
    }

    private Status unwrap() throws IOException {
        ByteBuffer from = received;
        if (from == null) {
            return Status.BUFFER_UNDERFLOW;
        }
        ByteBuffer to = Buffers.ofThread().take();
        try {
            SSLEngineResult result = engine.unwrap(from, to);
            if (result.getStatus() == Status.CLOSED) {
                ended = true;
            }
            understood |= result.bytesConsumed() > 0;
            return result.getStatus();
        } finally {
            if (to.position() > 0) {
                plain = to.flip();
            } else {
                Buffers.ofThread().give(to);
            }
            if (!from.hasRemaining()) {
                Buffers.ofThread().give(from);
                received = null;
            }
        }
    }

    /** Receives more of the socket; returns the bytes, 0 for none now, -1 at the end. */
    private int fill() throws IOException {
        MemorySegment wire = Buffers.ofThread().wire();
        ByteBuffer held = received;
        int room = held == null ? Buffers.SIZE : Buffers.SIZE - held.remaining();
        int n = receive(wire.address(), room);
        if (n < 0) {
            ended = true;
        }
        if (n <= 0) {
            return n;
        }
        if (held == null) {
            held = Buffers.ofThread().take();
        } else {
            held.compact();
        }
        MemorySegment.copy(wire, ValueLayout.JAVA_BYTE, 0, held.array(), held.position(), n);
        held.position(held.position() + n);
        received = held.flip();
        return n;
    }

    /** Whether there are decrypted bytes, a whole record of encrypted ones, or an end to tell of. */
    @Override
    public boolean buffered() {
        if (plain != null || ended && !toldEnd) {
            return true;
        }
        ByteBuffer held = received;
        if (held == null || held.remaining() < RECORD_HEADER) {
            return false;
        }
        int length = Short.toUnsignedInt(held.getShort(held.position() + RECORD_HEADER - Short.BYTES));
        return held.remaining() >= RECORD_HEADER + length;
    }

    /** Calls the readable handler for what is buffered, after the writable one if that goes first. */
    void serveBuffered() {
        Runnable first = writableFirst;
        if (first != null && waits()) {
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

    // Writing.

    @Override
    public int write(MemorySegment from, long offset, int length) throws IOException {
        address(from, offset, length);
        if (closed()) {
            return send(0, length); // which says what is wrong with that
        }
        int total = 0;
        while (true) {
            if (!flush()) {
                return total;
            }
            total += encrypted;
            encrypted = 0;
            if (total >= length) {
                return total;
            }
            ByteBuffer bytes = Buffers.ofThread().take();
            try {
                int n = Math.min(LARGEST_RECORD, length - total);
                MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset + total, bytes.array(), 0, n);
                encrypted = encrypt(bytes.limit(n));
            } finally {
                Buffers.ofThread().give(bytes);
            }
        }
    }

    /** Encrypts into {@link #unsent}; returns how many bytes were taken. */
    private int encrypt(ByteBuffer bytes) throws IOException {
        ByteBuffer to = unsent == null ? Buffers.ofThread().take() : unsent.compact();
        unsent = to;
        try {
            SSLEngineResult result = engine.wrap(bytes, to);
            if (result.getStatus() == Status.CLOSED && bytes.hasRemaining()) {
                throw new SSLException("the connection is closed for sending");
            }
            return result.bytesConsumed();
        } finally {
            to.flip();
        }
    }

    /** Sends what is encrypted; returns whether all of it is sent. */
    private boolean flush() throws IOException {
        ByteBuffer from = unsent;
        if (from == null) {
            return true;
        }
        MemorySegment wire = Buffers.ofThread().wire();
        MemorySegment.copy(from.array(), from.position(), wire, ValueLayout.JAVA_BYTE, 0, from.remaining());
        int start = from.position();
        while (from.hasRemaining()) {
            int n = send(wire.address() + from.position() - start, from.remaining());
            if (n == 0) {
                return false;
            }
            from.position(from.position() + n);
        }
        Buffers.ofThread().give(from);
        unsent = null;
        return true;
    }

    // The owner's side.

    @Override
    public void onReadable(@Nullable Runnable handler) {
        readable = handler;
        super.onReadable(handler);
        if (handler != null && buffered()) {
            type.list(this);
        }
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder order) {
        writableFirst = order == WriteOrder.BEFORE_READ ? handler : null;
        super.onWritable(handler, order);
    }

    @Override
    public void settle() {
        super.settle();
        if (buffered()) {
            type.list(this);
        }
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
        if (!established) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first ? Optional.of(first) : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // it has shown none
        }
    }

    @Override
    public Optional<String> peerIdentity() {
        Optional<String> known = identity;
        if (known == null) {
            known = peerCertificate().map(c -> Subject.text(c.getSubjectX500Principal()));
            identity = known;
        }
        return known;
    }

    /** Says good-bye, if that can be sent at once, and closes. */
    @Override
    public void close() {
        if (closed()) {
            return;
        }
        if (established) {
            engine.closeOutbound();
            sendAlert();
        }
        super.close();
        type.closed(this);
        release();
    }

    private void release() {
        Buffers buffers = Buffers.ofThread();
        if (plain != null) {
            buffers.give(plain);
            plain = null;
        }
        if (received != null) {
            buffers.give(received);
            received = null;
        }
        if (unsent != null) {
            buffers.give(unsent);
            unsent = null;
        }
    }

    /** Sends what the engine has to say at the end, as far as the socket takes it. */
    private void sendAlert() {
        try {
            if (!taskRuns && flush() && !engine.isOutboundDone()) {
                encrypt(NOTHING);
                flush();
            }
        } catch (IOException e) {
            return; // the peer will find the connection closed
        }
    }
}
