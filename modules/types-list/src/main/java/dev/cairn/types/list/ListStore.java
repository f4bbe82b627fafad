package dev.cairn.types.list;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.TypeStore;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.HeapRegion;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Quicklist;
import dev.cairn.structures.ValueHeaps;

/** What the list type keeps for one database: the memory of its quicklists, and the views through which they are used. Main thread. */
final class ListStore implements TypeStore {
    /** What is kept between commands of the room for bytes in transit. */
    private static final int KEPT_BYTES = 1 << 16;
    private static final int MAX_DIGITS = 20;

    final ValueHeaps heaps = new ValueHeaps();
    /** The list that a command works on, whatever its encoding. */
    final ListValue value;
    /** Another view of quicklists, for what happens while {@link #value} is in use. */
    final Quicklist other = new Quicklist(heaps);
    /** Where the root of a list that is being built stands. */
    final HeapRegion root;
    /** Where a listpack is built, or a node is written to be saved. */
    final HeapRegion pack;
    private final HeapRegion scratch;
    private final NativeBytes view = new NativeBytes();
    private final NativeBytes copy = new NativeBytes();

    ListStore(ListType type) {
        Heap shared = heaps.heap(0);
        root = new HeapRegion(shared, Quicklist.ROOT_BYTES);
        pack = new HeapRegion(shared, 64);
        scratch = new HeapRegion(shared, 64);
        value = new ListValue(type, this);
    }

    /** The listpack or the root that was built, as a view. */
    NativeBytes view(HeapRegion region, int bytes) {
        return view.set(region.address(), bytes);
    }

    /** The bytes as off-heap memory, copied there if they are not. */
    NativeBytes offHeap(Bytes bytes) {
        return bytes instanceof NativeBytes n ? n : copied(bytes);
    }

    /** A copy that lasts until the next one is made. */
    NativeBytes copied(Bytes bytes) {
        int length = bytes.length();
        reserve(scratch, length);
        BytesCopy.put(bytes, 0, scratch.address(), length);
        return copy.set(scratch.address(), length);
    }

    /** A copy of an integer's decimal form that lasts until the next one is made. */
    NativeBytes copied(long integer) {
        reserve(scratch, MAX_DIGITS);
        long end = scratch.address() + MAX_DIGITS;
        long at = end;
        // of numbers below 0, since there is one more of them
        long rest = integer < 0 ? integer : -integer;
        do {
            Memory.putByte(--at, '0' - (int) (rest % 10));
            rest /= 10;
        } while (rest != 0);
        if (integer < 0) {
            Memory.putByte(--at, '-');
        }
        return copy.set(at, (int) (end - at));
    }

    /** Makes room for so many bytes, and does not keep much more than that for long. */
    static void reserve(HeapRegion region, int bytes) {
        if (region.usable() < bytes || region.usable() > KEPT_BYTES) {
            region.resize(Math.max(bytes, 64));
        }
    }

    @Override
    public long usedBytes() {
        return heaps.usedBytes();
    }

    @Override
    public long mappedBytes() {
        return heaps.mappedBytes();
    }

    @Override
    public void drop() {
        heaps.drop();
    }
}
