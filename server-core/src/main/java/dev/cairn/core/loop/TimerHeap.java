package dev.cairn.core.loop;

import java.util.Arrays;
import java.util.Objects;

import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;

/** The timers of a loop: a binary heap by deadline in milliseconds, equal deadlines in the order of their setting. Main thread. */
final class TimerHeap {
    private static final int INITIAL_CAPACITY = 16;

    /** A timer; its place in the heap is kept in it, so that a cancelled one leaves at once. */
    final class Entry implements Loop.Timer {
        private final Runnable task;
        private final long periodNanos;
        private long deadline;
        private long order;
        private int index = -1;
        private boolean cancelled;

        Entry(Runnable task, long periodNanos) {
            this.task = task;
            this.periodNanos = periodNanos;
        }

        /** What it runs. */
        Runnable task() {
            return task;
        }

        /** The period in nanoseconds, -1 for a timer that runs once. */
        long periodNanos() {
            return periodNanos;
        }

        /** Whether it is to be set again after a run. */
        boolean repeats() {
            return periodNanos >= 0 && !cancelled;
        }

        @Override
        public void cancel() {
            cancelled = true;
            if (index >= 0) {
                remove(index);
            }
        }

        private boolean before(Entry other) {
            return deadline < other.deadline || deadline == other.deadline && order < other.order;
        }
    }

    private @Nullable Entry[] heap = new @Nullable Entry[INITIAL_CAPACITY];
    private int size;
    private long nextOrder;

    /** How many timers are set. */
    int size() {
        return size;
    }

    /** The nearest deadline, {@link Long#MAX_VALUE} when no timer is set. */
    long nearest() {
        return size == 0 ? Long.MAX_VALUE : at(0).deadline;
    }

    /** Sets a timer that is not set. */
    void add(Entry entry, long deadline) {
        assert entry.index < 0;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        entry.deadline = deadline;
        entry.order = nextOrder++;
        siftUp(size++, entry);
    }

    /** Takes the first timer out if its deadline is not after {@code now}, null otherwise. */
    @Nullable
    Entry poll(long now) {
        if (nearest() > now || size == 0) {
            return null;
        }
        Entry first = at(0);
        remove(0);
        return first;
    }

    private void remove(int index) {
        at(index).index = -1;
        size--;
        Entry last = at(size);
        heap[size] = null;
        if (index < size) {
            siftDown(index, last);
            if (heap[index] == last) {
                siftUp(index, last);
            }
        }
    }

    private void siftUp(int from, Entry entry) {
        int i = from;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (!entry.before(at(parent))) {
                break;
            }
            put(i, at(parent));
            i = parent;
        }
        put(i, entry);
    }

    private void siftDown(int from, Entry entry) {
        int i = from;
        while (true) {
            int child = 2 * i + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && at(child + 1).before(at(child))) {
                child++;
            }
            if (!at(child).before(entry)) {
                break;
            }
            put(i, at(child));
            i = child;
        }
        put(i, entry);
    }

    private Entry at(int index) {
        return Objects.requireNonNull(heap[index]);
    }

    private void put(int index, Entry entry) {
        heap[index] = entry;
        entry.index = index;
    }
}
