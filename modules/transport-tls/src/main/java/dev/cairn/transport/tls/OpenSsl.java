package dev.cairn.transport.tls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import dev.cairn.sockets.Errno;
import dev.cairn.structures.LibC;
import dev.cairn.structures.Memory;

/**
 * Connections of the system's OpenSSL 3, which {@link LibSsl} has to find complete before anything here is touched. Any thread; an object
 * of OpenSSL's belongs to one thread at a time, contexts excepted.
 *
 * <p>Every call on a connection begins by emptying the thread's queue of errors, as only then {@code SSL_get_error} tells what that call
 * came to.
 */
final class OpenSsl {
    /** The socket has nothing to receive. */
    static final int WANT_READ = 2;
    /** The socket has no room to send. */
    static final int WANT_WRITE = 3;
    /** A system call has failed. */
    private static final int SYSCALL = 5;
    /** The peer has ended the connection. */
    static final int ZERO_RETURN = 6;

    /** OpenSSL is not to tidy up at the end of the process: threads may still be inside of it. */
    private static final long INIT_NO_ATEXIT = 0x80000;
    private static final long INIT_LOAD_CONFIG = 0x40;
    private static final int MESSAGE_SIZE = 256;

    /** How many contexts and connections are not freed. */
    private static final AtomicLong OBJECTS = new AtomicLong();

    static {
        call(LibSsl.OPENSSL_INIT_SSL, INIT_NO_ATEXIT | INIT_LOAD_CONFIG, 0);
    }

    private OpenSsl() {
    }

    static long call(MethodHandle function, long a) {
        return call(function, a, 0, 0, 0);
    }

    static long call(MethodHandle function, long a, long b) {
        return call(function, a, b, 0, 0);
    }

    static long call(MethodHandle function, long a, long b, long c) {
        return call(function, a, b, c, 0);
    }

    static long call(MethodHandle function, long a, long b, long c, long d) {
        return LibC.call(function, Errno.ofThread(), a, b, c, d, 0, 0);
    }

    /** The version, such as {@code OpenSSL 3.0.15 3 Sep 2024}. */
    static String version() {
        return text(call(LibSsl.OPENSSL_VERSION, 0));
    }

    private static String text(long address) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < MESSAGE_SIZE; i++) {
            byte b = Memory.ALL.get(ValueLayout.JAVA_BYTE, address + i);
            if (b == 0) {
                break;
            }
            text.append((char) (b & 0xff));
        }
        return text.toString();
    }

    /** How many contexts and connections are not freed. */
    static long objects() {
        return OBJECTS.get();
    }

    /** Counts a context or connection that was made. */
    static long made(long object) throws IOException {
        if (object == 0) {
            throw failure();
        }
        OBJECTS.incrementAndGet();
        return object;
    }

    /** Counts a context or connection that was freed. */
    static void freed() {
        OBJECTS.decrementAndGet();
    }

    // Connections.

    /** A new connection over a socket, as its server. */
    static long connection(long context, int descriptor) throws IOException {
        clearErrors();
        long ssl = made(call(LibSsl.SSL_NEW, context));
        if ((int) call(LibSsl.SSL_SET_FD, ssl, descriptor) != 1) {
            IOException failure = failure();
            free(ssl);
            throw failure;
        }
        call(LibSsl.SSL_SET_ACCEPT_STATE, ssl);
        return ssl;
    }

    /** Frees a connection. */
    static void free(long ssl) {
        call(LibSsl.SSL_FREE, ssl);
        freed();
    }

    /** Goes on with the handshake; takes milliseconds. The result is for {@link #error}. */
    static int handshake(long ssl) {
        clearErrors();
        return (int) call(LibSsl.SSL_DO_HANDSHAKE, ssl);
    }

    /** Says good-bye, if there is room for that. */
    static void shutdown(long ssl) {
        clearErrors();
        call(LibSsl.SSL_SHUTDOWN, ssl);
    }

    /** Decrypts what is there, one record at most; returns the bytes, or no more than 0 for {@link #error}. */
    static int read(long ssl, long address, int length) {
        MemorySegment errno = Errno.ofThread();
        try {
            long unused = (long) LibSsl.ERR_CLEAR_ERROR.invokeExact(errno, 0L, 0L, 0L, 0L, 0L, 0L);
            return (int) (long) LibSsl.SSL_READ.invokeExact(errno, ssl, address, (long) length, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Encrypts and sends a record at most; returns the bytes, or no more than 0 for {@link #error}. */
    static int write(long ssl, long address, int length) {
        MemorySegment errno = Errno.ofThread();
        try {
            long unused = (long) LibSsl.ERR_CLEAR_ERROR.invokeExact(errno, 0L, 0L, 0L, 0L, 0L, 0L);
            return (int) (long) LibSsl.SSL_WRITE.invokeExact(errno, ssl, address, (long) length, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Whether something was received that is not read yet, be it a part of a record. */
    static boolean hasPending(long ssl) {
        try {
            return (int) (long) LibSsl.SSL_HAS_PENDING.invokeExact(Errno.ofThread(), ssl, 0L, 0L, 0L, 0L, 0L) != 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * What the last call on a connection, on this thread, came to.
     *
     * @param result what it has returned, no more than 0
     * @return {@link #WANT_READ}, {@link #WANT_WRITE} or {@link #ZERO_RETURN}
     * @throws IOException when it has failed
     */
    static int error(long ssl, int result) throws IOException {
        int errno = LibC.errno(Errno.ofThread());
        int error = (int) call(LibSsl.SSL_GET_ERROR, ssl, result);
        switch (error) {
            case WANT_READ, WANT_WRITE, ZERO_RETURN -> {
                return error;
            }
            case SYSCALL -> {
                clearErrors();
                throw new Broken(errno == 0 ? "the connection is broken" : LibC.text(errno));
            }
            default -> throw failure();
        }
    }

    /** The oldest error in this thread's queue, which it empties. */
    static IOException failure() {
        long code = call(LibSsl.ERR_GET_ERROR, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(MESSAGE_SIZE);
            call(LibSsl.ERR_ERROR_STRING_N, code, text.address(), text.byteSize());
            clearErrors();
            return new Broken(text.getString(0, StandardCharsets.ISO_8859_1));
        }
    }

    /** Empties this thread's queue of errors. */
    static void clearErrors() {
        call(LibSsl.ERR_CLEAR_ERROR, 0);
    }

    /** The peer's certificate as it is encoded, if it has shown one. */
    static Optional<byte[]> peerCertificate(long ssl) {
        long certificate = call(LibSsl.SSL_GET1_PEER_CERTIFICATE, ssl);
        if (certificate == 0) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            int length = (int) call(LibSsl.I2D_X509, certificate, 0);
            if (length <= 0) {
                return Optional.empty();
            }
            MemorySegment bytes = arena.allocate(length);
            MemorySegment end = arena.allocateFrom(ValueLayout.JAVA_LONG, bytes.address());
            call(LibSsl.I2D_X509, certificate, end.address());
            return Optional.of(bytes.toArray(ValueLayout.JAVA_BYTE));
        } finally {
            call(LibSsl.X509_FREE, certificate);
        }
    }

    /** Says what OpenSSL or the socket says; where in the server that was found out is of no interest. */
    private static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
