package dev.cairn.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import dev.cairn.structures.LibC;

/** The system calls that open, set and name sockets. Main thread: the calls share their memory. */
public final class SocketCalls {
    /** The level of options of all sockets. */
    public static final int SOL_SOCKET = 1;
    /** Whether to bind to an address whose old connections still linger. */
    public static final int SO_REUSEADDR = 2;
    /** Bytes of the buffer for sending. */
    public static final int SO_SNDBUF = 7;
    /** Who the peer of a local socket is: process, user and group, an integer each. */
    public static final int SO_PEERCRED = 17;
    /** Whether to probe for dead peers. */
    public static final int SO_KEEPALIVE = 9;
    /** The firewall mark. */
    public static final int SO_MARK = 36;
    /** The level of options of TCP. */
    public static final int IPPROTO_TCP = 6;
    /** Whether to send at once. */
    public static final int TCP_NODELAY = 1;
    /** Idle seconds before the first probe. */
    public static final int TCP_KEEPIDLE = 4;
    /** Seconds between probes. */
    public static final int TCP_KEEPINTVL = 5;
    /** Probes without answer until the peer is dead. */
    public static final int TCP_KEEPCNT = 6;
    /** The level of options of IPv6. */
    public static final int IPPROTO_IPV6 = 41;
    /** Whether to keep off IPv4. */
    public static final int IPV6_V6ONLY = 26;

    private static final int SOCK_STREAM = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final MethodHandle SOCKET = LibC.function("socket");
    private static final MethodHandle BIND = LibC.function("bind");
    private static final MethodHandle CONNECT = LibC.function("connect");
    private static final MethodHandle LISTEN = LibC.function("listen");
    private static final MethodHandle ACCEPT4 = LibC.function("accept4");
    private static final MethodHandle SETSOCKOPT =
            LibC.function("setsockopt");
    private static final MethodHandle GETSOCKOPT =
            LibC.function("getsockopt");
    private static final MethodHandle GETSOCKNAME =
            LibC.function("getsockname");

    private final MemorySegment captured = LibC.newErrno();
    private final MemorySegment address = Arena.ofAuto().allocate(SocketAddress.MAX_SIZE, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    private final MemorySegment value = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);

    /** For the main thread. */
    public SocketCalls() {
    }

    /** Where calls of the main thread leave errno. */
    public MemorySegment captured() {
        return captured;
    }

    /** The errno of the last failed call. */
    public int errno() {
        return LibC.errno(captured);
    }

    /** Opens a non-blocking stream socket; returns -1 on failure. */
    public int socket(int family) {
        return (int) LibC.call(SOCKET, captured, family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0, 0, 0);
    }

    /** Sets an option that is an integer; returns whether that worked. */
    public boolean set(int descriptor, int level, int option, int to) {
        value.set(ValueLayout.JAVA_INT, 0, to);
        return (int) LibC.call(SETSOCKOPT, captured, descriptor, level, option, value.address(), Integer.BYTES, 0) == 0;
    }

    /** An option that is an integer, -1 on failure. */
    public int get(int descriptor, int level, int option) {
        length.set(ValueLayout.JAVA_INT, 0, Integer.BYTES);
        int rc = (int) LibC.call(GETSOCKOPT, captured, descriptor, level, option, value.address(), length.address(), 0);
        return rc == 0 ? value.get(ValueLayout.JAVA_INT, 0) : -1;
    }

    /** Reads an option that is a structure; returns whether that worked. */
    public boolean get(int descriptor, int level, int option, MemorySegment into) {
        length.set(ValueLayout.JAVA_INT, 0, (int) into.byteSize());
        return (int) LibC.call(GETSOCKOPT, captured, descriptor, level, option, into.address(), length.address(), 0) == 0;
    }

    /** Makes probes find out dead peers: the first after {@code seconds}, then three, each a third of that later. */
    public void keepAlive(int descriptor, int seconds) {
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
        set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
        set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, Math.max(1, seconds / 3));
        set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
    }

    /** Binds a socket; returns whether that worked. */
    public boolean bind(int descriptor, SocketAddress to) {
        int size = to.write(address);
        return (int) LibC.call(BIND, captured, descriptor, address.address(), size, 0, 0, 0) == 0;
    }

    /** Connects a socket; returns whether that is done at once. */
    public boolean connect(int descriptor, SocketAddress to) {
        int size = to.write(address);
        return (int) LibC.call(CONNECT, captured, descriptor, address.address(), size, 0, 0, 0) == 0;
    }

    /** Lets a socket take connections; returns whether that worked. */
    public boolean listen(int descriptor, int backlog) {
        return (int) LibC.call(LISTEN, captured, descriptor, backlog, 0, 0, 0, 0) == 0;
    }

    /** Accepts a connection; returns its descriptor, non-blocking, or -1. {@link #accepted} is the peer then. */
    public int accept(int descriptor) {
        length.set(ValueLayout.JAVA_INT, 0, (int) address.byteSize());
        return (int) LibC.call(ACCEPT4, captured, descriptor, address.address(), length.address(), SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0);
    }

    /** The peer of the connection that was accepted last. */
    public Endpoint accepted() {
        return Endpoint.read(address);
    }

    /** The local end of a socket, {@code 0.0.0.0:0} when it has none. */
    public Endpoint local(int descriptor) {
        length.set(ValueLayout.JAVA_INT, 0, (int) address.byteSize());
        address.fill((byte) 0);
        LibC.call(GETSOCKNAME, captured, descriptor, address.address(), length.address(), 0, 0, 0);
        return Endpoint.read(address);
    }
}
