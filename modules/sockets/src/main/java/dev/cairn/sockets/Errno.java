package dev.cairn.sockets;

import java.lang.foreign.MemorySegment;

import dev.cairn.structures.LibC;

/** The error numbers that matter here, and where calls leave them on threads that a connection is lent to. Any thread. */
public final class Errno {
    /** A signal came first. */
    public static final int EINTR = 4;
    /** There is no such file. */
    public static final int ENOENT = 2;
    /** The call would block. */
    public static final int EAGAIN = 11;
    /** No memory is left. */
    public static final int ENOMEM = 12;
    /** The system has no descriptor left. */
    public static final int ENFILE = 23;
    /** The process has no descriptor left. */
    public static final int EMFILE = 24;
    /** The protocol lacks the option. */
    public static final int ENOPROTOOPT = 92;
    /** The system lacks the protocol. */
    public static final int EPROTONOSUPPORT = 93;
    /** The system lacks the kind of socket. */
    public static final int ESOCKTNOSUPPORT = 94;
    /** The system lacks the protocol family. */
    public static final int EPFNOSUPPORT = 96;
    /** The system lacks the address family. */
    public static final int EAFNOSUPPORT = 97;
    /** Somebody listens there already. */
    public static final int EADDRINUSE = 98;
    /** The address is not one of this host. */
    public static final int EADDRNOTAVAIL = 99;
    /** Nobody listens there. */
    public static final int ECONNREFUSED = 111;
    /** No buffer is left. */
    public static final int ENOBUFS = 105;

    private static final ThreadLocal<MemorySegment> OF_THREAD = ThreadLocal.withInitial(LibC::newErrno);

    private Errno() {
    }

    /** The place where calls of this thread leave errno. */
    public static MemorySegment ofThread() {
        return OF_THREAD.get();
    }
}
