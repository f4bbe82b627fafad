package dev.cairn.structures;

import java.util.random.RandomGenerator;

/**
 * The nested dict: field bytes to value bytes, all off-heap, for the large encodings of hashes, sets and the like.
 * The owner of the heap owns the dict.
 *
 * <p>Design. A field and its value are one block of the heap: both lengths as varints (7 bits a byte, low first), the
 * field, the value; a {@link HashIndex}
 * finds it. The address of the block is the entry's handle; it is good until the entry is changed or removed. Bytes
 * that are passed in must not lie in the dict.
 */
public final class Dict {
    private static final Records ENTRIES = new Entries();

    private final Heap heap;
    private final HashIndex index;
    private long entryBytes;

    /** Creates an empty dict in the heap; it takes no off-heap memory yet. */
    public Dict(Heap heap) {
        this.heap = heap;
        this.index = new HashIndex(heap, ENTRIES);
    }

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
        return varint(entry);
    }

    /** Returns the address of the entry's field. */
    public static long field(long entry) {
        return skipVarint(skipVarint(entry));
    }

    /** Returns the length of the entry's value in bytes. */
    public static int valueLength(long entry) {
        return varint(skipVarint(entry));
    }

    /** Returns the address of the entry's value. */
    public static long value(long entry) {
        return field(entry) + varint(entry);
    }

    private static long hash(long field, int fieldLength) {
        return Hashing.hash(field, fieldLength, Hashing.SEED);
    }

    /** Returns the number of entries. */
    public long size() {
        return index.size();
    }

    /** Returns the off-heap bytes that the dict takes, those of the index included. */
    public long bytes() {
        return entryBytes + index.bytes();
    }

    /** Returns the part of {@link #bytes} that does not come from the heap. */
    public long mappedBytes() {
        return index.mappedBytes();
    }

    /** Returns the entry of the field, or 0. */
    public long get(long field, int fieldLength) {
        return index.find(hash(field, fieldLength), field, fieldLength);
    }

    /** Sets the value of a field and returns whether the field is new. */
    public boolean put(long field, int fieldLength, long value, int valueLength) {
        long hash = hash(field, fieldLength);
        long old = index.find(hash, field, fieldLength);
        if (old == 0) {
            index.insert(hash, create(field, fieldLength, value, valueLength));
            return true;
        }
        if (varintBytes(valueLength) == varintBytes(valueLength(old))) {
            overwrite(hash, old, value, valueLength);
        } else {
            index.replace(hash, old, create(field, fieldLength, value, valueLength));
            discard(old);
        }
        return false;
    }

    private long create(long field, int fieldLength, long value, int valueLength) {
        int size = Math.addExact(Math.addExact(varintBytes(fieldLength) + varintBytes(valueLength), fieldLength), valueLength);
        long entry = heap.allocate(size);
        entryBytes += heap.usable(entry);
        long at = putVarint(putVarint(entry, fieldLength), valueLength);
        Memory.copy(field, at, fieldLength);
        Memory.copy(value, at + fieldLength, valueLength);
        return entry;
    }

    private void overwrite(long hash, long old, long value, int valueLength) {
        long size = Math.addExact((int) (value(old) - old), valueLength);
        entryBytes -= heap.usable(old);
        long entry = heap.reallocate(old, (int) size);
        entryBytes += heap.usable(entry);
        if (entry != old) {
            index.replace(hash, old, entry);
        }
        putVarint(skipVarint(entry), valueLength);
        Memory.copy(value, entry + size - valueLength, valueLength);
    }

    private void discard(long entry) {
        entryBytes -= heap.usable(entry);
        heap.free(entry);
    }

    /** Removes a field and returns whether it was there. */
    public boolean remove(long field, int fieldLength) {
        long entry = index.remove(hash(field, fieldLength), field, fieldLength);
        if (entry != 0) {
            discard(entry);
        }
        return entry != 0;
    }

    /** Visits every entry once; the dict must not be changed meanwhile. */
    public void forEach(RecordVisitor visitor) {
        index.forEach(visitor);
    }

    /** Visits some entries and returns the next cursor, with the guarantees of {@link HashIndex#scan}. */
    public long scan(long cursor, RecordVisitor visitor) {
        return index.scan(cursor, visitor);
    }

    /** Returns a random entry, or 0 if there is none. */
    public long random(RandomGenerator random) {
        return index.randomRecord(random);
    }

    /** Goes on with a rehashing and returns whether it is still not done; see {@link HashIndex#rehashStep}. */
    public boolean rehashStep(int buckets) {
        return index.rehashStep(buckets);
    }

    /** Removes all entries and gives all memory back; takes time in proportion to the number of entries. */
    public void free() {
        index.forEach(heap::free);
        entryBytes = 0;
        index.clear();
    }

    private static final class Entries implements Records {
        @Override
        public boolean keyEquals(long record, long keyAddress, int keyLength) {
            return varint(record) == keyLength && Memory.equal(field(record), keyAddress, keyLength);
        }

        @Override
        public long hash(long record) {
            return Dict.hash(field(record), varint(record));
        }
    }
}
