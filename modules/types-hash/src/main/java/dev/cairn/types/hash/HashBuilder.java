package dev.cairn.types.hash;

import dev.cairn.api.data.WriteSlot;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Dict;
import dev.cairn.structures.HeapRegion;
import dev.cairn.structures.Listpack;
import dev.cairn.structures.ValueHeaps;

/**
 * Makes a hash beside its record, and puts it there when it is whole: for loading, copying and the change from a listpack to a table. One
 * hash at a time; main thread.
 */
final class HashBuilder {
    private final HashType type;
    private final Dict dict;
    private final HeapRegion pack;
    private final PackReader reader;
    private final long root;
    private final NativeBytes view = new NativeBytes();
    private int encoding;
    private long fields;
    private long earliest;

    HashBuilder(HashType type, ValueHeaps heaps) {
        this.type = type;
        dict = new Dict(heaps);
        pack = new HeapRegion(heaps.heap(0), Listpack.EMPTY_BYTES);
        reader = new PackReader(heaps.heap(0));
        root = heaps.heap(0).allocate(Dict.ROOT_BYTES);
    }

    /** Begins with an empty listpack. */
    HashBuilder begin() {
        encoding = HashType.LISTPACK;
        Listpack.create(pack);
        fields = 0;
        earliest = Dict.NO_TIME;
        return this;
    }

    /** Has the hash hold times; before the first field. */
    HashBuilder timed() {
        encoding = HashType.LISTPACK_EX;
        return this;
    }

    /** Has the hash be a table of about so many fields; before the first field. */
    HashBuilder table(long size) {
        encoding = HashType.HASHTABLE;
        dict.create(root).reserve(size);
        return this;
    }

    /**
     * Adds a field that is not there yet.
     *
     * @param time when it expires, or {@link Dict#NO_TIME}
     * @return false when it is seen to be there already: the hash is not whole then
     */
    boolean add(long field, int fieldLength, long value, int valueLength, long time) {
        fields++;
        earliest = Math.min(earliest, time);
        if (encoding != HashType.HASHTABLE && isTooMuch(fieldLength, valueLength)) {
            toTable();
        }
        if (encoding == HashType.HASHTABLE) {
            return addToTable(field, fieldLength, value, valueLength, time);
        }
        Listpack.append(pack, field, fieldLength);
        Listpack.append(pack, value, valueLength);
        if (encoding == HashType.LISTPACK_EX) {
            Listpack.append(pack, Hash.packed(time));
        }
        return true;
    }

    private boolean isTooMuch(int fieldLength, int valueLength) {
        HashLimits limits = type.limits();
        return limits.tooMany(fields) || limits.tooLong(fieldLength) || limits.tooLong(valueLength)
                || limits.tooLarge(Listpack.bytes(pack.address()), (long) fieldLength + valueLength + Hash.PACK_OVERHEAD);
    }

    private boolean addToTable(long field, int fieldLength, long value, int valueLength, long time) {
        if (!dict.put(field, fieldLength, value, valueLength)) {
            return false;
        }
        if (time != Dict.NO_TIME) {
            dict.time(dict.get(field, fieldLength), time);
        }
        return true;
    }

    private void toTable() {
        int width = encoding == HashType.LISTPACK_EX ? 3 : 2;
        encoding = HashType.HASHTABLE;
        dict.create(root);
        long from = pack.address();
        for (int at = Listpack.first(from); at != 0;) {
            int value = Listpack.next(from, at);
            reader.read(from, at, value);
            long time = width == 3 ? Hash.unpacked(Listpack.integer(from, Listpack.next(from, value))) : Dict.NO_TIME;
            addToTable(reader.field().address(), reader.field().length(), reader.value().address(), reader.value().length(), time);
            at = Listpack.next(from, width == 3 ? Listpack.next(from, value) : value);
        }
    }

    /** Makes the hash the value of the slot. */
    void put(WriteSlot slot, HashStore store) {
        if (encoding == HashType.HASHTABLE) {
            slot.put(type, encoding, view.set(root, Dict.ROOT_BYTES));
        } else {
            slot.put(type, encoding, view.set(pack.address(), Listpack.bytes(pack.address())));
            Listpack.create(pack);
        }
        if (earliest != Dict.NO_TIME) {
            store.expires(slot.key(), earliest);
        }
    }

    /** Forgets what was made. */
    void discard() {
        if (encoding == HashType.HASHTABLE) {
            dict.free();
        } else {
            Listpack.create(pack);
        }
    }
}
