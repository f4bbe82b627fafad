package dev.cairn.api;

/** Why a module is told to stop. */
public enum StopReason {
    /** The server is shutting down. */
    SHUTDOWN,
    /** The operator unloads the module; the server goes on. */
    UNLOAD,
    /** A newer version of the module has taken its place, with its keys and options, and is started already. */
    UPGRADE,
    /** Boot failed after the module had started. */
    BOOT_FAILED
}
