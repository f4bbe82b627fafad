package dev.cairn.structures;

import static dev.cairn.structures.QuicklistNode.COMPRESSED;
import static dev.cairn.structures.QuicklistNode.INCOMPRESSIBLE;
import static dev.cairn.structures.QuicklistNode.PLAIN;
import static dev.cairn.structures.QuicklistNode.before;
import static dev.cairn.structures.QuicklistNode.behind;
import static dev.cairn.structures.QuicklistNode.bounds;
import static dev.cairn.structures.QuicklistNode.capacity;
import static dev.cairn.structures.QuicklistNode.compressed;
import static dev.cairn.structures.QuicklistNode.count;
import static dev.cairn.structures.QuicklistNode.data;
import static dev.cairn.structures.QuicklistNode.end;
import static dev.cairn.structures.QuicklistNode.flags;
import static dev.cairn.structures.QuicklistNode.plain;
import static dev.cairn.structures.QuicklistNode.start;
import static dev.cairn.structures.QuicklistNode.used;

import org.jspecify.annotations.Nullable;

/**
 * A long list of strings and integers off-heap: a chain of nodes that hold many elements each. This object is a view that is bound to one
 * list after another, with a cursor that stands on an element. The owner of the heaps calls; nothing is synchronised.
 *
 * <p>Design. A list's {@value #ROOT_BYTES}-byte root stands in memory of its owner, who may move it between calls; nothing points to it.
 * A node is a small block that never moves, and the block of its elements, which are encoded as in a {@link Listpack} but without its frame: what is free
 * of the block may lie before them as well as behind them. So both ends take and give elements without moving the others, and a node is as
 * full as Redis' would be by {@code list-max-listpack-size}, in a block of just that size. An element too large for that has a node for
 * itself, plain bytes.
 *
 * <p>Nodes that are further than the depth from both ends are kept compressed ({@link Lzf}) if that saves something. They are expanded
 * aside to be read, and in place to be changed, after which they are compressed again. A list without a depth that has become long is
 * given one, and keeps compressed what becomes a quarter smaller at least: most of a long list is seldom touched.
 *
 * <p>A list whose blocks come to more than {@link ValueHeaps#OWN_FROM} bytes moves to a heap of its own, so that it is freed at once.
 *
 * <p>Bytes that are given to be stored must not lie in a list of the same heaps. All editing methods but {@link #remove} leave the cursor
 * on no element.
 */
public final class Quicklist {
    /** The size of a root in bytes. */
    public static final int ROOT_BYTES = 48;
    /** The greatest number of elements in a node that a list can ask for. */
    public static final int MAX_FILL = (1 << 15) - 1;
    /** The greatest depth. */
    public static final int MAX_DEPTH = (1 << 16) - 1;

    /* The root. */
    private static final int HEAD = 0;
    private static final int TAIL = 8;
    private static final int SIZE = 16;
    private static final int NODES = 24;
    private static final int HEAP = 28;
    private static final int MEMORY = 32;
    private static final int FILL = 40;
    private static final int DEPTH = 42;

    /** Bytes of a node whose fill is a number of elements. */
    private static final int SAFE_BYTES = 8192;
    /** What an element takes at most besides its bytes, as far as the decision goes whether it fits. */
    private static final int ENTRY_OVERHEAD = 8;
    private static final int SMALLEST_BLOCK = 512;
    private static final int COMPRESS_FROM = 48;
    private static final int COMPRESS_TO = 1 << 20;
    private static final int LEAST_SAVING = 8;
    /** Nodes from which on a list without a depth is compressed, and the depth that it has then. */
    private static final int LONG_NODES = 64;
    private static final int LONG_DEPTH = 8;
    /** A list that has shrunk to this part of what a heap of its own is for goes back to the shared one. */
    private static final int BACK_PART = 8;

    private final ValueHeaps heaps;
    private @Nullable Lzf lzf;
    private int largeFrom;
    private long root;
    private Heap heap;

    /* The cursor: node 0 when it stands on no element. Elements [first, limit) of the node are at base. */
    private long node;
    private long base;
    private int first;
    private int limit;
    private int at;
    private int place;
    private boolean isPlain;
    /** A node that was changed and not looked at since. */
    private long edited;
    /** Where compressed nodes are expanded to be read; 0 while there is none. */
    private long buffer;

