package dev.cairn.api;

/** Why a module is told to stop. */
public enum StopReason {
    /** The server is shutting down. */
    SHUTDOWN,
    /** The operator unloads the module; the server goes on. */
    UNLOAD,
    /** Boot failed after the module had started. */
    BOOT_FAILED
}
