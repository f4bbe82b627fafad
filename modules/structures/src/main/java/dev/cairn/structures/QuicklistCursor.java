package dev.cairn.structures;

import static dev.cairn.structures.QuicklistNode.before;
import static dev.cairn.structures.QuicklistNode.behind;
import static dev.cairn.structures.QuicklistNode.compressed;
import static dev.cairn.structures.QuicklistNode.count;
import static dev.cairn.structures.QuicklistNode.data;
import static dev.cairn.structures.QuicklistNode.end;
import static dev.cairn.structures.QuicklistNode.plain;
import static dev.cairn.structures.QuicklistNode.start;
import static dev.cairn.structures.QuicklistNode.used;

/**
 * How a {@link Quicklist} is read: a cursor that stands on one of its elements, or on none. A compressed node is expanded aside while the
 * cursor is in it.
 */
abstract sealed class QuicklistCursor permits Quicklist {
    final QuicklistChain chain;
    final QuicklistCompression compression;
    private final ValueHeaps heaps;

    /** The cursor's node, 0 when it stands on no element. */
    long node;
    /** Where the node's elements are, from the offset {@link #first} to {@link #limit}. */
    long base;
    int first;
    int limit;
    /** The offset of the element. */
    int at;
    /** The index within the node of the element that {@link #seek} has found. */
    int place;
    /** Whether the element has a node for itself. */
    boolean isPlain;
    /** A node that was changed and not looked at since, 0 for none. */
    long edited;
    /** Where compressed nodes are expanded, 0 while there is none. */
    private long buffer;

    /** A cursor in no list yet. */
    QuicklistCursor(ValueHeaps heaps) {
        this.heaps = heaps;
        this.chain = new QuicklistChain(heaps);
        this.compression = new QuicklistCompression(chain);
    }

    /** Goes to the list with a root at an address, there on no element. */
    final void open(long root) {
        if (buffer != 0) {
            heaps.heap(0).free(buffer);
            buffer = 0;
        }
        chain.bind(root);
        leave();
    }

    /** Stands on no element, and forgets which node was changed. */
    final void leave() {
        node = 0;
        edited = 0;
    }

    // The list.

    /** Number of elements. */
    public final long size() {
        return chain.size();
    }

    /** Number of nodes. */
    public final int nodes() {
        return chain.nodes();
    }

    /** Bytes that the list takes besides its root. */
    public final long memory() {
        return chain.memory();
    }

    /** The most entries of a node, or from -1 to -5 for its size; as at {@link Quicklist#create}. */
    public final int fill() {
        return chain.fill();
    }

    /** How many nodes at either end are not compressed, 0 when none is; a very long list has a depth of its own. */
    public final int depth() {
        return compression.depth();
    }

    // Moving.

    final boolean enter(long n, boolean front) {
        finish();
        node = n;
        if (n == 0) {
            return false;
        }
        isPlain = plain(n);
        if (compressed(n)) {
            expandAside(n);
        } else {
            base = data(n);
            first = start(n);
            limit = end(n);
        }
        at = front || isPlain ? first : Listpack.entryBefore(base, limit);
        return true;
    }

    private void expandAside(long n) {
        Heap shared = heaps.heap(0);
        int bytes = used(n);
        if (buffer == 0 || shared.usable(buffer) < bytes) {
            if (buffer != 0) {
                shared.free(buffer);
                buffer = 0;
            }
            buffer = shared.allocate(bytes);
        }
        QuicklistCompression.expandTo(n, buffer, bytes);
        base = buffer;
        first = 0;
        limit = bytes;
    }

    /** Ends a series of changes at the cursor; without it the last changed node is not compressed again. */
    public final void finish() {
        if (edited != 0) {
            long n = edited;
            edited = 0;
            compression.settle(n);
        }
    }

    /** Puts the cursor on the first element; false if there is none. */
    public final boolean first() {
        return enter(chain.head(), true);
    }

    /** Puts the cursor on the last element; false if there is none. */
    public final boolean last() {
        return enter(chain.tail(), false);
    }

    /** Puts the cursor on the element with the index, from 0, searched from the nearer end; false if there is none. */
    public final boolean seek(long index) {
        long size = size();
        if (index < 0 || index >= size) {
            return false;
        }
        long n;
        long left;
        if (index <= size / 2) {
            n = chain.head();
            left = index;
            while (left >= count(n)) {
                left -= count(n);
                n = behind(n);
            }
        } else {
            n = chain.tail();
            left = index - size + count(n);
            while (left < 0) {
                n = before(n);
                left += count(n);
            }
        }
        place = (int) left;
        boolean front = place <= count(n) / 2;
        enter(n, front);
        if (!isPlain) {
            step(front ? place : count(n) - 1 - place, front);
        }
        return true;
    }

    private void step(int elements, boolean forward) {
        int to = at;
        for (int i = 0; i < elements; i++) {
            to = forward ? to + Listpack.sizeAt(base, to) : Listpack.entryBefore(base, to);
        }
        at = to;
    }

    /** Moves the cursor to the next element; false if there is none, and then it stands on none. */
    public final boolean next() {
        if (!isPlain) {
            int to = at + Listpack.sizeAt(base, at);
            if (to < limit) {
                at = to;
                return true;
            }
        }
        return enter(behind(node), true);
    }

    /** Moves the cursor to the element before; false if there is none, and then it stands on none. */
    public final boolean previous() {
        if (at > first) {
            at = Listpack.entryBefore(base, at);
            return true;
        }
        return enter(before(node), false);
    }

    // The element.

    /** Whether the element is an integer. */
    public final boolean isInteger() {
        return !isPlain && Listpack.isInteger(base, at);
    }

    /** The value of an integer element. */
    public final long integer() {
        return Listpack.integer(base, at);
    }

    /** The address of the bytes of a string element; they stay until the cursor moves to another node or the list is changed. */
    public final long string() {
        return isPlain ? base + first : Listpack.string(base, at);
    }

    /** The length of a string element in bytes. */
    public final int length() {
        return isPlain ? limit - first : Listpack.length(base, at);
    }

    /** Whether the element has these bytes; an integer is compared as its decimal form. */
    public final boolean equal(long source, int length) {
        return isPlain ? limit - first == length && Memory.equal(base + first, source, length)
                : Listpack.equal(base, at, source, length);
    }

    // Nodes as listpacks.

    /** The size of the listpack that the list would be, or -1 if it is more than one node or a plain one. */
    public final int packBytes() {
        long n = chain.head();
        return n == 0 ? Listpack.EMPTY_BYTES : nodes() > 1 || plain(n) ? -1 : Listpack.EMPTY_BYTES + used(n);
    }

    /** Writes the list, of which {@link #packBytes} is not -1, as a listpack of that size. */
    public final void toPack(long pack) {
        if (firstNode()) {
            nodeToPack(pack);
        } else {
            Listpack.wrap(pack, pack, 0, 0);
        }
    }

    /** Puts the cursor on the first element of the first node; false if there is none. */
    public final boolean firstNode() {
        return enter(chain.head(), true);
    }

    /** Puts the cursor on the first element of the next node; false if there is none. */
    public final boolean nextNode() {
        return enter(behind(node), true);
    }

    /** Whether the cursor's element has a node for itself. */
    public final boolean isPlain() {
        return isPlain;
    }

    /** The size of the listpack that the cursor's node would be. */
    public final int nodePackBytes() {
        return Listpack.EMPTY_BYTES + limit - first;
    }

    /** Writes the cursor's node, not a plain one, as a listpack. */
    public final void nodeToPack(long pack) {
        Listpack.wrap(pack, base + first, limit - first, count(node));
    }
}
