package dev.cairn.iothreads;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo.Work;

/**
 * What one thread is dealt of a round, with the published number of works that are pending.
 *
 * <p>The number belongs to both sides: main raises it from zero and so publishes the list, which it does not touch until the worker, having
 * done all, sets it to zero and so publishes what it has done. It has a cache line for itself, since both poll it.
 */
final class DealtList {
    private static final int INITIAL = 64;
    /** Ints of two cache lines: the place of the number in the middle of four. */
    private static final int LINES = 32;

    private @Nullable Work[] works = new @Nullable Work[INITIAL];
    private int size;
    private final AtomicIntegerArray pending = new AtomicIntegerArray(2 * LINES);

    /** Adds a work that is not published yet. Main thread, while nothing is pending. */
    void add(Work work) {
        if (size == works.length) {
            works = Arrays.copyOf(works, 2 * size);
        }
        works[size++] = work;
    }

    /** Publishes what was added; returns whether that is anything. Main thread. */
    boolean publish() {
        if (size == 0) {
            return false;
        }
        pending.set(LINES, size);
        return true;
    }

    /** Number of published works, 0 once they are all done. Any thread. */
    int pending() {
        return pending.get(LINES);
    }

    /** Does what was published, and then publishes that. The worker, while something is pending. */
    void runAll() {
        int n = size;
        for (int i = 0; i < n; i++) {
            Work work = works[i];
            works[i] = null;
            if (work != null) {
                work.run();
            }
        }
        size = 0;
        pending.set(LINES, 0);
    }
}
