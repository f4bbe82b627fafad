package dev.cairn.core.config;

/** Why CONFIG SET, or a module that is being loaded, has set nothing; the message is the reply's sentence, without the code {@code ERR}. */
public final class OptionSetError extends Exception {
    private static final long serialVersionUID = 1L;

    private OptionSetError(String message) {
        super(message, null, false, false);
    }

    static OptionSetError unknown(String name) {
        return new OptionSetError("Unknown option or number of arguments for CONFIG SET - '" + name + "'");
    }

    static OptionSetError refused(String name, String reason) {
        String failed = "CONFIG SET failed (possibly related to argument '" + name + "')";
        return new OptionSetError(reason.isEmpty() ? failed : failed + " - " + reason);
    }

    /** Why an option of a module is not set while the module is loaded. */
    static OptionSetError ofModule(String name, String reason) {
        return new OptionSetError("option '" + name + "': " + reason);
    }

    /** The reply's sentence. */
    public String sentence() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
