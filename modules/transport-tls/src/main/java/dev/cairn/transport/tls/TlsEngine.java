package dev.cairn.transport.tls;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * TLS on one socket, the server's side. One thread at a time: main, but for {@link #compute} on a handshake thread, when main leaves it
 * alone, and for {@link #read} and {@link #write} on the thread that the connection is lent to. It never waits and never closes the socket.
 */
interface TlsEngine {
    /** How a handshake goes on. */
    enum Next {
        /** It is done. */
        DONE,
        /** When there is something to receive. */
        RECEIVE,
        /** When there is room to send. */
        SEND,
        /** With {@link TlsEngine#compute} on another thread. */
        COMPUTE
    }

    /**
     * Goes on with the handshake as far as that takes neither waiting nor long computing.
     *
     * @throws IOException when it has failed; the peer has been told, if it speaks TLS
     */
    Next handshake() throws IOException;

    /** Does what takes long; what comes of it is for the next {@link #handshake} to tell. */
    void compute();

    /**
     * Reads what is there, decrypted.
     *
     * @return bytes read, 0 when there are none now, -1 at the end
     */
    int read(long address, int length) throws IOException;

    /**
     * Writes what there is room for, encrypted.
     *
     * @return bytes written; what of the rest is encrypted already has to come first in the next call, which offers no less than the rest
     */
    int write(long address, int length) throws IOException;

    /** Whether there is something to read, or an end or a failure to tell of, that no event of the socket tells of. */
    boolean buffered();

    /** Whether it cannot read on before there is room to send: it owes the peer an answer. */
    default boolean awaitsRoom() {
        return false;
    }

    /** The peer's certificate, after the handshake. */
    Optional<X509Certificate> peerCertificate();

    /**
     * Frees what it holds. Called once, and last.
     *
     * @param established whether the handshake was done: then it says good-bye, if that can be sent at once
     */
    void close(boolean established);
}
