package dev.cairn.iothreads;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo;

/** The threads of the module: what the options say of them, over the strategy that they name. Main thread. */
final class IoThreads implements ThreadedIo {
    private Map<String, IntFunction<Strategy>> strategies = Map.of();
    private @Nullable Strategy strategy;
    /** Done works of strategies before this one. */
    private final ArrayDeque<Work> left = new ArrayDeque<>();
    private int threads = 1;
    private int worksPerThread;
    private boolean reads;

    /**
     * Begins.
     *
     * @param byName makes the strategy of a name, for a number of works that make another thread worth while
     * @param name the strategy
     * @param count how many threads, main included
     * @param works how many works make another thread worth while
     * @param doReads whether threads read
     */
    void start(Map<String, IntFunction<Strategy>> byName, String name, int count, int works, boolean doReads) {
        strategies = byName;
        worksPerThread = works;
        reads = doReads;
        threads = count;
        use(name);
    }

    /** Ends the threads; all works are done then. */
    void stop() {
        retire();
        threads = 1;
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
            worksPerThread = works;
        }
    }

    /** Sets whether threads read. */
    void reads(boolean doReads) {
        reads = doReads;
    }

    /** Sets how work is shared out, by a name. */
    void strategy(String name) {
        if (strategy != null) {
            retire();
            use(name);
        }
    }

    private void use(String name) {
        Strategy made = Objects.requireNonNull(strategies.get(name), name).apply(worksPerThread);
        strategy = made;
        made.threads(threads);
    }

    /** Ends the threads of the strategy, and keeps what they have done. */
    private void retire() {
        Strategy s = strategy;
        if (s != null) {
            s.threads(1);
            for (Work work = s.finished(); work != null; work = s.finished()) {
                left.add(work);
            }
            strategy = null;
        }
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
        Work first = left.poll();
        return first != null || strategy == null ? first : strategy.finished();
    }

    @Override
    public int outstanding() {
        return left.size() + (strategy == null ? 0 : strategy.outstanding());
    }

    @Override
    public void await() {
        if (strategy != null) {
            strategy.await();
        }
    }
}
