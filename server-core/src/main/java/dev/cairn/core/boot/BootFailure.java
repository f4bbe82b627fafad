package dev.cairn.core.boot;

/** A reason not to start, for the operator: what is wrong, where, what to do; and the exit code of the process. */
public class BootFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    /** A failure with exit code 1. */
    public BootFailure(String message) {
        this(message, 1);
    }

    /** A failure with an exit code. */
    public BootFailure(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** A failure with an exit code and its cause. */
    public BootFailure(String message, int exitCode, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The exit code of the process. */
    public final int exitCode() {
        return exitCode;
    }

    /** Whether the message belongs on standard error as it stands, rather than into the log as a warning. */
    public boolean toStandardError() {
        return false;
    }
}
