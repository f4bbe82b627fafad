package dev.cairn.structures;

import java.util.random.RandomGenerator;

/**
 * The nested dict: field bytes to value bytes, all off-heap, for the large encodings of hashes, sets and the like. An entry may have a
 * time; the one with the earliest is at hand. The owner of the heaps owns the dict.
 *
 * <p>Design. There may be millions of dicts, so none of them is a Java object: this object is the view of one after another, and the state
 * of each is the {@value #ROOT_BYTES} bytes of its root, which may stand anywhere and be moved between two uses. {@link #open} reads the
 * root, and every change writes it.
 * <ul>
 * <li>A field and its value are one block of the heap: twice the field's length, plus 1 with a time, and the value's length as varints (7
 * bits a byte, low first), 4 bytes for the place in the queue of times if there is one, the field, the value. A {@link HashIndex} finds it.
 * <li>The address of the block is the entry's handle; it is good until the entry is changed or removed, or another one is added. Bytes that
 * are passed in must not lie in the dict.
 * <li>A dict begins in the shared heap of its {@link ValueHeaps}, and moves once to one of its own, which makes it cheap to free.
 * </ul>
 */
public final class Dict {
    /** Bytes of a root. */
    public static final int ROOT_BYTES = 64;

    /** The time of an entry that has none. */
    public static final long NO_TIME = Long.MAX_VALUE;

    private static final Entries ENTRIES = new Entries();

    /* The root behind the index' state. */
    private static final int ENTRY_BYTES = HashIndex.STATE_BYTES;
    private static final int HEAP = ENTRY_BYTES + 8;
    private static final int TIMED = HEAP + 4;
    private static final int QUEUE = TIMED + 4;

    private final ValueHeaps heaps;
    private final HashIndex index;
    private final TimeQueue queue = new TimeQueue(ENTRIES);
    private Heap heap;
    private int heapNumber;
    private long root;
    private long entryBytes;

    /** Makes a view of the dicts whose memory comes from {@code heaps}; it shows none yet. */
    public Dict(ValueHeaps heaps) {
        this.heaps = heaps;
        this.heap = heaps.heap(0);
        this.index = new HashIndex(heap, ENTRIES, true);
    }

    /** Makes the {@value #ROOT_BYTES} bytes the root of an empty dict, and shows it. Returns this view. */
    public Dict create(long newRoot) {
        Memory.fill(newRoot, ROOT_BYTES, (byte) 0);
        return open(newRoot);
    }

    /** Shows the dict of a root from now on. Returns this view. */
    public Dict open(long ofRoot) {
        root = ofRoot;
        entryBytes = Memory.getLong(ofRoot + ENTRY_BYTES);
        heapNumber = Memory.getInt(ofRoot + HEAP);
        heap = heaps.heap(heapNumber);
        index.load(heap, ofRoot);
        queue.load(Memory.getLong(ofRoot + QUEUE), Memory.getInt(ofRoot + TIMED));
        return this;
    }

    private void save() {
        index.save(root);
        Memory.putLong(root + ENTRY_BYTES, entryBytes);
        Memory.putInt(root + HEAP, heapNumber);
        Memory.putInt(root + TIMED, queue.size());
        Memory.putLong(root + QUEUE, queue.address());
    }

    /* Entries. */

    private static int varintBytes(int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }

    private static long putVarint(long target, int value) {
        long at = target;
        int rest = value;
        while (rest >>> 7 != 0) {
            Memory.putByte(at++, rest | 128);
            rest >>>= 7;
        }
        Memory.putByte(at++, rest);
        return at;
    }

    private static int varint(long address) {
        int value = Memory.getByte(address);
        if (value >= 0) {
            return value;
        }
        value &= 127;
        long at = address + 1;
        int shift = 7;
        int part;
        do {
            part = Memory.getUnsignedByte(at++);
            value |= (part & 127) << shift;
            shift += 7;
        } while (part >= 128);
        return value;
    }

    private static long skipVarint(long address) {
        long at = address;
        while (Memory.getByte(at) < 0) {
            at++;
        }
        return at + 1;
    }

    /** Returns the length of the entry's field in bytes. */
    public static int fieldLength(long entry) {
        return varint(entry) >>> 1;
    }

    /** Returns the address of the entry's field. */
    public static long field(long entry) {
        return skipVarint(skipVarint(entry)) + (isTimed(entry) ? 4 : 0);
    }

    /** Returns the length of the entry's value in bytes. */
    public static int valueLength(long entry) {
        return varint(skipVarint(entry));
    }

