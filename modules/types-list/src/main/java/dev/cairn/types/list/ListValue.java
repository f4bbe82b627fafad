package dev.cairn.types.list;

import static dev.cairn.types.list.ListType.LISTPACK;
import static dev.cairn.types.list.ListType.QUICKLIST;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Reply;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.SlotRegion;
import dev.cairn.structures.Listpack;
import dev.cairn.structures.Quicklist;

/**
 * The list at an open key, whatever its encoding, with a cursor on an element: a view that is opened on one key after another. Main
 * thread.
 *
 * <p>A change of the key through another view makes this one stale until it is opened again. Bytes that are added must not lie in a list.
 */
final class ListValue {
    private final ListType type;
    private final ListLimits limits;
    private final ListStore store;
    private final Quicklist nodes;
    private final SlotRegion region = new SlotRegion();
    private final NativeBytes view = new NativeBytes();
    private @Nullable WriteSlot slot;
    /** Whether the list is one listpack, of which the address follows. */
    private boolean packed;
    private long pack;
    private int at;

    ListValue(ListType type, ListStore store) {
        this.type = type;
        this.limits = type.limits();
        this.store = store;
        this.nodes = new Quicklist(store.heaps);
    }

    /** Shows the list at a key from now on, to be read. */
    ListValue open(Slot key) {
        packed = key.encoding() == LISTPACK;
        long address = ((NativeBytes) key.bytes()).address();
        if (packed) {
            pack = address;
        } else {
            nodes.bind(address);
        }
        at = 0;
        return this;
    }

    /** Shows the list at a key from now on, to be changed. */
    ListValue edit(WriteSlot key) {
        slot = key;
        open(key);
        if (packed) {
            region.set(key, LISTPACK);
        } else {
            nodes.largeFrom(limits.largeFrom());
        }
        return this;
    }

    private WriteSlot slot() {
        WriteSlot s = slot;
        if (s == null) {
            throw new IllegalStateException("the list is not open for change");
        }
        return s;
    }

    /** Number of elements. */
    long size() {
        return packed ? Listpack.count(pack) : nodes.size();
    }

    /* The cursor. */

    /** Puts the cursor on the element with the index, from 0; false if there is none. */
    boolean seek(long index) {
        if (!packed) {
            return nodes.seek(index);
        }
        int count = Listpack.count(pack);
        at = index < 0 || index >= count ? 0 : Listpack.seek(pack, index <= count / 2 ? index : index - count);
        return at != 0;
    }

    /** Puts the cursor on the first or the last element, of which there is one. */
    boolean seekEnd(boolean head) {
        if (!packed) {
            return head ? nodes.first() : nodes.last();
        }
        at = head ? Listpack.first(pack) : Listpack.last(pack);
        return at != 0;
    }

    /** Moves the cursor to the next element, or the one before; false if there is none. */
    boolean move(boolean forward) {
        if (!packed) {
            return forward ? nodes.next() : nodes.previous();
        }
        at = forward ? Listpack.next(pack, at) : Listpack.previous(pack, at);
        return at != 0;
    }

    boolean isInteger() {
        return packed ? Listpack.isInteger(pack, at) : nodes.isInteger();
    }

    long integer() {
        return packed ? Listpack.integer(pack, at) : nodes.integer();
    }

    /** The bytes of a string element, in the list. */
    NativeBytes string() {
        return packed ? view.set(Listpack.string(pack, at), Listpack.length(pack, at)) : view.set(nodes.string(), nodes.length());
    }

    /** The element as bytes; an integer as a copy that lasts until the next one. */
    NativeBytes element() {
        return isInteger() ? store.copied(integer()) : string();
    }

    /** A copy of the element that lasts until the next one. */
    NativeBytes copy() {
        return isInteger() ? store.copied(integer()) : store.copied(string());
    }

    boolean isEqual(NativeBytes bytes) {
        return packed ? Listpack.equal(pack, at, bytes.address(), bytes.length()) : nodes.equal(bytes.address(), bytes.length());
    }

    /** Replies with the element. */
    void reply(Reply out) {
        if (isInteger()) {
            out.bulk(integer());
        } else {
            out.bulk(string());
        }
    }

    /** Replies with an array of {@code count} elements, at least one, that are there from an index on, or back from it. */
    void replyRange(long index, long count, boolean forward, Reply out) {
        out.array((int) count);
        seek(index);
        reply(out);
        for (long i = 1; i < count; i++) {
            move(forward);
            reply(out);
        }
    }

    /* Changes. */

    /** Makes a list with the elements {@code from} to the last one of the arguments at a key that does not exist. */
    void create(WriteSlot key, Args args, int from, boolean head) {
        if (limits.exceeds(Listpack.EMPTY_BYTES + bytes(args, from), (long) args.size() - from)) {
            begin();
            for (int i = from; i < args.size(); i++) {
                add(args.at(i), head);
            }
            key.put(type, QUICKLIST, store.view(store.root, Quicklist.ROOT_BYTES));
        } else {
            Listpack.create(store.pack);
            for (int i = from; i < args.size(); i++) {
                addToPack(store.offHeap(args.at(i)), head);
            }
            putPack(key);
        }
        edit(key);
    }

    /** Makes a list with one element at a key that does not exist. */
    void create(WriteSlot key, NativeBytes element) {
        if (limits.exceeds((long) Listpack.EMPTY_BYTES + element.length(), 1)) {
            begin();
            add(element, true);
            key.put(type, QUICKLIST, store.view(store.root, Quicklist.ROOT_BYTES));
        } else {
            Listpack.create(store.pack);
            addToPack(element, true);
            putPack(key);
        }
    }

