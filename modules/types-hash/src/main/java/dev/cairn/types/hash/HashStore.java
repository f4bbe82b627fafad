package dev.cairn.types.hash;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeStore;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.structures.Dict;
import dev.cairn.structures.Memory;
import dev.cairn.structures.ValueHeaps;

/**
 * What the hashes of one database have beside their records: the memory of the large ones, and which of them have fields that expire,
 * ordered by when the first one does. Main thread.
 */
final class HashStore implements TypeStore {
    private final HashType type;
    private final ValueHeaps heaps = new ValueHeaps();
    private final Scratch keys;
    private final Scratch values;
    private final Hash hash;
    private final HashBuilder builder;
    private final Dict freeing = new Dict(heaps);
    /** The keys of the hashes with fields that expire; the time of an entry is that of the first such field. */
    private final Dict expiring = new Dict(heaps);

    HashStore(HashType type) {
        this.type = type;
        keys = new Scratch(heaps.heap(0));
        values = new Scratch(heaps.heap(0));
        expiring.create(heaps.heap(0).allocate(Dict.ROOT_BYTES));
        builder = new HashBuilder(type, heaps);
        hash = new Hash(type, heaps, builder);
    }

    /** Opens a hash that exists, for reading: the one view, which shows it until the next is opened. */
    Hash open(Slot slot) {
        return hash.open(null, slot);
    }

    /** Opens a hash that exists for reading, by a command that sees fields expire. */
    Hash open(Keyspace keyspace, Slot slot) {
        return hash.open(keyspace, slot);
    }

    /** Opens a hash for change, also one that does not exist yet. */
    Hash edit(Keyspace keyspace, WriteSlot slot) {
        return hash.edit(keyspace, slot, this);
    }

    /** The builder of new hashes, emptied. */
    HashBuilder builder() {
        return builder.begin();
    }

    /** Adds a field to a builder; see {@link HashBuilder#add}. */
    boolean add(HashBuilder to, Bytes field, Bytes value, long time) {
        return to.add(keys.address(field), field.length(), values.address(value), value.length(), time);
    }

    /** Notes when the first field of a hash expires, {@link Dict#NO_TIME} for never. */
    void expires(Bytes key, long time) {
        if (time == Dict.NO_TIME && expiring.size() == 0) {
            return;
        }
        long address = keys.address(key);
        long entry = expiring.get(address, key.length());
        if (time == Dict.NO_TIME) {
            if (entry != 0) {
                expiring.remove(entry);
            }
            return;
        }
        if (entry == 0) {
            expiring.put(address, key.length(), address, 0);
            entry = expiring.get(address, key.length());
        }
        expiring.time(entry, time);
    }

    /** How much work it is to free a hash. It leaves the view alone: a command may be at it that replaces the value. */
    long freeEffort(Slot slot) {
        if (slot.encoding() != HashType.HASHTABLE) {
            return 1;
        }
        freeing.open(Hash.address(slot));
        return freeing.size();
    }

    /** Frees what a hash owns. */
    void free(Slot slot) {
        if (slot.encoding() == HashType.HASHTABLE) {
            freeing.open(Hash.address(slot));
            boolean timed = freeing.timed() > 0;
            freeing.free();
            if (!timed) {
                return;
            }
        }
        expires(slot.key(), Dict.NO_TIME);
    }

    @Override
    public long expiringKeys() {
        return expiring.size();
    }

    @Override
    public boolean expireSome(Keyspace keyspace, int most) {
        int left = most;
        while (left > 0 && expiring.size() > 0 && keyspace.isOver(expiring.earliestTime())) {
            long entry = expiring.earliest();
            Bytes key = Bytes.of(Memory.toArray(Dict.field(entry), Dict.fieldLength(entry)));
            WriteSlot slot = keyspace.write(key, type);
            if (slot.exists()) {
                left -= Math.max(1, FieldExpiry.deleteDue(keyspace, slot, edit(keyspace, slot), left));
            } else {
                // its key expired just now, which took it out
                left--;
            }
        }
        return left <= 0;
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
