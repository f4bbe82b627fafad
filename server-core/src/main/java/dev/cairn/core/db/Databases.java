package dev.cairn.core.db;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.data.DataType;
import dev.cairn.structures.HashIndex;

/**
 * All databases of a server and what they share: clocks, statistics, data types and the pool of slots. Main thread.
 */
public final class Databases {
    /** Most data types that a server can have. */
    public static final int MAX_TYPES = 127;

    private static final int ENCODINGS = 16;

    private final Database[] databases;
    private final KeyspaceEvents events;
    private final KeyspaceStats stats = new KeyspaceStats();
    private final AccessClock accessClock = new AccessClock();
    private final LazyFree lazyFree = new LazyFree();
    /** By number; null for one that was taken back. */
    private final List<@Nullable DataType> types = new ArrayList<>();
    /** For each type the set of encodings whose values own memory, a bit each. */
    private final int[] owningEncodings = new int[MAX_TYPES];
    /** Types that are to come, or that keys are still to leave, by number. */
    private final BitSet hidden = new BitSet(MAX_TYPES);
    private @Nullable Conversion conversion;
    private boolean converting;
    /** Whether the values of the conversion have taken over, and the indexes may still have old records. */
    private boolean exchanging;
    private final SlotPool slots;
    private final Snapshot snapshot = new Snapshot(this);
    private long now;
    private boolean expiryHeld;
    private boolean deletionHeld;
    private HashIndex.ResizePolicy resizePolicy = HashIndex.ResizePolicy.ALLOW;

    /** Makes {@code count} empty databases. */
    public Databases(int count, KeyspaceEvents events) {
        this.events = events;
        this.slots = new SlotPool();
        databases = new Database[count];
        for (int i = 0; i < count; i++) {
            databases[i] = new Database(i, this);
        }
    }

    /** Number of databases. */
    public int count() {
        return databases.length;
    }

    /** The database of an index from 0 to {@code count()-1}. */
    public Database at(int index) {
        return databases[index];
    }

    /** Exchanges the contents of two databases; who holds one of them sees the other's keys from now on. */
    public void swap(int a, int b) {
        databases[a].exchange(databases[b]);
    }

    /** Counters of all databases. */
    public KeyspaceStats stats() {
        return stats;
    }

    /** The access clock. */
    public AccessClock accessClock() {
        return accessClock;
    }

    /** The snapshots. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** Freeing in the background. */
    public LazyFree lazyFree() {
        return lazyFree;
    }

    KeyspaceEvents events() {
        return events;
    }

    SlotPool slots() {
        return slots;
    }

    /** Sets the time that decides on expiry, ms since 1970: once for each command, so that a command sees one moment. */
    public void now(long millis) {
        now = millis;
    }

    /** The time that decides on expiry, ms since 1970. */
    public long now() {
        return now;
    }

    /** Makes keys outlive their time, as while data is loaded. */
    public void holdExpiry(boolean hold) {
        expiryHeld = hold;
    }

    boolean expiryHeld() {
        return expiryHeld;
    }

    /** Keeps keys whose time is over, hidden, until a command writes them or the hold ends; as while clients are paused. */
    public void holdDeletion(boolean hold) {
        deletionHeld = hold;
    }

    /** Whether keys whose time is over are kept. */
    public boolean deletionHeld() {
        return deletionHeld;
    }

    /** Lets the indexes change their size as the load asks for, or only when there is no other way. */
    public void resizing(boolean allowed) {
        resizePolicy = allowed ? HashIndex.ResizePolicy.ALLOW : HashIndex.ResizePolicy.AVOID;
        for (Database d : databases) {
            d.resizePolicy(resizePolicy);
        }
    }

    HashIndex.ResizePolicy resizePolicy() {
        return resizePolicy;
    }

    /** Ends the life of all slots that were opened since the last call, as after each command. */
    public void releaseSlots() {
        slots.releaseAll();
    }

    /** Position in the pool of slots, for {@link #releaseSlots(int)}. */
    public int slotMark() {
        return slots.mark();
    }

    /** Ends the life of the slots opened since the mark. */
    public void releaseSlots(int mark) {
        slots.release(mark);
    }

