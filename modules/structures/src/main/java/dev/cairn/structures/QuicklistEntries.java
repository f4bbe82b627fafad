package dev.cairn.structures;

import static dev.cairn.structures.QuicklistNode.PLAIN;
import static dev.cairn.structures.QuicklistNode.behind;
import static dev.cairn.structures.QuicklistNode.bounds;
import static dev.cairn.structures.QuicklistNode.capacity;
import static dev.cairn.structures.QuicklistNode.count;
import static dev.cairn.structures.QuicklistNode.data;
import static dev.cairn.structures.QuicklistNode.end;
import static dev.cairn.structures.QuicklistNode.start;

/**
 * Puts elements into the blocks of a {@link Quicklist}'s nodes and takes them out. Nodes are expanded.
 *
 * <p>Elements are encoded as in a {@link Listpack}, one behind the other, without its frame. What is free of a block may lie before them as
 * well as behind them: so both ends of a node take and give elements without moving the others, and elsewhere only the shorter side moves.
 */
final class QuicklistEntries {
    private static final int SMALLEST_BLOCK = 512;

    private final QuicklistChain chain;

    QuicklistEntries(QuicklistChain chain) {
        this.chain = chain;
    }

    // Putting in.

    /** Puts an element at an offset of a node's block. */
    void put(long n, int offset, long source, int length) {
        if (Listpack.canonical(source, length)) {
            long value = Listpack.parsed(source, length);
            int body = Listpack.integerCodeBytes(value);
            Listpack.putInteger(gap(n, offset, body + Listpack.backBytes(body)), value, body);
        } else {
            int body = Math.addExact(Listpack.stringPrefix(length), length);
            Listpack.putString(gap(n, offset, body + Listpack.backBytes(body)), source, length);
        }
        QuicklistNode.count(n, count(n) + 1);
    }

    /** Makes a node the plain one of an element, whatever it held. */
    void putPlain(long n, long source, int length) {
        chain.copyInto(n, source, length);
        QuicklistNode.state(n, PLAIN, 0);
        QuicklistNode.count(n, 1);
    }

    /** Opens a gap of so many bytes at an offset and returns its address. */
    private long gap(long n, int offset, int bytes) {
        long data = data(n);
        int start = start(n);
        int end = end(n);
        boolean before = start >= bytes;
        boolean behind = data != 0 && capacity(n) - end >= bytes;
        int left = offset - start;
        int right = end - offset;
        if (before && (left == 0 || right > 0 && (left < right || !behind))) {
            Memory.copy(data + start, data + start - bytes, left);
            bounds(n, start - bytes, end);
            return data + offset - bytes;
        }
        if (behind && (right == 0 || left > 0)) {
            Memory.copy(data + offset, data + offset + bytes, right);
            bounds(n, start, end + bytes);
            return data + offset;
        }
        return relayout(n, offset, bytes);
    }

    /** Opens a gap where there is no room for it on one side: moves the elements within the block, or to a larger one. */
    private long relayout(long n, int offset, int bytes) {
        int start = start(n);
        int left = offset - start;
        int right = end(n) - offset;
        int needed = Math.addExact(left + right, bytes);
        long data = data(n);
        int size = capacity(n);
        int usual = Quicklist.nodeBytes(chain.fill());
        long to = data;
        if (needed > size || size < usual && needed > size - size / 8) {
            to = chain.allocate(blockFor(needed, size, usual));
            size = chain.usable(to);
        }
        int begin = freeBefore(n, left, right, size - needed);
        if (data == 0) {
            chain.block(n, to, data);
        } else if (to != data || begin < start) {
            Memory.copy(data + start, to + begin, left);
            Memory.copy(data + offset, to + begin + left + bytes, right);
        } else {
            Memory.copy(data + offset, to + begin + left + bytes, right);
            Memory.copy(data + start, to + begin, left);
        }
        if (to != data && data != 0) {
            chain.block(n, to, data);
        }
        bounds(n, begin, begin + needed);
        return to + begin + left;
    }

    private int blockFor(int needed, int size, int usual) {
        if (needed >= usual) {
            return needed;
        }
        return chain.nodes() > 2 && size == 0 && chain.fill() < 0
                ? usual
                : Math.min(usual, Math.max(needed, Math.max(2 * size, SMALLEST_BLOCK)));
    }

    /** How much of the free bytes goes before the elements: most of it at the end of the list that is growing. */
    private int freeBefore(long n, int left, int right, int free) {
        boolean atHead = n == chain.head();
        boolean atTail = n == chain.tail();
        if (left == 0 && (right > 0 || atHead && !atTail)) {
            return atHead ? atTail ? free - free / 4 : free : 0;
        }
        return right == 0 && left > 0 && atHead && atTail ? free / 4 : 0;
    }

    // Taking out.

    /** Takes the first or the last element out of a node that has others. */
    static void removeOuter(long n, boolean first) {
        if (first) {
            bounds(n, start(n) + Listpack.sizeAt(data(n), start(n)), end(n));
        } else {
            bounds(n, start(n), Listpack.entryBefore(data(n), end(n)));
        }
        QuicklistNode.count(n, count(n) - 1);
    }

    /** Takes the element at an offset out of a node and returns the offset of what followed it. */
    static int remove(long n, int offset) {
        QuicklistNode.count(n, count(n) - 1);
        return cut(n, offset, offset + Listpack.sizeAt(data(n), offset));
    }

    /** Takes so many elements out of a node, from the one with an index on. */
    static void remove(long n, int index, int elements) {
        int from = skip(n, start(n), index);
        int to = index + elements == count(n) ? end(n) : skip(n, from, elements);
        cut(n, from, to);
        QuicklistNode.count(n, count(n) - elements);
    }

    private static int skip(long n, int offset, int elements) {
        int to = offset;
        for (int i = 0; i < elements; i++) {
            to += Listpack.sizeAt(data(n), to);
        }
        return to;
    }

    private static int cut(long n, int from, int to) {
        int start = start(n);
        int end = end(n);
        int bytes = to - from;
        if (from - start <= end - to) {
            Memory.copy(data(n) + start, data(n) + start + bytes, from - start);
            bounds(n, start + bytes, end);
            return to;
        }
        Memory.copy(data(n) + to, data(n) + from, end - to);
        bounds(n, start, end - bytes);
        return from;
    }

    // Moving between nodes.

    /** Moves what follows an offset to a new node behind, and returns that. */
    long split(long n, int offset) {
        long right = chain.link(n, behind(n));
        int bytes = end(n) - offset;
        chain.copyInto(right, data(n) + offset, bytes);
        int moved = 0;
        for (int i = 0; i < bytes; i += Listpack.sizeAt(data(right), i)) {
            moved++;
        }
        QuicklistNode.count(right, moved);
        QuicklistNode.count(n, count(n) - moved);
        bounds(n, start(n), offset);
        return right;
    }

    /** Moves all elements of a node to the one before it, which then is the only one. */
    void merge(long left, long right) {
        int more = end(right) - start(right);
        Memory.copy(data(right) + start(right), gap(left, end(left), more), more);
        QuicklistNode.count(left, count(left) + count(right));
        chain.unlink(right);
    }
}
