package dev.cairn.sockets;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import dev.cairn.structures.LibC;

/**
 * An open non-blocking stream socket of any family. One thread at a time uses it.
 *
 * <p>Receiving and sending are critical calls: they never block, allocate nothing and cost little more than the system call. Where errno goes
 * is the caller's, since a socket can be lent to another thread.
 */
public final class Socket {
    private static final long MSG_NOSIGNAL = 0x4000;

    private static final MethodHandle RECV = LibC.function("recv");
    private static final MethodHandle SEND = LibC.function("send");
    private static final MethodHandle CLOSE = LibC.function("close");

    /** Nobody asks why a close failed. */
    private static final MemorySegment CLOSE_ERRNO = LibC.newErrno();

    private int descriptor;

    /** Takes over an open descriptor. */
    public Socket(int descriptor) {
        this.descriptor = descriptor;
    }

    /** The descriptor, -1 when it is closed. */
    public int descriptor() {
        return descriptor;
    }

    /**
     * Receives what is there.
     *
     * @return bytes received, 0 when there are none now, -1 at the end
     */
    public int receive(long address, int length, MemorySegment captured) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            long n;
            try {
                n = (long) RECV.invokeExact(captured, (long) descriptor, address, (long) length, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
            if (n > 0) {
                return (int) n;
            }
            if (n == 0) {
                return -1;
            }
            if (wouldBlock(captured)) {
                return 0;
            }
        }
    }

    /**
     * Sends what there is room for.
     *
     * @return bytes sent, 0 when there is no room now
     */
    public int send(long address, int length, MemorySegment captured) throws IOException {
        while (true) {
            long n;
            try {
                n = (long) SEND.invokeExact(captured, (long) descriptor, address, (long) length, MSG_NOSIGNAL, 0L, 0L);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
            if (n >= 0) {
                return (int) n;
            }
            if (wouldBlock(captured)) {
                return 0;
            }
        }
    }

    /** Closes it, once. */
    public void close() {
        if (descriptor >= 0) {
            close(descriptor);
            descriptor = -1;
        }
    }

    /** Closes a descriptor that no socket object has taken over. */
    public static void close(int descriptor) {
        LibC.call(CLOSE, CLOSE_ERRNO, descriptor, 0, 0, 0, 0, 0);
    }

    /** Tells a call that would have blocked (true) from one to repeat (false); anything else breaks the connection. */
    private static boolean wouldBlock(MemorySegment captured) throws IOException {
        int errno = LibC.errno(captured);
        if (errno == Errno.EAGAIN) {
            return true;
        }
        if (errno == Errno.EINTR) {
            return false;
        }
        throw new Broken(LibC.text(errno));
    }

    /** Says why a connection is broken; where in the server that was found out is of no interest. */
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
