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

import dev.cairn.sockets.Errno;
import dev.cairn.sockets.Socket;
import dev.cairn.structures.Memory;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's TLS on one socket.
 *
 * <p>Three buffers, each there only while it holds something: {@code received} are bytes of the socket that are no whole record yet or not
 * decrypted yet, {@code plain} is decrypted and not read yet, {@code unsent} is encrypted and not sent yet. What a read leaves in
 * {@code plain}, or as whole records in {@code received}, is {@link #buffered}.
 *
 * <p>When a record cannot be sent whole, its bytes count as not written: the rest is sent first when they are offered again, and only then
 * are they said to be written. So the owner's own account of what it has to send is right.
 */
final class JsseEngine implements TlsEngine {
    /** The most bytes of a record before encryption. */
    private static final int LARGEST_RECORD = 16 << 10;
    private static final int RECORD_HEADER = 5;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final Socket socket;
    private @Nullable ByteBuffer received;
    private @Nullable ByteBuffer plain;
    private @Nullable ByteBuffer unsent;
    /** How many bytes of the owner's are in {@link #unsent}. */
    private int encrypted;
    private boolean ended;
    private boolean toldEnd;
    /** Whether the peer has sent a record: what has not is told nothing in a language that it does not speak. */
    private boolean understood;

    /** Takes over an engine whose handshake has begun. */
    JsseEngine(SSLEngine engine, int descriptor) {
        this.engine = engine;
        this.socket = new Socket(descriptor);
    }

    // The handshake.

    @Override
    public Next handshake() throws IOException {
        try {
            while (true) {
                if (!flush()) {
                    return Next.SEND;
                }
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> encrypt(NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!understand()) {
                            return Next.RECEIVE;
                        }
                    }
                    case NEED_TASK -> {
                        return Next.COMPUTE;
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        return Next.DONE;
                    }
                }
            }
        } catch (IOException e) {
            if (understood) {
                sendAlert();
            }
            throw e;
        }
    }

    @Override
    public void compute() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
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

    // Reading.

    @Override
    public int read(long address, int length) throws IOException {
        int total = 0;
        while (total < length) {
            total += drain(address + total, length - total);
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
        return total;
    }

    /** Hands over what is decrypted. */
    private int drain(long address, int length) {
        ByteBuffer from = plain;
        if (from == null) {
            return 0;
        }
        int n = Math.min(length, from.remaining());
        MemorySegment.copy(from.array(), from.position(), Memory.ALL, ValueLayout.JAVA_BYTE, address, n);
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
        int n = socket.receive(wire.address(), room, Errno.ofThread());
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

    // Writing.

    @Override
    public int write(long address, int length) throws IOException {
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
                MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_BYTE, address + total, bytes.array(), 0, n);
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
            int n = socket.send(wire.address() + from.position() - start, from.remaining(), Errno.ofThread());
            if (n == 0) {
                return false;
            }
            from.position(from.position() + n);
        }
        Buffers.ofThread().give(from);
        unsent = null;
        return true;
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first ? Optional.of(first) : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // it has shown none
        }
    }

    // The end.

    @Override
    public void close(boolean established) {
        if (established) {
            engine.closeOutbound();
            sendAlert();
        }
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
            if (flush() && !engine.isOutboundDone()) {
                encrypt(NOTHING);
                flush();
            }
        } catch (IOException e) {
            return; // the peer will find the connection closed
        }
    }
}
