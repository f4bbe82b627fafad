package dev.cairn.structures;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The heaps of the values of one data type in one database: one that most values share, and one each for those that grew large. The owner
 * of the database owns them; nothing is synchronised.
 *
 * <p>Design. Freeing a collection of millions of elements block by block would hold up everybody else. A value that has grown beyond
 * {@link #OWN_FROM} bytes therefore moves to a heap of its own, once; from then on it can be forgotten by dropping that heap, in time that
 * depends on its chunks only. A heap of its own costs some kilobytes of Java heap and at most a chunk that is not full, which is little
 * beside the value. Heaps are known by number, because a value's root stands in off-heap memory: number 0 is the shared one.
 */
public final class ValueHeaps {
    /** Bytes of blocks from which on a value should have a heap of its own. */
    public static final int OWN_FROM = 4 << 20;

    private final Heap shared = new Heap();
    private @Nullable Heap[] own = new Heap[4];
    private int[] free = new int[4];
    private int freeCount;
    private int end = 1;

    /** Creates the heaps; nothing is mapped yet. */
    public ValueHeaps() {
    }

    /** Returns the heap of a number, 0 for the shared one. */
    public Heap heap(int number) {
        Heap h = number == 0 ? shared : own[number];
        if (h == null) {
            throw new IllegalArgumentException("no heap has the number " + number);
        }
        return h;
    }

    /** Opens a heap for one value and returns its number. */
    public int open() {
        int number;
        if (freeCount > 0) {
            number = free[--freeCount];
        } else {
            if (end == own.length) {
                own = Arrays.copyOf(own, 2 * end);
            }
            number = end++;
        }
        own[number] = new Heap();
        return number;
    }

    /** Forgets all blocks of a value's own heap at once; the number is not used for it any more. */
    public void close(int number) {
        if (number == 0) {
            throw new IllegalArgumentException("the shared heap is not one value's");
        }
        heap(number).drop();
        own[number] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = number;
    }

    /** Returns the number of values that have a heap of their own. */
    public int ownHeaps() {
        return end - 1 - freeCount;
    }

    /** Returns the bytes of all blocks. */
    public long usedBytes() {
        long sum = shared.usedBytes();
        for (int i = 1; i < end; i++) {
            Heap h = own[i];
            sum += h == null ? 0 : h.usedBytes();
        }
        return sum;
    }

    /** Returns the bytes mapped for all heaps. */
    public long mappedBytes() {
        long sum = shared.mappedBytes();
        for (int i = 1; i < end; i++) {
            Heap h = own[i];
            sum += h == null ? 0 : h.mappedBytes();
        }
        return sum;
    }

    /** Forgets all blocks of all heaps at once. */
    public void drop() {
        shared.drop();
        for (int i = 1; i < end; i++) {
            Heap h = own[i];
            if (h != null) {
                h.drop();
            }
        }
        own = new Heap[4];
        freeCount = 0;
        end = 1;
    }
}
