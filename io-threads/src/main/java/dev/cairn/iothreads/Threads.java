package dev.cairn.iothreads;

import java.io.IOException;
import java.util.function.BiFunction;

import dev.cairn.structures.CpuAffinity;

/** What workers need of the server: threads, their CPUs, and the loop to wake. Any thread, but for {@link #make}. */
final class Threads {
    private static final System.Logger LOG = System.getLogger(Threads.class.getName());

    /** Looks before a thread that waits lets others have its processor. */
    private static final int LOOKS = 1_000;

    private final BiFunction<String, Runnable, Thread> maker;
    private final Runnable wakeMain;
    private final String cpus;
    private volatile boolean crowded;

    /**
     * Threads of a module.
     *
     * @param maker makes a thread of a name
     * @param wakeMain has the main thread look for what is done; any thread calls it
     * @param cpus the CPUs that they run on, as {@code server-cpulist} names them; empty for all
     */
    Threads(BiFunction<String, Runnable, Thread> maker, Runnable wakeMain, String cpus) {
        this.maker = maker;
        this.wakeMain = wakeMain;
        this.cpus = cpus;
    }

    /** Makes a thread that does not run yet. Main thread. */
    Thread make(String name, Runnable body) {
        return maker.apply(name, body);
    }

    /** Binds the calling thread to its CPUs. */
    void enter() {
        if (!cpus.isEmpty()) {
            try {
                CpuAffinity.bind(cpus);
            } catch (IOException | IllegalArgumentException e) {
                LOG.log(System.Logger.Level.WARNING, "Can''t bind {0} to the CPUs {1}: {2}", Thread.currentThread().getName(), cpus,
                        e.getMessage());
            }
        }
    }

    /** Tells how many threads there are to be. */
    void count(int threads) {
        crowded = threads >= Runtime.getRuntime().availableProcessors();
    }

    /** Whether there are no more processors than threads, so that one that spins holds others up. */
    boolean crowded() {
        return crowded;
    }

    /**
     * Passes the time between two looks for what a worker will have done in a moment.
     *
     * @param looks how many there were already
     */
    @SuppressWarnings("ThreadPriorityCheck") // correct without the yield, too: the worker may be without a processor
    static void pause(int looks) {
        if (looks < LOOKS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** Has the loop turn without waiting. */
    void wakeMain() {
        wakeMain.run();
    }
}
