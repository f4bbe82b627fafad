package dev.cairn.transport.tcp;

import static dev.cairn.transport.tcp.Libc.CRITICAL;
import static dev.cairn.transport.tcp.Libc.ERRNO;
import static dev.cairn.transport.tcp.Libc.INT;
import static dev.cairn.transport.tcp.Libc.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The system calls that open, set and name sockets. Main thread: the calls share their memory. */
final class SocketCalls {
    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int SO_SNDBUF = 7;
    static final int SO_KEEPALIVE = 9;
    static final int SO_MARK = 36;
    static final int IPPROTO_TCP = 6;
    static final int TCP_NODELAY = 1;
    static final int TCP_KEEPIDLE = 4;
    static final int TCP_KEEPINTVL = 5;
    static final int TCP_KEEPCNT = 6;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;

    private static final int SOCK_STREAM = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final MethodHandle SOCKET = Libc.function("socket", FunctionDescriptor.of(INT, INT, INT, INT), ERRNO);
    private static final MethodHandle BIND = Libc.function("bind", FunctionDescriptor.of(INT, INT, LONG, INT), ERRNO);
    private static final MethodHandle LISTEN = Libc.function("listen", FunctionDescriptor.of(INT, INT, INT), ERRNO);
    private static final MethodHandle ACCEPT4 = Libc.function("accept4", FunctionDescriptor.of(INT, INT, LONG, LONG, INT), ERRNO, CRITICAL);
    private static final MethodHandle SETSOCKOPT =
            Libc.function("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, LONG, INT), ERRNO, CRITICAL);
    private static final MethodHandle GETSOCKOPT =
            Libc.function("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, LONG, LONG), ERRNO, CRITICAL);
    private static final MethodHandle GETSOCKNAME =
            Libc.function("getsockname", FunctionDescriptor.of(INT, INT, LONG, LONG), ERRNO, CRITICAL);

    private final MemorySegment captured = Libc.newCapture();
    private final MemorySegment address = Arena.ofAuto().allocate(128, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(INT);
    private final MemorySegment value = Arena.ofAuto().allocate(INT);

    /** Where calls of the main thread leave errno. */
    MemorySegment captured() {
        return captured;
    }

    /** The errno of the last failed call. */
    int errno() {
        return Libc.errno(captured);
    }

    /** Opens a non-blocking stream socket; returns -1 on failure. */
    int socket(int family) {
        try {
            return (int) SOCKET.invokeExact(captured, family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Sets an option that is an integer; returns whether that worked. */
    boolean set(int descriptor, int level, int option, int to) {
        value.set(INT, 0, to);
        try {
            return (int) SETSOCKOPT.invokeExact(captured, descriptor, level, option, value.address(), Integer.BYTES) == 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** An option that is an integer, -1 on failure. */
    int get(int descriptor, int level, int option) {
        length.set(INT, 0, Integer.BYTES);
        try {
            int rc = (int) GETSOCKOPT.invokeExact(captured, descriptor, level, option, value.address(), length.address());
            return rc == 0 ? value.get(INT, 0) : -1;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Makes probes find out dead peers: the first after {@code seconds}, then three, each a third of that later. */
    void keepAlive(int descriptor, int seconds) {
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
        set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
        set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, Math.max(1, seconds / 3));
        set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
    }

    /** Binds a socket; returns whether that worked. */
    boolean bind(int descriptor, Endpoint endpoint) {
        int size = endpoint.write(address);
        try {
            return (int) BIND.invokeExact(captured, descriptor, address.address(), size) == 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Lets a socket take connections; returns whether that worked. */
    boolean listen(int descriptor, int backlog) {
        try {
            return (int) LISTEN.invokeExact(captured, descriptor, backlog) == 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Accepts a connection; returns its descriptor, non-blocking, or -1. {@link #accepted} is the peer then. */
    int accept(int descriptor) {
        length.set(INT, 0, (int) address.byteSize());
        try {
            return (int) ACCEPT4.invokeExact(captured, descriptor, address.address(), length.address(), SOCK_NONBLOCK | SOCK_CLOEXEC);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The peer of the connection that was accepted last. */
    Endpoint accepted() {
        return Endpoint.read(address);
    }

    /** The local end of a socket, {@code 0.0.0.0:0} when it has none. */
    Endpoint local(int descriptor) {
        length.set(INT, 0, (int) address.byteSize());
        address.fill((byte) 0);
        try {
            int unused = (int) GETSOCKNAME.invokeExact(captured, descriptor, address.address(), length.address());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        return Endpoint.read(address);
    }
}
