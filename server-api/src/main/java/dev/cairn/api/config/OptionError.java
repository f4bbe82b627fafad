package dev.cairn.api.config;

/** A value that an option does not take; the message says what it wants, as a continuation of "argument". */
public final class OptionError extends Exception {
    private static final long serialVersionUID = 1;

    /** Refuses with a reason such as {@code must be between 1 and 128}. */
    public OptionError(String message) {
        super(message, null, false, false);
    }

    /** The reason. */
    public String reason() {
        String m = getMessage();
        return m == null ? "" : m;
    }
}
