package dev.cairn.sockets;

import java.io.IOException;

/** Tells that an address cannot be listened on, and by which errno, 0 for none. */
public final class ListenFailed extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /** Reports a step that failed, by its errno, 0 for none. */
    public ListenFailed(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    /** Whether somebody listens there already. */
    public boolean inUse() {
        return errno == Errno.EADDRINUSE;
    }

    /** Whether the system lacks the address's family, or the address, which an optional one may. */
    boolean skips(boolean optional) {
        return switch (errno) {
            case Errno.EADDRNOTAVAIL -> optional;
            case Errno.ENOPROTOOPT, Errno.EPROTONOSUPPORT, Errno.ESOCKTNOSUPPORT, Errno.EPFNOSUPPORT, Errno.EAFNOSUPPORT -> true;
            default -> false;
        };
    }
}