    /** Adds a data type; values refer to it by its number. */
    public void addType(DataType type) {
        int number = 0;
        while (number < types.size() && types.get(number) != null) {
            number++;
        }
        if (number == MAX_TYPES) {
            throw new IllegalStateException("more than " + MAX_TYPES + " data types");
        }
        int owning = 0;
        for (int encoding = 0; encoding < ENCODINGS; encoding++) {
            owning |= type.owning(encoding) ? 1 << encoding : 0;
        }
        owningEncodings[number] = owning;
        if (number < types.size()) {
            types.set(number, type);
        } else {
            types.add(type);
        }
    }

    /**
     * Takes a data type back, if it is there, with what it keeps in its stores.
     *
     * @throws IllegalStateException when there are keys of it
     */
    public void removeType(DataType type) {
        if (types.stream().noneMatch(t -> t == type)) {
            return;
        }
        if (keysOf(type) > 0) {
            throw new IllegalStateException("there are keys of type '" + type.name() + "'");
        }
        int number = number(type);
        for (Database d : databases) {
            d.dropStore(number);
        }
        types.set(number, null);
    }

    /** Number of keys that hold a value of the type, in all databases. */
    public long keysOf(DataType type) {
        int number = number(type);
        long sum = 0;
        for (Database d : databases) {
            sum += d.keysOfType[number];
        }
        return sum;
    }

    /**
     * Begins to make all values of some types anew, by others that will be registered in their place.
     *
     * @param successors the new type for each old one
     * @throws IllegalStateException when this goes on already, or there are too many types
     */
    public Conversion convert(Map<DataType, DataType> successors) {
        if (conversion != null) {
            throw new IllegalStateException("values are being converted already");
        }
        if (types().size() + successors.size() > MAX_TYPES) {
            throw new IllegalStateException("more than " + MAX_TYPES + " data types");
        }
        for (DataType type : successors.values()) {
            addType(type);
            hidden.set(number(type));
        }
        Conversion begun = new Conversion(this, successors);
        conversion = begun;
        converting = true;
        return begun;
    }

    /** What makes values anew, null when nothing does. */
    @Nullable
    Conversion conversion() {
        return conversion;
    }

    /** Whether there is a conversion. A primitive, since the class of conversions is not loaded before the first, and no such call is inlined. */
    boolean isConverting() {
        return converting;
    }

    /** Whether the indexes may still have old records of the conversion. */
    boolean isExchanging() {
        return exchanging;
    }

    void conversionTookOver(Collection<DataType> gone) {
        exchanging = true;
        hidden.clear();
        gone.forEach(type -> hidden.set(number(type)));
    }

    void conversionEnded(Collection<DataType> gone) {
        conversion = null;
        converting = false;
        exchanging = false;
        hidden.clear();
        for (DataType type : gone) {
            types.set(number(type), null);
        }
    }

    boolean owning(int type, int encoding) {
        return (owningEncodings[type] >>> encoding & 1) != 0;
    }

    /** All data types. */
    public List<DataType> types() {
        return IntStream.range(0, types.size()).filter(i -> !hidden.get(i)).mapToObj(types::get).filter(Objects::nonNull).toList();
    }

    DataType type(int number) {
        DataType type = types.get(number);
        if (type == null) {
            throw new IllegalStateException("no data type has the number " + number);
        }
        return type;
    }

    int number(DataType type) {
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i) == type) {
                return i;
            }
        }
        throw new IllegalArgumentException("data type '" + type.name() + "' is not registered");
    }

    private long conversionBytes() {
        Conversion c = conversion;
        return c == null ? 0 : c.bytes();
    }

    /** Bytes that keys, values and indexes take. */
    public long usedBytes() {
        long sum = conversionBytes();
        for (Database d : databases) {
            sum += d.usedBytes();
        }
        return sum;
    }

    /** Bytes of the index tables alone. */
    public long indexBytes() {
        long sum = 0;
        for (Database d : databases) {
            sum += d.indexBytes();
        }
        return sum;
    }

    /** Bytes taken from the operating system for keys and values. */
    public long mappedBytes() {
        long sum = conversionBytes();
        for (Database d : databases) {
            sum += d.mappedBytes();
        }
        return sum;
    }

    /** Number of keys in all databases. */
    public long keys() {
        long sum = 0;
        for (Database d : databases) {
            sum += d.size();
        }
        return sum;
    }

    /** Gives all memory back; the databases are not used any more. */
    public void close() {
        Conversion c = conversion;
        if (c != null && !exchanging) {
            c.cancel();
        } else if (c != null) {
            c.settle(Long.MAX_VALUE);
        }
        for (Database d : databases) {
            d.close();
        }
        slots.close();
        lazyFree.queue(null);
        lazyFree.purge();
    }
}
