package dev.cairn.bio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

import org.jspecify.annotations.Nullable;

/**
 * A bounded queue in an array, first in, first out. Any thread may offer and poll; nobody waits for a lock, nothing is allocated.
 *
 * <p>Design: the queue of Dmitry Vyukov with a turn for each place. A place whose turn equals the tail is free for the offer of that number;
 * one whose turn is one more than the head holds the element of that number. Offers take their number from the tail by a compare-and-set and
 * publish the element by setting the turn, so an element is seen whole or not at all. Closing sets a bit of the tail: offers that had a number
 * before still publish their element, later ones fail, and the numbers given out are known for good. Both index words are changed by
 * volatile operations only: a poster that looks whether the consumer sleeps after it offered, and a consumer that looks for elements after it
 * said that it sleeps, cannot miss each other.
 */
final class JobRing<E> {
    private static final long CLOSED = 1L << 62;
    private static final VarHandle TAIL;
    private static final VarHandle HEAD;

    static {
        try {
            TAIL = MethodHandles.lookup().findVarHandle(JobRing.class, "tail", long.class);
            HEAD = MethodHandles.lookup().findVarHandle(JobRing.class, "head", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int mask;
    private final @Nullable Object[] elements;
    private final AtomicLongArray turns;
    private volatile long tail;
    private volatile long head;

    /** An empty queue for {@code capacity} elements, a power of two. */
    JobRing(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity " + capacity + ": want a power of two");
        }
        mask = capacity - 1;
        elements = new @Nullable Object[capacity];
        turns = new AtomicLongArray(capacity);
        for (int i = 0; i < capacity; i++) {
            turns.setPlain(i, i);
        }
    }

    /** Adds an element at the end; false when the queue is full or closed. */
    boolean offer(E element) {
        while (true) {
            long at = tail;
            if (at >= CLOSED) {
                return false;
            }
            int place = (int) at & mask;
            long turn = turns.get(place);
            if (turn == at) {
                if (TAIL.compareAndSet(this, at, at + 1)) {
                    elements[place] = element;
                    turns.set(place, at + 1);
                    return true;
                }
            } else if (turn < at) {
                return false;
            }
        }
    }

    /** Takes the first element; null when there is none yet. */
    @Nullable
    @SuppressWarnings("unchecked") // only offer puts elements there
    E poll() {
        while (true) {
            long at = head;
            int place = (int) at & mask;
            long turn = turns.get(place);
            if (turn == at + 1) {
                if (HEAD.compareAndSet(this, at, at + 1)) {
                    E element = (E) elements[place];
                    elements[place] = null;
                    turns.set(place, at + mask + 1);
                    return element;
                }
            } else if (turn <= at) {
                return null;
            }
        }
    }

    /** Lets no more elements in. */
    void close() {
        long unused = (long) TAIL.getAndBitwiseOr(this, CLOSED);
        assert unused >= 0;
    }

    /** Whether the queue is closed and every element was taken. */
    boolean finished() {
        return tail >= CLOSED && head == offered();
    }

    /** Whether an element is there, or will be in a moment. */
    boolean hasElements() {
        return head != offered();
    }

    /** How many elements were ever offered: the number of the next. */
    long offered() {
        return tail & ~CLOSED;
    }

    /** Whether an offer would find a place. */
    boolean hasRoom() {
        return !closed() && offered() - head <= mask;
    }

    boolean closed() {
        return tail >= CLOSED;
    }
}
