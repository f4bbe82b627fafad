package dev.cairn.iothreads;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Lets one thread sleep until there is something to do for it, without a wake-up lost.
 *
 * <p>Who has something publishes that first and looks whether the thread sleeps after; the thread says that it sleeps first and looks for
 * something once more after: one of them sees the other. What is published and looked at must be volatile.
 */
final class Sleeper {
    private volatile @Nullable Thread sleeping;

    /** Sleeps, unless there is something to do; may return for no reason. The one thread. */
    void sleepUnless(BooleanSupplier something) {
        sleeping = Thread.currentThread();
        if (!something.getAsBoolean()) {
            LockSupport.park(this);
        }
        sleeping = null;
    }

    /** Wakes the thread, if it sleeps, after something was published. Any other thread. */
    void wake() {
        Thread thread = sleeping;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
