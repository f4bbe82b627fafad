package dev.cairn.api.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.cert.X509Certificate;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A connection to a client. It belongs to the main thread, except between {@link #lend} and {@link #settle}, when the thread that it was
 * lent to may read and write it and nothing else.
 */
public interface Connection {
    /** The order of a writable event and a readable one of the same turn. */
    enum WriteOrder {
        /** Reads first, as usual. */
        AFTER_READ,
        /** Writes first: what was written before is on its way before new commands are read. */
        BEFORE_READ
    }

    /** The type that accepted it. */
    ConnectionType type();

    /** The listener that accepted it, where the type tells. */
    default Optional<Listener> listener() {
        return Optional.empty();
    }

    /** The peer's address, such as {@code 127.0.0.1:50000}. */
    String peer();

    /** The local address, such as {@code 127.0.0.1:6379}. */
    String local();

    /** Whether the peer is on this host and came by a loopback address or a local socket. */
    boolean loopback();

    /** The operating system's descriptor for CLIENT LIST, -1 where there is none. */
    int descriptor();

    /**
     * Reads what is there.
     *
     * @return bytes read, 0 when reading would block, -1 at the end of the stream
     * @throws IOException when the connection is broken
     */
    int read(MemorySegment into, long offset, int length) throws IOException;

    /**
     * Writes what can be written.
     *
     * <p>The bytes that were not taken are offered again by the next write, as its first: an encrypting transport may have begun with
     * them.
     *
     * @return bytes written, 0 when writing would block
     * @throws IOException when the connection is broken
     */
    int write(MemorySegment from, long offset, int length) throws IOException;

    /** Sets what is called when there is something to read, the end included; null stops reading. */
    void onReadable(@Nullable Runnable handler);

    /** Sets what is called when there is room to write; null when there is nothing to write. */
    void onWritable(@Nullable Runnable handler, WriteOrder order);

    /** Whether bytes are ready that no readiness event will tell of, such as decrypted ones: the loop must not sleep. */
    default boolean buffered() {
        return false;
    }

    /** Hands the connection to another thread; its handlers are not called until it is settled. */
    default void lend() {
    }

    /** Takes the connection back. */
    default void settle() {
    }

    /**
     * Who the peer is as far as the transport has verified it, for CLIENT LIST: the process at the other end of a local socket such as
     * {@code pid:12,uid:1000,gid:1000}, or the subject of a certificate such as {@code CN:client,O:Acme}. A text without spaces, equal signs
     * and control characters.
     */
    default Optional<String> peerIdentity() {
        return Optional.empty();
    }

    /** The peer's certificate where the transport has verified one. */
    default Optional<X509Certificate> peerCertificate() {
        return Optional.empty();
    }

    /** Closes the connection; handlers are not called any more. May be called inside a handler and more than once. */
    void close();
}
