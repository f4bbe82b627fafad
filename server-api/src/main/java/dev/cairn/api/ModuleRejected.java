package dev.cairn.api;

/** A module that cannot be registered; the message tells the operator what to change. */
public class ModuleRejected extends Exception {
    private static final long serialVersionUID = 1;

    /** Rejects with a reason. */
    public ModuleRejected(String message) {
        super(message);
    }

    /** Rejects with a reason and what caused it. */
    public ModuleRejected(String message, Throwable cause) {
        super(message, cause);
    }
}