    /* The element to be stored next. */
    private boolean number;
    private long value;
    private int body;
    private int entryBytes;

    /** A view of no list yet. */
    public Quicklist(ValueHeaps heaps) {
        this.heaps = heaps;
        this.heap = heaps.heap(0);
    }

    /** Makes all elements of this length or longer stand alone, for tests; 0 for those that do not fit in a node of usual size. */
    public void largeFrom(int bytes) {
        largeFrom = bytes;
    }

    /* Lists. */

    /**
     * Makes the bytes at {@code address} the root of an empty list and shows it.
     *
     * @param fill the most elements of a node, or from -1 to -5 for nodes of 4 to 64 KB
     * @param depth how many nodes at either end are not compressed, 0 to compress none
     */
    public void create(long address, int fill, int depth) {
        Memory.fill(address, ROOT_BYTES, (byte) 0);
        Memory.putShort(address + FILL, Math.clamp(fill, -5, MAX_FILL));
        Memory.putShort(address + DEPTH, Math.clamp(depth, 0, MAX_DEPTH));
        bind(address);
    }

    /** Shows the list with a root at {@code address} from now on; the cursor stands on no element. Returns this view. */
    public Quicklist bind(long address) {
        if (buffer != 0) {
            heaps.heap(0).free(buffer);
            buffer = 0;
        }
        root = address;
        heap = heaps.heap(Memory.getInt(address + HEAP));
        node = 0;
        edited = 0;
        return this;
    }

    /** Number of elements. */
    public long size() {
        return Memory.getLong(root + SIZE);
    }

    /** Number of nodes. */
    public int nodes() {
        return Memory.getInt(root + NODES);
    }

    /** Bytes that the list takes besides its root. */
    public long memory() {
        return Memory.getLong(root + MEMORY);
    }

    /** How much work {@link #free} is, in blocks. */
    public long freeEffort() {
        return Memory.getInt(root + HEAP) != 0 ? 1 + (memory() >>> 21) : 2L * nodes();
    }

    /** Frees all that the list owns; its root is not used any more. */
    public void free() {
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
        node = 0;
        edited = 0;
    }

    private long head() {
        return Memory.getLong(root + HEAD);
    }

    private long tail() {
        return Memory.getLong(root + TAIL);
    }

    /** The most entries of a node, or from -1 to -5 for its size; as at {@link #create}. */
    public int fill() {
        return Memory.getShort(root + FILL);
    }

    private void addSize(long n) {
        Memory.putLong(root + SIZE, size() + n);
    }

    private void addMemory(long n) {
        Memory.putLong(root + MEMORY, memory() + n);
    }

    /* Limits. */

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

    /* Nodes. */

