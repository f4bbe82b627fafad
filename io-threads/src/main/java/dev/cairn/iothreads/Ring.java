package dev.cairn.iothreads;

import java.util.concurrent.atomic.AtomicLongArray;

import org.jspecify.annotations.Nullable;

/**
 * A bounded queue in an array from one producing thread to one consuming thread. Nobody waits, nothing is allocated.
 *
 * <p>Lamport's queue: the producer alone moves the tail, after it has put the element; the consumer alone moves the head, after it has taken
 * the element; each keeps what it saw last of the other's number, and looks again only when that leaves nothing to do. The numbers have cache
 * lines of their own. They are written as volatiles, so that who looks whether the other side sleeps after an offer, and a side that looks for
 * elements after it said that it sleeps, cannot miss each other.
 */
final class Ring<E> {
    /** Places of the two numbers, two cache lines from each other and from both ends. */
    private static final int TAIL = 16;
    private static final int HEAD = 32;
    private static final int PLACES = 48;

    private final int mask;
    private final @Nullable Object[] elements;
    private final AtomicLongArray numbers = new AtomicLongArray(PLACES);
    /** The consumer's. */
    private final Seen tailSeen = new Seen();
    /** The producer's. */
    private final Seen headSeen = new Seen();

    /** A number as one side has seen it last. */
    private static final class Seen {
        private long value;
    }

    /** An empty queue for {@code capacity} elements, a power of two. */
    Ring(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity " + capacity + ": want a power of two");
        }
        mask = capacity - 1;
        elements = new @Nullable Object[capacity];
    }

    /** Adds an element at the end; false when the queue is full. The producer. */
    boolean offer(E element) {
        long at = numbers.getPlain(TAIL);
        if (at - headSeen.value > mask) {
            headSeen.value = numbers.getAcquire(HEAD);
            if (at - headSeen.value > mask) {
                return false;
            }
        }
        elements[(int) at & mask] = element;
        numbers.set(TAIL, at + 1);
        return true;
    }

    /** Takes the first element; null when there is none. The consumer. */
    @Nullable
    @SuppressWarnings("unchecked") // only offer puts elements there
    E poll() {
        long at = numbers.getPlain(HEAD);
        if (at == tailSeen.value) {
            tailSeen.value = numbers.get(TAIL);
            if (at == tailSeen.value) {
                return null;
            }
        }
        int place = (int) at & mask;
        E element = (E) elements[place];
        elements[place] = null;
        numbers.setRelease(HEAD, at + 1);
        return element;
    }

    /** Whether there is nothing to take. The consumer. */
    boolean isEmpty() {
        return numbers.getPlain(HEAD) == numbers.get(TAIL);
    }

    /** How many elements were ever offered. Any thread. */
    long offered() {
        return numbers.get(TAIL);
    }
}
