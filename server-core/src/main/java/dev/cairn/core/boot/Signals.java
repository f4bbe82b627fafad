package dev.cairn.core.boot;

import dev.cairn.core.os.Posix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The signals of the server: TERM and INT ask for a shutdown, a second INT ends the process at once with exit code 1, HUP is ignored; PIPE
 * the JVM ignores by itself. Handlers run on a thread of the JVM's own and only tell the main thread.
 *
 * <p>{@code sun.misc.Signal} is used because a shutdown hook of the JVM would fix the exit code to 128 plus the signal, could not be
 * called off when a shutdown fails, and would never see a second signal.
 */
public final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static volatile boolean requested;
    private static volatile boolean loading;
    private static volatile int last;

    private Signals() {}

    /**
     * Installs the handlers.
     *
     * @param onShutdownRequest called by a thread of the JVM for each TERM and INT that asks for a shutdown; must return at once
     */
    public static void install(Runnable onShutdownRequest) {
        SignalHandler handler = signal -> handle(signal.getName(), signal.getNumber(), onShutdownRequest, Signals::exitNow);
        Posix.unignore(Posix.SIGINT);
        Posix.unignore(Posix.SIGTERM);
        handle("TERM", handler);
        handle("INT", handler);
        handle("HUP", SignalHandler.SIG_IGN);
    }

    private static void handle(String name, SignalHandler handler) {
        try {
            Signal.handle(new Signal(name), handler);
        } catch (IllegalArgumentException e) {
            LOG.warn("Signal {} cannot be handled: {}", name, e.getMessage());
        }
    }

    static void handle(String name, int number, Runnable onShutdownRequest, Runnable exitNow) {
        if (requested && name.equals("INT")) {
            LOG.warn("You insist... exiting now.");
            exitNow.run();
            return;
        }
        if (loading) {
            LOG.warn("Received shutdown signal during loading, scheduling shutdown.");
        } else {
            LOG.warn("Received SIG{} scheduling shutdown...", name);
        }
        last = number;
        requested = true;
        onShutdownRequest.run();
    }

    private static void exitNow() {
        // Not System.exit: hooks may wait for the very thing that the user does not want to wait for.
        Runtime.getRuntime().halt(1);
    }

    /** Whether a signal asked for a shutdown that has not been called off. */
    public static boolean shutdownRequested() {
        return requested;
    }

    /** The number of the last signal that asked for a shutdown, 0 if none did: 2 for INT, 15 for TERM. */
    public static int lastSignal() {
        return last;
    }

    /** Forgets the request, after a shutdown that failed or was called off: the next INT asks again. */
    public static void shutdownCancelled() {
        requested = false;
        last = 0;
    }

    /** Says whether the server is loading its data, which changes what is logged. */
    public static void loading(boolean now) {
        loading = now;
    }
}
