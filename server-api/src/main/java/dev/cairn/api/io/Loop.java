package dev.cairn.api.io;

import java.io.IOException;
import java.time.Duration;

/** The event loop of the main thread. All methods but {@link #post} and {@link #wake} are for the main thread. */
public interface Loop {
    /** Runs a task on the main thread in the next turn. Thread-safe; wakes the loop. */
    void post(Runnable task);

    /** Has the loop turn once more without waiting. Thread-safe; cheap when the loop does not sleep. */
    default void wake() {
        post(() -> {
        });
    }

    /** Whether the caller is on the main thread. */
    boolean onMain();

    /**
     * Watches a file descriptor of the operating system for readiness, level-triggered. It begins with no interest.
     *
     * @throws IOException when the descriptor cannot be watched
     */
    Watch watch(int descriptor, ReadyHandler handler) throws IOException;

    /** Runs a task once after a delay of at least {@code delay}, in milliseconds' precision. */
    Timer after(Duration delay, Runnable task);

    /** Runs a task again and again, {@code period} after each end. */
    Timer every(Duration period, Runnable task);

    /** A descriptor under watch. */
    interface Watch {
        /** Sets what is waited for; replaces what was set before. */
        void interest(boolean readable, boolean writable);

        /** Ends the watch; the handler is not called any more. Call before the descriptor is closed. */
        void close();
    }

    /** Is told of readiness. */
    @FunctionalInterface
    interface ReadyHandler {
        /** The descriptor is readable or writable or both; errors and hang-ups show as both. */
        void ready(boolean readable, boolean writable);
    }

    /** A task to run later. */
    interface Timer {
        /** Forgets the task; does nothing when it ran. */
        void cancel();
    }
}
