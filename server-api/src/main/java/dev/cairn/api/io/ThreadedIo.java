package dev.cairn.api.io;

import org.jspecify.annotations.Nullable;

/**
 * Threads that read and write connections in place of the main thread; at most one module provides them. Main thread.
 *
 * <p>The server lends a connection, makes a {@link Work} of what is to be done with it and gives it to {@link #perform}. What it gets back
 * from {@link #finished} is done, and the connection is the main thread's again. Each work comes back exactly once. A provider may have done
 * all of it when {@code perform} returns, the main thread's share by the main thread itself; or it may return at once, and then wakes the
 * loop, see {@link Loop#wake}, when something is done.
 *
 * <p>Both may be called within each other: the server executes commands between two calls of {@code finished}, and a command may have the
 * loop turn.
 */
public interface ThreadedIo {
    /** A read or a write of one connection. */
    interface Work {
        /** Does it, as far as that goes without waiting. Called once, by one thread, any; throws nothing. */
        void run();
    }

    /** How many threads read and write, the main thread included: 1 when it does so alone. */
    int threads();

    /** Whether reads are to be handed over, too, and not only writes. */
    boolean reads();

    /** Whether threads take part now. */
    boolean active();

    /**
     * Starts or stops threads by what there is to do. Called before each round of writes, and regularly.
     *
     * @param pending number of connections that wait to be written or read
     * @return {@link #active} from now on
     */
    boolean adjust(int pending);

    /**
     * Has work done.
     *
     * @param works the array is the caller's again after the call
     * @param count how many of them, from the first on
     */
    void perform(Work[] works, int count);

    /** Takes back the next work that is done; null when none is now. */
    @Nullable
    Work finished();

    /** How many works were given to {@link #perform} and not taken back by {@link #finished} yet. */
    int outstanding();

    /** Waits until all work given so far is done; it still has to be taken back. That is soon, because no work waits. */
    void await();
}