    /** Returns the address of the entry's value. */
    public static long value(long entry) {
        return field(entry) + fieldLength(entry);
    }

    /** Returns whether the entry has a time. */
    public static boolean isTimed(long entry) {
        return (Memory.getByte(entry) & 1) != 0;
    }

    private static long hash(long field, int fieldLength) {
        return Hashing.hash(field, fieldLength, Hashing.SEED);
    }

    private static long hash(long entry) {
        return hash(field(entry), fieldLength(entry));
    }

    /* Readers. */

    /** Returns the number of entries. */
    public long size() {
        return index.size();
    }

    /** Returns the off-heap bytes that the dict takes besides its root. */
    public long bytes() {
        return entryBytes + index.bytes() + queue.bytes();
    }

    /** Returns whether the dict has a heap of its own, so that {@link #free} costs no time. */
    public boolean hasOwnHeap() {
        return heapNumber != 0;
    }

    /** Returns the entry of the field, or 0. */
    public long get(long field, int fieldLength) {
        return index.find(hash(field, fieldLength), field, fieldLength);
    }

    /** Returns the time of an entry, or {@link #NO_TIME}. */
    public long time(long entry) {
        return isTimed(entry) ? queue.time(ENTRIES.place(entry)) : NO_TIME;
    }

    /** Returns the number of entries that have a time. */
    public int timed() {
        return queue.size();
    }

    /** Returns the entry with the earliest time, or 0 if none has one. */
    public long earliest() {
        return queue.size() == 0 ? 0 : queue.entry(0);
    }

    /** Returns the earliest time of all entries, or {@link #NO_TIME}. */
    public long earliestTime() {
        return queue.size() == 0 ? NO_TIME : queue.time(0);
    }

    /** Visits every entry once; the dict must not be changed meanwhile. */
    public void forEach(RecordVisitor visitor) {
        index.forEach(visitor);
    }

    /** Visits some entries and returns the next cursor, with the guarantees of {@link HashIndex#scan}. */
    public long scan(long cursor, RecordVisitor visitor) {
        return index.scan(cursor, visitor);
    }

    /** Returns a random entry, or 0 if there is none; see {@link HashIndex#randomRecord}. */
    public long random(RandomGenerator random) {
        return index.randomRecord(random);
    }

    /* Changes. */

    /** Makes room for {@code size} entries ahead of adding them, if the dict is empty. */
    public void reserve(long size) {
        index.reserve(size);
        save();
    }

    /** Sets the value of a field, which keeps its time, and returns whether the field is new. */
    public boolean put(long field, int fieldLength, long value, int valueLength) {
        long hash = hash(field, fieldLength);
        long old = index.find(hash, field, fieldLength);
        if (old == 0) {
            index.insert(hash, create(field, fieldLength, value, valueLength));
            save();
        } else {
            overwrite(hash, old, value, valueLength);
        }
        moveIfLarge();
        return old == 0;
    }

    private long create(long field, int fieldLength, long value, int valueLength) {
        int head = fieldLength << 1;
        int size = Math.addExact(Math.addExact(varintBytes(head) + varintBytes(valueLength), fieldLength), valueLength);
        long entry = heap.allocate(size);
        entryBytes += heap.usable(entry);
        long at = putVarint(putVarint(entry, head), valueLength);
        Memory.copy(field, at, fieldLength);
        Memory.copy(value, at + fieldLength, valueLength);
        return entry;
    }

    /** Sets the value of an entry, which keeps its time. The entry may move. */
    public void overwrite(long entry, long value, int valueLength) {
        if (valueLength(entry) == valueLength) {
            Memory.copy(value, value(entry), valueLength);
        } else {
            overwrite(hash(entry), entry, value, valueLength);
            moveIfLarge();
        }
    }

    private void overwrite(long hash, long old, long value, int valueLength) {
        int oldLength = valueLength(old);
        if (oldLength == valueLength) {
            Memory.copy(value, value(old), valueLength);
            return;
        }
        long entry;
        if (varintBytes(valueLength) == varintBytes(oldLength)) {
            entry = resize(old, Math.addExact((int) (value(old) - old), valueLength));
            putVarint(skipVarint(entry), valueLength);
        } else {
            entry = remake(old, isTimed(old), valueLength, 0);
        }
        Memory.copy(value, value(entry), valueLength);
        rehome(hash, old, entry);
        save();
    }

    private long resize(long old, int size) {
        entryBytes -= heap.usable(old);
        long entry = heap.reallocate(old, size);
        entryBytes += heap.usable(entry);
        return entry;
    }