    /** Puts a new node without a block between two neighbours, of which each may be 0. */
    private long link(long before, long behind) {
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

    private void unlink(long n) {
        join(before(n), behind(n));
        addMemory(-(long) capacity(n) - QuicklistNode.BYTES);
        Memory.putInt(root + NODES, nodes() - 1);
        heap.free(data(n));
        heap.free(n);
    }

    /** Gives a node a block, which takes the place of the one that it had. */
    private void block(long n, long data, long old) {
        int size = heap.usable(data);
        addMemory((long) size - (old == 0 ? 0 : capacity(n)));
        if (old != 0) {
            heap.free(old);
        }
        QuicklistNode.block(n, data, size);
    }

    /** Gives a node a block of just its elements if that saves a good part. */
    private void trim(long n, int part) {
        int bytes = end(n) - start(n);
        int least = Math.max(bytes, 8);
        if (capacity(n) - Heap.sizeOf(least) <= capacity(n) / part) {
            return;
        }
        long to = heap.allocate(least);
        Memory.copy(data(n) + start(n), to, bytes);
        block(n, to, data(n));
        bounds(n, 0, bytes);
    }

    /* Compression. */

    private boolean hasNoDepth() {
        return Memory.getUnsignedShort(root + DEPTH) == 0;
    }

    /** How many nodes at either end are not compressed, 0 when none is; a very long list has a depth of its own. */
    public int depth() {
        int depth = Memory.getUnsignedShort(root + DEPTH);
        return depth != 0 ? depth : nodes() >= LONG_NODES ? LONG_DEPTH : 0;
    }

    /** Compresses and expands nodes as their places in the chain ask for, after {@code changed} or, with 0, just the chain was changed. */
    private void settle(long changed) {
        int depth = depth();
        if (depth == 0 || nodes() < 2L * depth) {
            return;
        }
        long forward = head();
        long back = tail();
        boolean outside = changed == 0;
        for (int i = 0; i < depth; i++) {
            expand(forward);
            expand(back);
            outside |= forward == changed || back == changed;
            if (forward == back || behind(forward) == back) {
                return;
            }
            forward = behind(forward);
            back = before(back);
        }
        if (!outside) {
            compress(changed);
        }
        compress(forward);
        compress(back);
    }

    private void compress(long n) {
        int bytes = end(n) - start(n);
        int flags = flags(n);
        if ((flags & (COMPRESSED | INCOMPRESSIBLE)) != 0 || bytes < COMPRESS_FROM || bytes > COMPRESS_TO) {
            return;
        }
        int room = hasNoDepth() ? bytes - bytes / 4 : bytes - LEAST_SAVING;
        Lzf z = lzf;
        if (z == null) {
            z = new Lzf();
            lzf = z;
        }
        long aside = heap.allocate(room);
        int size = z.compress(data(n) + start(n), bytes, aside, room);
        if (size == 0) {
            QuicklistNode.state(n, flags | INCOMPRESSIBLE, 0);
        } else {
            long to = heap.allocate(size);
            Memory.copy(aside, to, size);
            block(n, to, data(n));
            bounds(n, 0, size);
            QuicklistNode.state(n, flags | COMPRESSED, bytes);
        }
        heap.free(aside);
    }

    /** Expands a compressed node for good. */
    private void expand(long n) {
        if (compressed(n)) {
            int bytes = used(n);
            long to = heap.allocate(bytes);
            expandTo(n, to, bytes);
            block(n, to, data(n));
            bounds(n, 0, bytes);
            QuicklistNode.state(n, flags(n) & PLAIN, 0);
        }
    }

    private static void expandTo(long n, long to, int bytes) {
        if (Lzf.expand(data(n) + start(n), end(n) - start(n), to, bytes) != bytes) {
            throw new IllegalStateException("a compressed node of a list is damaged");
        }
    }

    /** Makes a node ready to be changed. */
    private void edit(long n) {
        expand(n);
        if (flags(n) == INCOMPRESSIBLE) {
            QuicklistNode.state(n, 0, 0);
        }
    }

    /* Elements within a node. */

    private void measure(long source, int length) {
        number = Listpack.canonical(source, length);
        if (number) {
            value = Listpack.parsed(source, length);
            body = Listpack.integerCodeBytes(value);
        } else {
            body = Math.addExact(Listpack.stringPrefix(length), length);
        }
        entryBytes = body + Listpack.backBytes(body);
    }

    /** Puts the measured element at an offset of a node's block. */
    private void write(long n, int offset, long source, int length) {
        long to = gap(n, offset, entryBytes);
        if (number) {
            Listpack.putInteger(to, value, body);
        } else {
            Listpack.putString(to, source, length);
        }
        QuicklistNode.count(n, count(n) + 1);
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
        int usual = nodeBytes(fill());
        long to = data;
        if (needed > size || size < usual && needed > size - size / 8) {
            to = heap.allocate(blockFor(needed, size, usual));
            size = heap.usable(to);
        }
        int begin = freeBefore(n, left, right, size - needed);
        if (data == 0) {
            block(n, to, data);
        } else if (to != data || begin < start) {
            Memory.copy(data + start, to + begin, left);
            Memory.copy(data + offset, to + begin + left + bytes, right);
        } else {
            Memory.copy(data + offset, to + begin + left + bytes, right);
            Memory.copy(data + start, to + begin, left);
        }
        if (to != data && data != 0) {
            block(n, to, data);
        }
        bounds(n, begin, begin + needed);
        return to + begin + left;
    }

    private int blockFor(int needed, int size, int usual) {
        if (needed >= usual) {
            return needed;
        }
        return nodes() > 2 && size == 0 && fill() < 0 ? usual : Math.min(usual, Math.max(needed, Math.max(2 * size, SMALLEST_BLOCK)));
    }

    /** How much of the free bytes goes before the elements: most of it at the end of the list that is growing. */
    private int freeBefore(long n, int left, int right, int free) {
        boolean atHead = n == head();
        boolean atTail = n == tail();
        if (left == 0 && (right > 0 || atHead && !atTail)) {
            return atHead ? atTail ? free - free / 4 : free : 0;
        }
        return right == 0 && left > 0 && atHead && atTail ? free / 4 : 0;
    }

    /** Takes bytes out of a node's block and returns the offset of what followed them. */
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

    /* The ends. */

    /** Adds an element before the first or behind the last one. */
    public void push(boolean atHead, long source, int length) {
        long n = atHead ? head() : tail();
        if (n != 0 && accepts(n, length)) {
            edit(n);
            measure(source, length);
            write(n, atHead ? start(n) : end(n), source, length);
        } else {
            addNode(atHead ? 0 : n, atHead ? n : 0, source, length);
            if (n != 0 && !compressed(n)) {
                trim(n, 8);
            }
            rehouse();
        }
        addSize(1);
        node = 0;
    }

    /** Makes a node with one element. */
    private void addNode(long before, long behind, long source, int length) {
        long n = link(before, behind);
        if (isLarge(length)) {
            fillPlain(n, source, length);
        } else {
            measure(source, length);
            write(n, 0, source, length);
        }
        settle(n);
    }

    /** Makes a node that is expanded the plain one of an element. */
    private void fillPlain(long n, long source, int length) {
        long to = heap.allocate(Math.max(length, 1));
        Memory.copy(source, to, length);
        block(n, to, data(n));
        bounds(n, 0, length);
        QuicklistNode.state(n, PLAIN, 0);
        QuicklistNode.count(n, 1);
    }

    /** Removes the first or the last element; there must be one. */
    public void pop(boolean atHead) {
        long n = atHead ? head() : tail();
        addSize(-1);
        if (count(n) == 1) {
            unlink(n);
            settle(0);
            rehouse();
        } else {
            edit(n);
            if (atHead) {
                bounds(n, start(n) + Listpack.sizeAt(data(n), start(n)), end(n));
            } else {
                bounds(n, start(n), Listpack.entryBefore(data(n), end(n)));
            }
            QuicklistNode.count(n, count(n) - 1);
        }
        node = 0;
    }

    /* Heaps. */

    /** Moves the list to a heap of its own, or back, as its size asks for. */
    private void rehouse() {
        int number = Memory.getInt(root + HEAP);
        if (number == 0 && memory() > ValueHeaps.OWN_FROM) {
            moveTo(heaps.open(), number);
        } else if (number != 0 && memory() < ValueHeaps.OWN_FROM / BACK_PART) {
            moveTo(0, number);
        }
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
        node = 0;
        edited = 0;
    }

    /** Adds a copy of a node of another heap at the tail. */
    private void copyNode(long from) {
        long n = link(tail(), 0);
        int bytes = end(from) - start(from);
        long to = heap.allocate(Math.max(bytes, 1));
        Memory.copy(data(from) + start(from), to, bytes);
        block(n, to, 0);
        bounds(n, 0, bytes);
        QuicklistNode.count(n, count(from));
        QuicklistNode.state(n, flags(from), compressed(from) ? used(from) : 0);
    }

    /** Makes this empty list a copy of another one, which may be of other heaps. */
    public void copyFrom(Quicklist other) {
        Memory.putShort(root + FILL, other.fill());
        Memory.putShort(root + DEPTH, Memory.getShort(other.root + DEPTH));
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

    /* Listpacks. */

    /** The size of the listpack that the list would be, or -1 if it is more than one node or a plain one. */
    public int packBytes() {
        long n = head();
        return n == 0 ? Listpack.EMPTY_BYTES : nodes() > 1 || plain(n) ? -1 : Listpack.EMPTY_BYTES + used(n);
    }

    /** Writes the list, of which {@link #packBytes} is not -1, as a listpack of that size. */
    public void toPack(long pack) {
        if (firstNode()) {
            nodeToPack(pack);
        } else {
            Listpack.wrap(pack, pack, 0, 0);
        }
    }

    /** Adds a node with the elements of a sound listpack, which is not empty, at the tail. */
    public void appendPack(long pack) {
        long n = link(tail(), 0);
        int bytes = Listpack.bytes(pack) - Listpack.EMPTY_BYTES;
        long to = heap.allocate(bytes);
        Memory.copy(pack + Listpack.HEADER, to, bytes);
        block(n, to, 0);
        bounds(n, 0, bytes);
        int elements = Listpack.count(pack);
        QuicklistNode.count(n, elements);
        addSize(elements);
        settle(n);
        rehouse();
    }

    /** Adds a node for one element at the tail. */
    public void appendPlain(long source, int length) {
        long n = link(tail(), 0);
        fillPlain(n, source, length);
        settle(n);
        addSize(1);
        rehouse();
    }

    /** Puts the cursor on the first element of the first node; false if there is none. */
    public boolean firstNode() {
        return enter(head(), true);
    }

    /** Puts the cursor on the first element of the next node; false if there is none. */
    public boolean nextNode() {
        return enter(behind(node), true);
    }

    /** Whether the cursor's element has a node for itself. */
    public boolean isPlain() {
        return isPlain;
    }

    /** The size of the listpack that the cursor's node would be. */
    public int nodePackBytes() {
        return Listpack.EMPTY_BYTES + limit - first;
    }

    /** Writes the cursor's node, not a plain one, as a listpack. */
    public void nodeToPack(long pack) {
        Listpack.wrap(pack, base + first, limit - first, count(node));
    }

    /* The cursor. */

    private boolean enter(long n, boolean front) {
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
        expandTo(n, buffer, bytes);
        base = buffer;
        first = 0;
        limit = bytes;
    }

    /** Ends a series of changes at the cursor; without it the last changed node is not compressed again. */
    public void finish() {
        if (edited != 0) {
            long n = edited;
            edited = 0;
            settle(n);
        }
    }

    /** Puts the cursor on the first element; false if there is none. */
    public boolean first() {
        return enter(head(), true);
    }

    /** Puts the cursor on the last element; false if there is none. */
    public boolean last() {
        return enter(tail(), false);
    }

    /** Puts the cursor on the element with the index, from 0, searched from the nearer end; false if there is none. */
    public boolean seek(long index) {
        long size = size();
        if (index < 0 || index >= size) {
            return false;
        }
        long n;
        long left;
        if (index <= size / 2) {
            n = head();
            left = index;
            while (left >= count(n)) {
                left -= count(n);
                n = behind(n);
            }
        } else {
            n = tail();
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
    public boolean next() {
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
    public boolean previous() {
        if (at > first) {
            at = Listpack.entryBefore(base, at);
            return true;
        }
        return enter(QuicklistNode.before(node), false);
    }

    /** Whether the element is an integer. */
    public boolean isInteger() {
        return !isPlain && Listpack.isInteger(base, at);
    }

    /** The value of an integer element. */
    public long integer() {
        return Listpack.integer(base, at);
    }

    /** The address of the bytes of a string element; they stay until the cursor moves to another node or the list is changed. */
    public long string() {
        return isPlain ? base + first : Listpack.string(base, at);
    }

    /** The length of a string element in bytes. */
    public int length() {
        return isPlain ? limit - first : Listpack.length(base, at);
    }

    /** Whether the element has these bytes; an integer is compared as its decimal form. */
    public boolean equal(long source, int length) {
        return isPlain ? limit - first == length && Memory.equal(base + first, source, length)
                : Listpack.equal(base, at, source, length);
    }

    /* Changes at the cursor. */

    /** Makes the cursor's node ready to be changed; the cursor stays on its element. */
    private void editHere() {
        int relative = at - first;
        long n = node;
        edit(n);
        base = data(n);
        first = start(n);
        limit = end(n);
        at = first + relative;
    }

    /**
     * Removes the cursor's element and moves the cursor to the next one, or the one before.
     *
     * @return false if there is none, and then the cursor stands on none
     */
    public boolean remove(boolean forward) {
        long n = node;
        addSize(-1);
        if (count(n) == 1) {
            long to = forward ? behind(n) : before(n);
            edited = edited == n ? 0 : edited;
            unlink(n);
            node = 0;
            settle(0);
            return enter(to, forward);
        }
        editHere();
        int follows = cut(n, at, at + Listpack.sizeAt(base, at));
        QuicklistNode.count(n, count(n) - 1);
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
            measure(source, length);
            int follows = cut(n, at, at + Listpack.sizeAt(base, at));
            QuicklistNode.count(n, count(n) - 1);
            write(n, follows, source, length);
            settle(n);
        } else if (isPlain && isLarge(length)) {
            fillPlain(n, source, length);
            settle(n);
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
            measure(source, length);
            write(n, behind ? at + Listpack.sizeAt(base, at) : at, source, length);
            settle(n);
        } else if (outer && beside != 0 && accepts(beside, length)) {
            edit(beside);
            measure(source, length);
            write(beside, behind ? start(beside) : end(beside), source, length);
            settle(beside);
        } else if (outer) {
            addNode(behind ? n : beside, behind ? beside : n, source, length);
        } else {
            editHere();
            insertInside(n, behind ? at + Listpack.sizeAt(base, at) : at, source, length);
        }
        addSize(1);
        rehouse();
        node = 0;
    }

    /** Inserts an element inside of a node that is full: splits it, and joins what is small enough. */
    private void insertInside(long n, int offset, long source, int length) {
        long right = split(n, offset);
        if (isLarge(length)) {
            addNode(n, right, source, length);
        } else {
            measure(source, length);
            write(n, end(n), source, length);
        }
        settle(n);
        settle(right);
        long before = QuicklistNode.before(n);
        long behind = behind(right);
        mergeIfSmall(before == 0 ? 0 : QuicklistNode.before(before), before);
        mergeIfSmall(behind, behind == 0 ? 0 : behind(behind));
        long middle = mergeIfSmall(QuicklistNode.before(n), n);
        mergeIfSmall(middle, behind(middle));
    }

    /** Moves what follows an offset to a new node behind, and returns that. */
    private long split(long n, int offset) {
        long right = link(n, behind(n));
        int bytes = end(n) - offset;
        long to = heap.allocate(bytes);
        Memory.copy(data(n) + offset, to, bytes);
        block(right, to, 0);
        bounds(right, 0, bytes);
        int moved = 0;
        for (int i = 0; i < bytes; i += Listpack.sizeAt(to, i)) {
            moved++;
        }
        QuicklistNode.count(right, moved);
        QuicklistNode.count(n, count(n) - moved);
        bounds(n, start(n), offset);
        return right;
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
        edit(left);
        edit(right);
        int more = end(right) - start(right);
        Memory.copy(data(right) + start(right), gap(left, end(left), more), more);
        QuicklistNode.count(left, count(left) + count(right));
        unlink(right);
        settle(left);
        return left;
    }

    /** Removes {@code n} elements, or as many as there are, from the index on. */
    public void delete(long index, long n) {
        if (n <= 0 || !seek(index)) {
            return;
        }
        long left = Math.min(n, size() - index);
        addSize(-left);
        long here = node;
        int skipped = place;
        while (left > 0) {
            long following = behind(here);
            int available = count(here) - skipped;
            int removed = (int) Math.min(left, available);
            if (removed == count(here)) {
                unlink(here);
            } else {
                deleteInside(here, skipped, removed);
            }
            left -= removed;
            here = following;
            skipped = 0;
        }
        node = 0;
        settle(0);
        rehouse();
    }

    private void deleteInside(long n, int skipped, int removed) {
        edit(n);
        int from = start(n);
        for (int i = 0; i < skipped; i++) {
            from += Listpack.sizeAt(data(n), from);
        }
        int to = from;
        if (skipped + removed == count(n)) {
            to = end(n);
        } else {
            for (int i = 0; i < removed; i++) {
                to += Listpack.sizeAt(data(n), to);
            }
        }
        cut(n, from, to);
        QuicklistNode.count(n, count(n) - removed);
        trim(n, 2);
        settle(n);
    }
}
