package dev.cairn.core.os;

/** A system call that failed, with its {@code errno}. The message is the operating system's own text for it. */
public final class PosixException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int errno;
    private final String text;

    PosixException(int errno) {
        this(errno, Posix.strerror(errno));
    }

    PosixException(int errno, String text) {
        super(text, null, false, false);
        this.errno = errno;
        this.text = text;
    }

    /** The operating system's text for the error. */
    @Override
    public String getMessage() {
        return text;
    }

    /** The {@code errno} of the failed call. */
    public int errno() {
        return errno;
    }
}
