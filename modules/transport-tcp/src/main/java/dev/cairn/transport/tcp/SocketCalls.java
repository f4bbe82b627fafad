package dev.cairn.transport.tcp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import dev.cairn.structures.LibC;

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

    private static final MethodHandle SOCKET = LibC.function("socket");
    private static final MethodHandle BIND = LibC.function("bind");
    private static final MethodHandle LISTEN = LibC.function("listen");
    private static final MethodHandle ACCEPT4 = LibC.function("accept4");
    private static final MethodHandle SETSOCKOPT =
            LibC.function("setsockopt");
    private static final MethodHandle GETSOCKOPT =
            LibC.function("getsockopt");
    private static final MethodHandle GETSOCKNAME =
            LibC.function("getsockname");

    private final MemorySegment captured = LibC.newErrno();
    private final MemorySegment address = Arena.ofAuto().allocate(128, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    private final MemorySegment value = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);

    /** Where calls of the main thread leave errno. */
    MemorySegment captured() {
        return captured;
    }

    /** The errno of the last failed call. */
    int errno() {
        return LibC.errno(captured);
    }

    /** Opens a non-blocking stream socket; returns -1 on failure. */
    int socket(int family) {
        return (int) LibC.call(SOCKET, captured, family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0, 0, 0);
    }

    /** Sets an option that is an integer; returns whether that worked. */
    boolean set(int descriptor, int level, int option, int to) {
        value.set(ValueLayout.JAVA_INT, 0, to);
        return (int) LibC.call(SETSOCKOPT, captured, descriptor, level, option, value.address(), Integer.BYTES, 0) == 0;
    }

    /** An option that is an integer, -1 on failure. */
    int get(int descriptor, int level, int option) {
        length.set(ValueLayout.JAVA_INT, 0, Integer.BYTES);
        int rc = (int) LibC.call(GETSOCKOPT, captured, descriptor, level, option, value.address(), length.address(), 0);
        return rc == 0 ? value.get(ValueLayout.JAVA_INT, 0) : -1;
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
        return (int) LibC.call(BIND, captured, descriptor, address.address(), size, 0, 0, 0) == 0;
    }

    /** Lets a socket take connections; returns whether that worked. */
    boolean listen(int descriptor, int backlog) {
        return (int) LibC.call(LISTEN, captured, descriptor, backlog, 0, 0, 0, 0) == 0;
    }

    /** Accepts a connection; returns its descriptor, non-blocking, or -1. {@link #accepted} is the peer then. */
    int accept(int descriptor) {
        length.set(ValueLayout.JAVA_INT, 0, (int) address.byteSize());
        return (int) LibC.call(ACCEPT4, captured, descriptor, address.address(), length.address(), SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0);
    }

    /** The peer of the connection that was accepted last. */
    Endpoint accepted() {
        return Endpoint.read(address);
    }

    /** The local end of a socket, {@code 0.0.0.0:0} when it has none. */
    Endpoint local(int descriptor) {
        length.set(ValueLayout.JAVA_INT, 0, (int) address.byteSize());
        address.fill((byte) 0);
        LibC.call(GETSOCKNAME, captured, descriptor, address.address(), length.address(), 0, 0, 0);
        return Endpoint.read(address);
    }
}
