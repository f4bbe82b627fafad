package dev.cairn.api;

/**
 * A plug-in of the server, found with {@link java.util.ServiceLoader}.
 *
 * <p>A module <em>declares</em> in {@link #configure} and <em>acts</em> between {@link #start} and {@link #stop}. All methods are called on
 * the main thread. {@code configure} starts no thread, opens no file or socket and may be called more than once with the same result.
 *
 * <p>When a module is loaded while the server serves, another object of its class declares itself first, to nobody and on a thread of its
 * own: so its classes are loaded before it declares itself on the main thread.
 */
public interface ServerModule {
    /** Says who the module is; constant and cheap. */
    ModuleInfo info();

    /**
     * Declares everything that the module brings. Registration is staged: it takes effect whole after a normal return, not at all otherwise.
     *
     * @throws ModuleRejected when the module cannot work here; the message tells the operator why
     */
    void configure(Registrar registrar) throws ModuleRejected;

    /**
     * Begins the module's work. Options are bound to their configured values, other modules' declarations are committed.
     *
     * <p>By MODULE UPGRADE a newer version is started while the older still runs, so that it can be told to stop as if nothing had been when
     * it fails: what only one can have, such as the lock of a file, is free on {@code ModuleChanged} for the older version. Keys have their
     * new values when this has returned: what looks at them is posted, or a timer.
     *
     * @throws Exception when the module cannot start: fatal at boot, an error reply when loaded at run time
     */
    default void start(ModuleContext context) throws Exception {
    }

    /** Ends the module's work: threads, timers, files and sockets that it opened are closed on return. Called once after {@code start}. */
    default void stop(StopReason reason) {
    }
}
