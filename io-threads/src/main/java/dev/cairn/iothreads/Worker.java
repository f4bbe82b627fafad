package dev.cairn.iothreads;

import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A thread {@code io_thd_N} that looks for work, spins for a while when there is none, and then sleeps, see {@link Sleeper}.
 */
abstract class Worker {
    /** Rounds of looking for work before the thread parks, where there is a processor for it: some ten microseconds. */
    private static final int SPINS = 2_000;
    /** The same where it takes the processor from a thread that has work. */
    private static final int CROWDED_SPINS = 50;

    private final String name;
    private final Threads threads;
    private volatile @Nullable Thread thread;
    private final Sleeper sleeper = new Sleeper();
    private final BooleanSupplier something = () -> hasWork() || stopping();
    private volatile boolean stopping;

    Worker(int number, Threads threads) {
        this.name = "io_thd_" + number;
        this.threads = threads;
    }

    /** Whether there is work. The worker's thread. */
    abstract boolean hasWork();

    /** Does what there is. The worker's thread. */
    abstract void work();

    /** Starts the thread. Main thread. */
    void start() {
        Thread t = threads.make(name, this::body);
        thread = t;
        t.start();
    }

    /** Lets the thread end once there is no more work, and waits for that. Main thread. */
    void stop() {
        stopping = true;
        Thread t = thread;
        if (t == null) {
            return;
        }
        sleeper.wake();
        boolean interrupted = false;
        while (t.isAlive()) {
            try {
                t.join();
            } catch (InterruptedException e) {
                interrupted = true; // it ends soon, because no work waits
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wakes the thread after work was published. Main thread. */
    void wake() {
        sleeper.wake();
    }

    private void body() {
        threads.enter();
        int spins = threads.crowded() ? CROWDED_SPINS : SPINS;
        while (true) {
            if (awaitWork(spins)) {
                work();
            } else if (stopping) {
                return;
            }
        }
    }

    private boolean awaitWork(int spins) {
        for (int i = 0; i < spins; i++) {
            if (hasWork()) {
                return true;
            }
            Thread.onSpinWait();
        }
        sleeper.sleepUnless(something);
        return hasWork();
    }

    private boolean stopping() {
        return stopping;
    }
}
