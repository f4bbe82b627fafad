package dev.cairn.iothreads;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo;

/** The threads of the module: what the options say of them, over the strategy that they name. Main thread. */
final class IoThreads implements ThreadedIo {
    private @Nullable Strategy strategy;
    private int threads = 1;
    private boolean reads;

    /** Begins with a strategy. */
    void start(Strategy chosen, int count, boolean doReads) {
        strategy = chosen;
        reads = doReads;
        threads(count);
    }

    /** Sets the number of threads, main included. */
    void threads(int count) {
        Strategy s = strategy;
        if (s != null) {
            s.threads(count);
            threads = count;
        }
    }

    /** Sets how many connections that wait make another thread worth while. */
    void worksPerThread(int works) {
        Strategy s = strategy;
        if (s != null) {
            s.worksPerThread(works);
        }
    }

    /** Ends the threads. */
    void stop() {
        threads(1);
        strategy = null;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public boolean reads() {
        return reads;
    }

    @Override
    public boolean active() {
        return threads > 1 && strategy != null && strategy.active();
    }

    @Override
    public boolean adjust(int pending) {
        return threads > 1 && strategy != null && strategy.adjust(pending);
    }

    @Override
    public void perform(Work[] works, int count) {
        if (strategy == null) {
            throw new IllegalStateException("I/O threads are used before their start");
        }
        strategy.perform(works, count);
    }

    @Override
    public @Nullable Work finished() {
        return strategy == null ? null : strategy.finished();
    }

    @Override
    public int outstanding() {
        return strategy == null ? 0 : strategy.outstanding();
    }

    @Override
    public void await() {
        if (strategy != null) {
            strategy.await();
        }
    }
}
