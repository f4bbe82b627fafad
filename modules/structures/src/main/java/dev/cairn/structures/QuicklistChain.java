package dev.cairn.structures;

import static dev.cairn.structures.QuicklistNode.before;
import static dev.cairn.structures.QuicklistNode.behind;
import static dev.cairn.structures.QuicklistNode.bounds;
import static dev.cairn.structures.QuicklistNode.capacity;
import static dev.cairn.structures.QuicklistNode.compressed;
import static dev.cairn.structures.QuicklistNode.count;
import static dev.cairn.structures.QuicklistNode.data;
import static dev.cairn.structures.QuicklistNode.end;
import static dev.cairn.structures.QuicklistNode.flags;
import static dev.cairn.structures.QuicklistNode.start;
import static dev.cairn.structures.QuicklistNode.used;

/**
 * The chain of a {@link Quicklist}'s nodes, their blocks, and the heap that both are in: what it makes and frees it counts in the list's root.
 * What the blocks hold is of no concern here. It is bound to one list after another.
 *
 * <p>The layout of a root, {@value Quicklist#ROOT_BYTES} bytes:
 *
 * <pre>
 *  0  i64  the first node, 0 for none
 *  8  i64  the last node
 * 16  i64  number of elements
 * 24  i32  number of nodes
 * 28  i32  number of the heap, 0 for the shared one
 * 32  i64  bytes of nodes and blocks
 * 40  i16  the fill
 * 42  u16  the depth, as it was asked for
 * </pre>
 */
final class QuicklistChain {
    private static final int HEAD = 0;
    private static final int TAIL = 8;
    private static final int SIZE = 16;
    private static final int NODES = 24;
    private static final int HEAP = 28;
    private static final int MEMORY = 32;
    private static final int FILL = 40;
    private static final int DEPTH = 42;

    /** A list that has shrunk to this part of what a heap of its own is for goes back to the shared one. */
    private static final int BACK_PART = 8;

    private final ValueHeaps heaps;
    private long root;
    private Heap heap;

    /** A chain of no list yet. */
    QuicklistChain(ValueHeaps heaps) {
        this.heaps = heaps;
        this.heap = heaps.heap(0);
    }

    /** Makes the bytes at an address the root of an empty list. */
    static void create(long address, int fill, int depth) {
        Memory.fill(address, Quicklist.ROOT_BYTES, (byte) 0);
        Memory.putShort(address + FILL, fill);
        Memory.putShort(address + DEPTH, depth);
    }

    void bind(long address) {
        root = address;
        heap = heaps.heap(Memory.getInt(address + HEAP));
    }

    // The root.

    long head() {
        return Memory.getLong(root + HEAD);
    }

    long tail() {
        return Memory.getLong(root + TAIL);
    }

    long size() {
        return Memory.getLong(root + SIZE);
    }

    void addSize(long n) {
        Memory.putLong(root + SIZE, size() + n);
    }

    int nodes() {
        return Memory.getInt(root + NODES);
    }

    long memory() {
        return Memory.getLong(root + MEMORY);
    }

    private void addMemory(long n) {
        Memory.putLong(root + MEMORY, memory() + n);
    }

    int fill() {
        return Memory.getShort(root + FILL);
    }

    int depth() {
        return Memory.getUnsignedShort(root + DEPTH);
    }

    // Nodes.

    /** Puts a new node without a block between two neighbours, of which each may be 0. */
    long link(long before, long behind) {
        long n = heap.allocate(QuicklistNode.BYTES);
        Memory.fill(n, QuicklistNode.BYTES, (byte) 0);
        QuicklistNode.before(n, before);
        QuicklistNode.behind(n, behind);
        join(before, n);
        join(n, behind);
        Memory.putInt(root + NODES, nodes() + 1);
        addMemory(QuicklistNode.BYTES);
        return n;
    }

    /** Takes a node out and frees it and its block. */
    void unlink(long n) {
        join(before(n), behind(n));
        addMemory(-(long) capacity(n) - QuicklistNode.BYTES);
        Memory.putInt(root + NODES, nodes() - 1);
        heap.free(data(n));
        heap.free(n);
    }

