package dev.cairn.types.list;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * The elements that SORT sorts, off-heap, since there may be millions of them. Used by one command; main thread.
 *
 * <p>Design. Each element is a block: its score or the address of the bytes that it is compared by, its number, its length, its bytes. What is
 * sorted are their addresses, by quicksort with the median of three, that leaves alone what is not asked for by LIMIT, and by
 * heapsort where the pivots are bad, so that no input takes longer than N log N. Elements that compare equal keep their order, by their number.
 */
final class SortVector implements AutoCloseable {
    /* An element. */
    private static final int SCORE = 0;
    private static final int KEY = 0;
    private static final int NUMBER = 8;
    private static final int LENGTH = 12;
    private static final int BYTES = 16;

    /** Vectors from this size on have a heap of their own, which is dropped at once. */
    private static final int OWN_HEAP_FROM = 10_000;
    private static final int FEW = 16;

    private final Heap heap;
    private final boolean ownHeap;
    private final long order;
    private final boolean alpha;
    private final boolean descending;
    private boolean byKey;
    private int size;
    private final NativeBytes view = new NativeBytes();

    /**
     * An empty vector.
     *
     * @param shared the heap that it takes memory from if it is small
     * @param capacity the most elements
     */
    SortVector(Heap shared, int capacity, boolean alpha, boolean descending) {
        ownHeap = capacity >= OWN_HEAP_FROM;
        heap = ownHeap ? new Heap() : shared;
        order = heap.allocate(Math.toIntExact(Math.max(1, 8L * capacity)));
        this.alpha = alpha;
        this.descending = descending;
    }

    int size() {
        return size;
    }

    private long at(int i) {
        return Memory.getLong(order + 8L * i);
    }

    private void at(int i, long element) {
        Memory.putLong(order + 8L * i, element);
    }

    private void swap(int i, int j) {
        long element = at(i);
        at(i, at(j));
        at(j, element);
    }

    /** Adds an element that is compared by its bytes, or has the score 0. */
    void add(Bytes element) {
        int length = element.length();
        long block = heap.allocate(BYTES + length);
        Memory.putLong(block + SCORE, 0);
        Memory.putInt(block + NUMBER, size);
        Memory.putInt(block + LENGTH, length);
        BytesCopy.put(element, block + BYTES);
        at(size++, block);
    }

    /** The element at a place; a view that lasts until the next one. */
    NativeBytes element(int i) {
        return element(at(i), view);
    }

    private static NativeBytes element(long block, NativeBytes to) {
        return to.set(block + BYTES, Memory.getInt(block + LENGTH));
    }

    /** Sets the score of the element at a place. */
    void score(int i, double score) {
        Memory.putLong(at(i) + SCORE, Double.doubleToRawLongBits(score));
    }

    /** Sets what the element at a place is compared by; null comes before everything. Either all elements have such a key, or none. */
    void key(int i, @Nullable Bytes key) {
        byKey = true;
        if (key != null) {
            int length = key.length();
            long block = heap.allocate(BYTES + length);
            Memory.putInt(block + LENGTH, length);
            BytesCopy.put(key, block + BYTES);
            Memory.putLong(at(i) + KEY, block);
        }
    }

    private boolean isBefore(long a, long b) {
        int c = compared(a, b);
        return c == 0 ? Memory.getInt(a + NUMBER) < Memory.getInt(b + NUMBER) : descending ? c > 0 : c < 0;
    }

    private int compared(long a, long b) {
        if (!alpha) {
            int c = Double.compare(score(a), score(b));
            return c == 0 ? bytes(a, b) : c;
        }
        if (!byKey) {
            return bytes(a, b);
        }
        long k = Memory.getLong(a + KEY);
        long l = Memory.getLong(b + KEY);
        return k == 0 || l == 0 ? Boolean.compare(k != 0, l != 0) : bytes(k, l);
    }

    /** A score; adding 0 makes -0 the same as 0. */
    private static double score(long block) {
        return Double.longBitsToDouble(Memory.getLong(block + SCORE)) + 0.0;
    }

    private static int bytes(long a, long b) {
        return Memory.compare(a + BYTES, Memory.getInt(a + LENGTH), b + BYTES, Memory.getInt(b + LENGTH));
    }

    /** Sorts so that what belongs to the places {@code from} to {@code to} (exclusive) is there, in its order. */
    void sort(int from, int to) {
        sort(0, size, from, to, 2 * (32 - Integer.numberOfLeadingZeros(size)));
    }

    private void sort(int low, int high, int from, int to, int depth) {
        int begin = low;
        int end = high;
        int left = depth;
        while (begin < to && end > from && end - begin > 1) {
            if (end - begin <= FEW) {
                insertionSort(begin, end);
                return;
            }
            if (left-- == 0) {
                heapSort(begin, end);
                return;
            }
            int pivot = partition(begin, end);
            // the smaller side in a call, the other one in this loop
            if (pivot - begin < end - pivot) {
                sort(begin, pivot, from, to, left);
                begin = pivot + 1;
            } else {
                sort(pivot + 1, end, from, to, left);
                end = pivot;
            }
        }
    }

    /** Moves what is before the pivot, the median of three, to its left, and returns where the pivot is then. */
    private int partition(int begin, int end) {
        int middle = begin + end >>> 1;
        int last = end - 1;
        if (isBefore(at(middle), at(begin))) {
            swap(middle, begin);
        }
        if (isBefore(at(last), at(begin))) {
            swap(last, begin);
        }
        if (isBefore(at(last), at(middle))) {
            swap(last, middle);
        }
        swap(middle, last - 1);
        long pivot = at(last - 1);
        int i = begin;
        int j = last - 1;
        while (true) {
            do {
                i++;
            } while (isBefore(at(i), pivot));
            do {
                j--;
            } while (isBefore(pivot, at(j)));
            if (i >= j) {
                swap(i, last - 1);
                return i;
            }
            swap(i, j);
        }
    }

    private void insertionSort(int begin, int end) {
        for (int i = begin + 1; i < end; i++) {
            long element = at(i);
            int j = i;
            while (j > begin && isBefore(element, at(j - 1))) {
                at(j, at(j - 1));
                j--;
            }
            at(j, element);
        }
    }

    private void heapSort(int begin, int end) {
        int n = end - begin;
        for (int i = n / 2 - 1; i >= 0; i--) {
            sift(begin, i, n);
        }
        for (int i = n - 1; i > 0; i--) {
            swap(begin, begin + i);
            sift(begin, 0, i);
        }
    }

    private void sift(int begin, int from, int n) {
        int parent = from;
        for (int child = 2 * parent + 1; child < n; child = 2 * parent + 1) {
            if (child + 1 < n && isBefore(at(begin + child), at(begin + child + 1))) {
                child++;
            }
            if (!isBefore(at(begin + parent), at(begin + child))) {
                return;
            }
            swap(begin + parent, begin + child);
            parent = child;
        }
    }

    @Override
    public void close() {
        if (ownHeap) {
            heap.drop();
            return;
        }
        for (int i = 0; i < size; i++) {
            long element = at(i);
            if (byKey && Memory.getLong(element + KEY) != 0) {
                heap.free(Memory.getLong(element + KEY));
            }
            heap.free(element);
        }
        heap.free(order);
    }
}
