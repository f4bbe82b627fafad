package dev.cairn.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

/**
 * OpenSSL's TLS on one socket, which it reads and writes itself.
 *
 * <p>It receives as much as there is at once, and so may hold more records than were asked for, or a part of one. What is {@link #buffered}
 * is decided when a read ends: after one that has found no whole record there is nothing, whatever OpenSSL holds.
 */
final class OpenSslEngine implements TlsEngine {
    /** The most bytes of a record before encryption. */
    private static final int LARGEST_RECORD = 16 << 10;

    private final long ssl;
    /** How the handshake goes on, null to find out by {@link #compute}. */
    private @Nullable Next next = Next.RECEIVE;
    /** Why the connection has failed, to be told by the next read, or in the handshake. */
    private @Nullable IOException failure;
    private boolean failed;
    private boolean ended;
    private boolean buffered;
    private boolean awaitsRoom;

    /** Takes over a connection of OpenSSL's. */
    OpenSslEngine(long ssl) {
        this.ssl = ssl;
    }

    // The handshake.

    @Override
    public Next handshake() throws IOException {
        if (failure != null) {
            throw failure;
        }
        Next found = next;
        next = null;
        return found == null ? Next.COMPUTE : found;
    }

    @Override
    public void compute() {
        try {
            int result = OpenSsl.handshake(ssl);
            if (result == 1) {
                buffered = OpenSsl.hasPending(ssl); // such as commands that came with the last message
                next = Next.DONE;
                return;
            }
            next = switch (OpenSsl.error(ssl, result)) {
                case OpenSsl.WANT_READ -> Next.RECEIVE;
                case OpenSsl.WANT_WRITE -> Next.SEND;
                default -> throw new SSLException("the peer has closed the connection during the handshake");
            };
        } catch (IOException e) {
            failure = e;
            failed = true;
        }
    }

    // Reading.

    @Override
    public int read(long address, int length) throws IOException {
        buffered = false;
        awaitsRoom = false;
        if (failure != null) {
            throw failure;
        }
        int total = 0;
        while (total < length && !ended) {
            int n = OpenSsl.read(ssl, address + total, length - total);
            if (n <= 0) {
                if (goesOn(n, total)) {
                    return total;
                }
            } else {
                total += n;
                if (!OpenSsl.hasPending(ssl)) {
                    return total;
                }
            }
        }
        if (total == 0 && ended && length > 0) {
            return -1;
        }
        buffered = true;
        return total;
    }

    /** What a read without result means: whether the connection goes on. A failure is told after what was read before. */
    private boolean goesOn(int result, int total) throws IOException {
        try {
            switch (OpenSsl.error(ssl, result)) {
                case OpenSsl.ZERO_RETURN -> {
                    ended = true;
                    return false;
                }
                case OpenSsl.WANT_WRITE -> awaitsRoom = true; // it answers a change of keys
                default -> awaitsRoom = false;
            }
        } catch (IOException e) {
            failed = true;
            if (total == 0) {
                throw e;
            }
            failure = e;
            buffered = true;
        }
        return true;
    }

    @Override
    public boolean buffered() {
        return buffered;
    }

    @Override
    public boolean awaitsRoom() {
        return awaitsRoom;
    }

    // Writing.

    @Override
    public int write(long address, int length) throws IOException {
        int total = 0;
        while (total < length) {
            int n = OpenSsl.write(ssl, address + total, Math.min(LARGEST_RECORD, length - total));
            if (n <= 0) {
                try {
                    if (OpenSsl.error(ssl, n) == OpenSsl.WANT_WRITE) {
                        break;
                    }
                } catch (IOException e) {
                    failed = true;
                    throw e;
                }
                throw new SSLException("the connection is closed for sending");
            }
            total += n;
        }
        return total;
    }

    // The end.

    @Override
    public Optional<X509Certificate> peerCertificate() {
        Optional<byte[]> encoded = OpenSsl.peerCertificate(ssl);
        if (encoded.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of((X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(encoded.get())));
        } catch (CertificateException e) {
            return Optional.empty(); // one that the JDK cannot read
        }
    }

    @Override
    public void close(boolean established) {
        if (established && !failed) {
            OpenSsl.shutdown(ssl);
        }
        OpenSsl.free(ssl);
    }
}