    private void join(long before, long behind) {
        if (before == 0) {
            Memory.putLong(root + HEAD, behind);
        } else {
            QuicklistNode.behind(before, behind);
        }
        if (behind == 0) {
            Memory.putLong(root + TAIL, before);
        } else {
            QuicklistNode.before(behind, before);
        }
    }

    // Blocks.

    /** Memory for a block, or for a while; it counts once it is a node's. */
    long allocate(int bytes) {
        return heap.allocate(bytes);
    }

    /** The size of what {@link #allocate} has given, which may be more than was asked for. */
    int usable(long block) {
        return heap.usable(block);
    }

    /** Frees what was allocated and is no node's. */
    void release(long block) {
        heap.free(block);
    }

    /** Gives a node a block, which takes the place of the one that it had, 0 for none. */
    void block(long n, long data, long old) {
        int size = heap.usable(data);
        addMemory((long) size - (old == 0 ? 0 : capacity(n)));
        if (old != 0) {
            heap.free(old);
        }
        QuicklistNode.block(n, data, size);
    }

    /** Gives a node a block with a copy of some bytes, and nothing besides, in the place of the one that it had. */
    void copyInto(long n, long source, int bytes) {
        long to = heap.allocate(Math.max(bytes, 1));
        Memory.copy(source, to, bytes);
        block(n, to, data(n));
        bounds(n, 0, bytes);
    }

    /** Gives a node a block of just its elements if that saves one part of so many. */
    void trim(long n, int part) {
        int bytes = end(n) - start(n);
        int least = Math.max(bytes, 8);
        if (capacity(n) - Heap.sizeOf(least) > capacity(n) / part) {
            copyInto(n, data(n) + start(n), bytes);
        }
    }

    // Heaps.

    /** How much work {@link #free} is, in blocks. */
    long freeEffort() {
        return Memory.getInt(root + HEAP) != 0 ? 1 + (memory() >>> 21) : 2L * nodes();
    }

    /** Frees all nodes; the root is not used any more. */
    void free() {
        int number = Memory.getInt(root + HEAP);
        if (number != 0) {
            heaps.close(number);
        } else {
            for (long n = head(); n != 0;) {
                long following = behind(n);
                heap.free(data(n));
                heap.free(n);
                n = following;
            }
        }
    }

    /** Moves all nodes to a heap of their own, or back, as their size asks for; returns whether they were moved. */
    boolean rehouse() {
        int number = Memory.getInt(root + HEAP);
        if (number == 0 && memory() > ValueHeaps.OWN_FROM) {
            moveTo(heaps.open(), number);
            return true;
        }
        if (number != 0 && memory() < ValueHeaps.OWN_FROM / BACK_PART) {
            moveTo(0, number);
            return true;
        }
        return false;
    }

    private void moveTo(int number, int from) {
        Heap old = heap;
        heap = heaps.heap(number);
        long n = head();
        Memory.putLong(root + HEAD, 0);
        Memory.putLong(root + TAIL, 0);
        Memory.putLong(root + MEMORY, 0);
        Memory.putInt(root + NODES, 0);
        while (n != 0) {
            copyNode(n);
            long following = behind(n);
            if (from == 0) {
                old.free(data(n));
                old.free(n);
            }
            n = following;
        }
        if (from != 0) {
            heaps.close(from);
        }
        Memory.putInt(root + HEAP, number);
    }

    /** Adds a copy of a node of another heap at the tail. */
    private void copyNode(long from) {
        long n = link(tail(), 0);
        copyInto(n, data(from) + start(from), end(from) - start(from));
        QuicklistNode.count(n, count(from));
        QuicklistNode.state(n, flags(from), compressed(from) ? used(from) : 0);
    }

    /** Makes this chain, of an empty list, a copy of another one, which may be of other heaps. */
    void copyFrom(QuicklistChain other) {
        Memory.putShort(root + FILL, other.fill());
        Memory.putShort(root + DEPTH, other.depth());
        if (other.memory() > ValueHeaps.OWN_FROM) {
            int number = heaps.open();
            Memory.putInt(root + HEAP, number);
            heap = heaps.heap(number);
        }
        for (long n = other.head(); n != 0; n = behind(n)) {
            copyNode(n);
        }
        Memory.putLong(root + SIZE, other.size());
    }
}