    /** The length of the arguments from an index on together. */
    static long bytes(Args args, int from) {
        long sum = 0;
        for (int i = from; i < args.size(); i++) {
            sum += args.at(i).length();
        }
        return sum;
    }

    private void addToPack(NativeBytes b, boolean head) {
        long address = store.pack.address();
        boolean first = head && Listpack.count(address) > 0;
        Listpack.insert(store.pack, first ? Listpack.first(address) : Listpack.end(address), b.address(), b.length());
    }

    private void putPack(WriteSlot key) {
        key.put(type, LISTPACK, store.view(store.pack, Listpack.bytes(store.pack.address())));
    }

    /** Begins a quicklist that is not at a key yet. */
    private void begin() {
        packed = false;
        nodes.largeFrom(limits.largeFrom());
        nodes.create(store.root.address(), limits.fill(), limits.depth());
    }

    /** Makes the list one of nodes if it would be too large for a listpack with so many bytes and elements more. */
    void grow(long bytes, long elements) {
        if (packed && limits.exceeds(Listpack.bytes(pack) + bytes, Listpack.count(pack) + elements)) {
            long from = pack;
            begin();
            if (Listpack.count(from) > 0) {
                nodes.appendPack(from);
            }
            slot().put(type, QUICKLIST, store.view(store.root, Quicklist.ROOT_BYTES));
            edit(slot());
        }
    }

    /** Makes the list a listpack if it has become small enough. */
    void shrink() {
        if (!packed) {
            int bytes = nodes.packBytes();
            if (bytes >= 0 && limits.fitsAgain(bytes, nodes.size())) {
                becomePack(slot(), bytes);
                edit(slot());
            }
        }
    }

    private void becomePack(WriteSlot key, int bytes) {
        ListStore.reserve(store.pack, bytes);
        nodes.toPack(store.pack.address());
        // what the nodes were is freed by the slot, which asks the type to do so
        key.put(type, LISTPACK, store.view(store.pack, bytes));
    }

    /** Adds an element at an end. */
    void push(boolean head, NativeBytes b) {
        if (packed) {
            Listpack.insert(region, head && Listpack.count(pack) > 0 ? Listpack.first(pack) : Listpack.end(pack), b.address(), b.length());
            pack = region.address();
        } else {
            nodes.push(head, b.address(), b.length());
        }
    }

    /** Removes an element at an end, where there must be one. */
    void pop(boolean head) {
        if (packed) {
            Listpack.delete(region, head ? Listpack.first(pack) : Listpack.last(pack), 1);
            pack = region.address();
        } else {
            nodes.pop(head);
        }
    }

    /** Removes elements from an index on; all of them must be there. */
    void delete(long index, long count) {
        if (!packed) {
            nodes.delete(index, count);
        } else if (count > 0) {
            seek(index);
            Listpack.delete(region, at, (int) count);
            pack = region.address();
        }
    }

    /** Removes the cursor's element and moves the cursor to the next one, or the one before; false if there is none. */
    boolean remove(boolean forward) {
        if (!packed) {
            return nodes.remove(forward);
        }
        int before = forward ? 0 : Listpack.previous(pack, at);
        int next = Listpack.delete(region, at, 1);
        pack = region.address();
        at = forward ? next : before;
        return at != 0;
    }

    /** Ends a series of {@link #remove}s. */
    void finish() {
        if (!packed) {
            nodes.finish();
        }
    }

    /** Inserts an element before or behind the cursor's one. */
    void insert(boolean behind, NativeBytes b) {
        if (packed) {
            int next = behind ? Listpack.next(pack, at) : at;
            Listpack.insert(region, next == 0 ? Listpack.end(pack) : next, b.address(), b.length());
            pack = region.address();
        } else {
            nodes.insert(behind, b.address(), b.length());
        }
    }

    /** Replaces the element at an index, which must exist. */
    void set(long index, NativeBytes b) {
        if (packed) {
            seek(index);
            Listpack.replace(region, at, b.address(), b.length());
            pack = region.address();
        } else {
            nodes.set(index, b.address(), b.length());
        }
    }

    /* Lists that are built before they are put at a key. */

    /** Begins a list that {@link #add} adds to and {@link #putAt} puts at a key; nothing else must be done with the store's lists meanwhile. */
    void build() {
        begin();
    }

    /** Adds an element at the tail of the list that is being built. */
    void add(Bytes element) {
        add(element, false);
    }

    private void add(Bytes element, boolean head) {
        NativeBytes b = store.offHeap(element);
        nodes.push(head, b.address(), b.length());
    }

    /** Makes the list that is being built a copy of another one. */
    void copyFrom(Quicklist other) {
        nodes.copyFrom(other);
    }

    /** Puts the list that was built at a key in place of what that holds, and of its expiry. */
    void putAt(WriteSlot key) {
        int bytes = nodes.packBytes();
        if (bytes >= 0 && limits.fits(bytes, nodes.size())) {
            ListStore.reserve(store.pack, bytes);
            nodes.toPack(store.pack.address());
            nodes.free();
            key.replace(type, LISTPACK, store.view(store.pack, bytes), Slot.NO_EXPIRY);
        } else {
            key.replace(type, QUICKLIST, store.view(store.root, Quicklist.ROOT_BYTES), Slot.NO_EXPIRY);
        }
    }

    /** Frees the list that is being built, which is not put anywhere. */
    void abandon() {
        nodes.free();
    }
}
