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
 * A long list of strings and integers off-heap: a chain of nodes that hold many elements each. This object is a view that is bound to one
 * list after another, with a cursor that stands on an element. The owner of the heaps calls; nothing is synchronised.
 *
 * <p>Design. A list's {@value #ROOT_BYTES}-byte root stands in memory of its owner, who may move it between calls; nothing points to it.
 * A node is a small block that never moves, and the block of its elements, which is as full as Redis' would be by
 * {@code list-max-listpack-size}, and of just that size. An element too large for that has a node for itself, plain bytes.
 *
 * <ul>
 * <li>{@link QuicklistChain}: the root, the nodes ({@link QuicklistNode}), memory. A list whose blocks come to more than
 * {@link ValueHeaps#OWN_FROM} bytes moves to a heap of its own, so that it is freed at once;
 * <li>{@link QuicklistEntries}: elements within a node's block;
 * <li>{@link QuicklistCompression}: which nodes are kept compressed;
 * <li>{@link QuicklistCursor}: reading;
 * <li>this class: which node takes an element, and when nodes are made, split, joined and freed.
 * </ul>
 *
 * <p>Bytes that are given to be stored must not lie in a list of the same heaps. All editing methods but {@link #remove} leave the cursor
 * on no element.
 */
public final class Quicklist extends QuicklistCursor {
    /** The size of a root in bytes. */
    public static final int ROOT_BYTES = 48;
    /** The greatest number of elements in a node that a list can ask for. */
    public static final int MAX_FILL = (1 << 15) - 1;
    /** The greatest depth. */
    public static final int MAX_DEPTH = (1 << 16) - 1;

    /** Bytes of a node whose fill is a number of elements. */
    private static final int SAFE_BYTES = 8192;
    /** What an element takes at most besides its bytes, as far as the decision goes whether it fits. */
    private static final int ENTRY_OVERHEAD = 8;

    private final QuicklistEntries entries;
    private int largeFrom;

    /** A view of no list yet. */
    public Quicklist(ValueHeaps heaps) {
        super(heaps);
        entries = new QuicklistEntries(chain);
    }

    /** Makes all elements of this length or longer stand alone, for tests; 0 for those that do not fit in a node of usual size. */
    public void largeFrom(int bytes) {
        largeFrom = bytes;
    }

    // Lists.

    /**
     * Makes the bytes at {@code address} the root of an empty list and shows it.
     *
     * @param fill the most elements of a node, or from -1 to -5 for nodes of 4 to 64 KB
     * @param depth how many nodes at either end are not compressed, 0 to compress none
     */
    public void create(long address, int fill, int depth) {
        QuicklistChain.create(address, Math.clamp(fill, -5, MAX_FILL), Math.clamp(depth, 0, MAX_DEPTH));
        bind(address);
    }

    /** Shows the list with a root at {@code address} from now on; the cursor stands on no element. Returns this view. */
    public Quicklist bind(long address) {
        open(address);
        return this;
    }

    /** How much work {@link #free} is, in blocks. */
    public long freeEffort() {
        return chain.freeEffort();
    }

    /** Frees all that the list owns; its root is not used any more. */
    public void free() {
        chain.free();
        leave();
    }

    /** Makes this empty list a copy of another one, which may be of other heaps. */
    public void copyFrom(Quicklist other) {
        chain.copyFrom(other.chain);
    }

    /** Moves the list to a heap of its own, or back, as its size asks for. */
    private void rehouse() {
        if (chain.rehouse()) {
            leave();
        }
    }

    // Limits.

    /** Whether a node, or a listpack that is a whole list, is too large with so many bytes, its frame included, and so many elements. */
    public static boolean exceeds(int fill, long bytes, long elements) {
        return fill < 0 ? bytes > nodeBytes(fill) : bytes > SAFE_BYTES || elements > Math.max(fill, 1);
    }

    /** The bytes that a node may have. */
    public static int nodeBytes(int fill) {
        return fill < 0 ? 2048 << Math.min(-fill, 5) : SAFE_BYTES;
    }

    private boolean isLarge(int length) {
        return largeFrom > 0 ? length >= largeFrom : length > nodeBytes(fill());
    }

    private boolean accepts(long n, int length) {
        return !plain(n) && !isLarge(length)
                && !exceeds(fill(), (long) used(n) + Listpack.EMPTY_BYTES + length + ENTRY_OVERHEAD, count(n) + 1L);
    }

    // The ends.

    /** Adds an element before the first or behind the last one. */
    public void push(boolean atHead, long source, int length) {
        long n = atHead ? chain.head() : chain.tail();
        if (n != 0 && accepts(n, length)) {
            compression.edit(n);
            entries.put(n, atHead ? start(n) : end(n), source, length);
        } else {
            addNode(atHead ? 0 : n, atHead ? n : 0, source, length);
            if (n != 0 && !compressed(n)) {
                chain.trim(n, 8);
            }
            rehouse();
        }
        chain.addSize(1);
        node = 0;
    }

    /** Makes a node with one element. */
    private void addNode(long before, long behind, long source, int length) {
        long n = chain.link(before, behind);
        if (isLarge(length)) {
            entries.putPlain(n, source, length);
        } else {
            entries.put(n, 0, source, length);
        }
        compression.settle(n);
    }

    /** Removes the first or the last element; there must be one. */
    public void pop(boolean atHead) {
        long n = atHead ? chain.head() : chain.tail();
        chain.addSize(-1);
        if (count(n) == 1) {
            chain.unlink(n);
            compression.settle(0);
            rehouse();
        } else {
            compression.edit(n);
            QuicklistEntries.removeOuter(n, atHead);
        }
        node = 0;
    }

    /** Adds a node with the elements of a sound listpack, which is not empty, at the tail. */
    public void appendPack(long pack) {
        long n = chain.link(chain.tail(), 0);
        chain.copyInto(n, pack + Listpack.HEADER, Listpack.bytes(pack) - Listpack.EMPTY_BYTES);
        int elements = Listpack.count(pack);
        QuicklistNode.count(n, elements);
        chain.addSize(elements);
        compression.settle(n);
        rehouse();
    }

    /** Adds a node for one element at the tail. */
    public void appendPlain(long source, int length) {
        long n = chain.link(chain.tail(), 0);
        entries.putPlain(n, source, length);
        compression.settle(n);
        chain.addSize(1);
        rehouse();
    }

    // Changes at the cursor.

    /** Makes the cursor's node ready to be changed; the cursor stays on its element. */
    private void editHere() {
        int relative = at - first;
        compression.edit(node);
        base = data(node);
        first = start(node);
        limit = end(node);
        at = first + relative;
    }

    /**
     * Removes the cursor's element and moves the cursor to the next one, or the one before.
     *
     * @return false if there is none, and then the cursor stands on none
     */
    public boolean remove(boolean forward) {
        long n = node;
        chain.addSize(-1);
        if (count(n) == 1) {
            long to = forward ? behind(n) : before(n);
            edited = edited == n ? 0 : edited;
            chain.unlink(n);
            node = 0;
            compression.settle(0);
            return enter(to, forward);
        }
        editHere();
        int follows = QuicklistEntries.remove(n, at);
        edited = n;
        first = start(n);
        limit = end(n);
        if (forward ? follows < limit : follows > first) {
            at = forward ? follows : Listpack.entryBefore(base, follows);
            return true;
        }
        return enter(forward ? behind(n) : before(n), forward);
    }

    /** Replaces the element with the index, which must exist. */
    public void set(long index, long source, int length) {
        seek(index);
        long n = node;
        if (!isPlain && !isLarge(length)) {
            editHere();
            entries.put(n, QuicklistEntries.remove(n, at), source, length);
            compression.settle(n);
        } else if (isPlain && isLarge(length)) {
            entries.putPlain(n, source, length);
            compression.settle(n);
        } else {
            remove(true);
            finish();
            if (seek(index)) {
                insert(false, source, length);
            } else {
                push(false, source, length);
            }
        }
        rehouse();
        node = 0;
    }

    /** Inserts an element before or behind the cursor's one. */
    public void insert(boolean behind, long source, int length) {
        finish();
        long n = node;
        boolean atStart = isPlain || at == first;
        boolean atEnd = isPlain || at + Listpack.sizeAt(base, at) == limit;
        long beside = behind ? behind(n) : before(n);
        boolean outer = behind ? atEnd : atStart;
        if (accepts(n, length)) {
            editHere();
            entries.put(n, behind ? at + Listpack.sizeAt(base, at) : at, source, length);
            compression.settle(n);
        } else if (outer && beside != 0 && accepts(beside, length)) {
            compression.edit(beside);
            entries.put(beside, behind ? start(beside) : end(beside), source, length);
            compression.settle(beside);
        } else if (outer) {
            addNode(behind ? n : beside, behind ? beside : n, source, length);
        } else {
            editHere();
            insertInside(n, behind ? at + Listpack.sizeAt(base, at) : at, source, length);
        }
        chain.addSize(1);
        rehouse();
        node = 0;
    }

    /** Inserts an element inside of a node that is full: splits it, and joins what is small enough. */
    private void insertInside(long n, int offset, long source, int length) {
        long right = entries.split(n, offset);
        if (isLarge(length)) {
            addNode(n, right, source, length);
        } else {
            entries.put(n, end(n), source, length);
        }
        compression.settle(n);
        compression.settle(right);
        long before = before(n);
        long behind = behind(right);
        mergeIfSmall(before == 0 ? 0 : before(before), before);
        mergeIfSmall(behind, behind == 0 ? 0 : behind(behind));
        long middle = mergeIfSmall(before(n), n);
        mergeIfSmall(middle, behind(middle));
    }

    /** Joins two neighbours if they fit in one node, and returns the one that the elements of the second are in then. */
    private long mergeIfSmall(long left, long right) {
        if (left == 0 || right == 0 || plain(left) || plain(right)) {
            return right == 0 ? left : right;
        }
        int bytes = Listpack.EMPTY_BYTES + used(left) + Listpack.EMPTY_BYTES + used(right) - ENTRY_OVERHEAD;
        if (exceeds(fill(), bytes, (long) count(left) + count(right))) {
            return right;
        }
        compression.edit(left);
        compression.edit(right);
        entries.merge(left, right);
        compression.settle(left);
        return left;
    }

    /** Removes {@code n} elements, or as many as there are, from the index on. */
    public void delete(long index, long n) {
        if (n <= 0 || !seek(index)) {
            return;
        }
        long left = Math.min(n, size() - index);
        chain.addSize(-left);
        long here = node;
        int skipped = place;
        while (left > 0) {
            long following = behind(here);
            int removed = (int) Math.min(left, count(here) - skipped);
            if (removed == count(here)) {
                chain.unlink(here);
            } else {
                compression.edit(here);
                QuicklistEntries.remove(here, skipped, removed);
                chain.trim(here, 2);
                compression.settle(here);
            }
            left -= removed;
            here = following;
            skipped = 0;
        }
        node = 0;
        compression.settle(0);
        rehouse();
    }
}