    /* Makes a block with another head for the entry's field and the first bytes of its value, and frees the old one. */
    private long remake(long old, boolean timed, int valueLength, int copied) {
        int fieldLength = fieldLength(old);
        int head = fieldLength << 1 | (timed ? 1 : 0);
        int fixed = varintBytes(head) + varintBytes(valueLength) + (timed ? 4 : 0);
        long entry = heap.allocate(Math.addExact(Math.addExact(fixed, fieldLength), valueLength));
        entryBytes += heap.usable(entry);
        putVarint(putVarint(entry, head), valueLength);
        if (timed && isTimed(old)) {
            ENTRIES.place(entry, ENTRIES.place(old));
        }
        Memory.copy(field(old), field(entry), fieldLength + copied);
        discard(old);
        return entry;
    }

    /* Tells the index and the queue that an entry has moved; nobody looks at the old block. */
    private void rehome(long hash, long old, long entry) {
        if (entry != old) {
            index.replace(hash, old, entry);
            if (isTimed(entry)) {
                queue.moved(ENTRIES.place(entry), entry);
            }
        }
    }

    private void discard(long entry) {
        entryBytes -= heap.usable(entry);
        heap.free(entry);
    }

    /** Gives an entry a time, any but {@link #NO_TIME}, in place of the one that it may have. Returns the entry, which may have moved. */
    public long time(long entry, long time) {
        if (isTimed(entry)) {
            queue.change(ENTRIES.place(entry), time);
            return entry;
        }
        long hash = hash(entry);
        long moved = remake(entry, true, valueLength(entry), valueLength(entry));
        index.replace(hash, entry, moved);
        queue.add(heap, time, moved);
        save();
        return moved;
    }

    /** Takes an entry's time away, if it has one. Returns the entry, which may have moved. */
    public long forgetTime(long entry) {
        if (!isTimed(entry)) {
            return entry;
        }
        long hash = hash(entry);
        queue.remove(heap, ENTRIES.place(entry));
        long moved = remake(entry, false, valueLength(entry), valueLength(entry));
        index.replace(hash, entry, moved);
        save();
        return moved;
    }

    /** Removes a field and returns whether it was there. */
    public boolean remove(long field, int fieldLength) {
        long entry = index.remove(hash(field, fieldLength), field, fieldLength);
        if (entry != 0) {
            forget(entry);
        }
        return entry != 0;
    }

    /** Removes an entry. */
    public void remove(long entry) {
        index.removeRecord(hash(entry), entry);
        forget(entry);
    }

    private void forget(long entry) {
        if (isTimed(entry)) {
            queue.remove(heap, ENTRIES.place(entry));
        }
        discard(entry);
        save();
    }

    /** Goes on with a rehashing and returns whether it is still not done; see {@link HashIndex#rehashStep}. */
    public boolean rehashStep(int buckets) {
        boolean more = index.rehashStep(buckets);
        save();
        return more;
    }

    private void moveIfLarge() {
        if (heapNumber == 0 && bytes() > ValueHeaps.OWN_FROM) {
            Heap shared = heap;
            heapNumber = heaps.open();
            heap = heaps.heap(heapNumber);
            entryBytes = 0;
            index.moveTo(heap, entry -> {
                int size = (int) (value(entry) - entry) + valueLength(entry);
                long moved = heap.allocate(size);
                entryBytes += heap.usable(moved);
                Memory.copy(entry, moved, size);
                if (isTimed(moved)) {
                    queue.moved(ENTRIES.place(moved), moved);
                }
                shared.free(entry);
                return moved;
            });
            queue.moveTo(shared, heap);
            save();
        }
    }

    /**
     * Removes all entries and gives all memory back; takes time in proportion to the number of entries unless the dict
     * {@link #hasOwnHeap has a heap of its own}. The root is that of an empty dict then.
     */
    public void free() {
        if (heapNumber != 0) {
            heaps.close(heapNumber);
        } else {
            index.forEach(heap::free);
            index.clear();
            if (queue.size() > 0) {
                heap.free(queue.address());
            }
        }
        create(root);
    }

    private static final class Entries implements Records, TimeQueue.Places {
        @Override
        public boolean keyEquals(long record, long keyAddress, int keyLength) {
            return fieldLength(record) == keyLength && Memory.equal(field(record), keyAddress, keyLength);
        }

        @Override
        public long hash(long record) {
            return Dict.hash(record);
        }

        @Override
        public int place(long entry) {
            return Memory.getInt(skipVarint(skipVarint(entry)));
        }

        @Override
        public void place(long entry, int place) {
            Memory.putInt(skipVarint(skipVarint(entry)), place);
        }
    }
}
