package dev.cairn.transport.tcp;

import java.lang.foreign.MemorySegment;

import dev.cairn.structures.LibC;

/** The error numbers that matter here, and where calls leave them on threads that a connection is lent to. Any thread. */
final class Errno {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int ENFILE = 23;
    static final int EMFILE = 24;
    static final int ENOPROTOOPT = 92;
    static final int EPROTONOSUPPORT = 93;
    static final int ESOCKTNOSUPPORT = 94;
    static final int EPFNOSUPPORT = 96;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENOBUFS = 105;

    private static final ThreadLocal<MemorySegment> OF_THREAD = ThreadLocal.withInitial(LibC::newErrno);

    private Errno() {
    }

    /** The place where calls of this thread leave errno. */
    static MemorySegment ofThread() {
        return OF_THREAD.get();
    }
}
