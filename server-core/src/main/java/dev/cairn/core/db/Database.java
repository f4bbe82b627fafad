package dev.cairn.core.db;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Effects;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeStore;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.HashIndex;
import dev.cairn.structures.Hashing;
import dev.cairn.structures.Heap;

/**
 * One database: off-heap records, found through an index. Main thread.
 *
 * <p>Each key is one {@link Record} in the database's own {@link Heap}; {@code index} finds it by its key, {@code expires} holds once more
 * the records that have a time of expiry, so that the active expiry samples only those. Each record has one owner, this database, and no
 * other pointer to it is kept: a record may be moved whenever both indexes are told. Slots find their record again when {@code version}
 * has changed. Emptying the database drops heap and indexes whole, without a walk over the keys.
 */
public final class Database implements Keyspace {
    private static final int RANDOM_TRIES = 100;

    private final int number;
    private final Databases all;
    /** Whether it is one that nobody sees, see {@link Conversion}. */
    private final boolean beside;
    private final SplittableRandom random = new SplittableRandom();
    Heap heap;
    HashIndex index;
    HashIndex expires;
    ObjectTable objects = new ObjectTable();
    long version;
    private TypeStore[] stores = new TypeStore[0];
    /** Number of keys of each data type. */
    long[] keysOfType = new long[Databases.MAX_TYPES];
    private final RecordSlot releasing;
    private long[] due = new long[16];
    private int dueCount;

    Database(int number, Databases all) {
        this.number = number;
        this.all = all;
        beside = false;
        heap = new Heap(false);
        index = newIndex();
        expires = newIndex();
        releasing = new RecordSlot(heap, null);
    }

    /** A database beside another, for a {@link Conversion}: empty, in the same heap, with the same table of objects. */
    Database(Database of) {
        number = of.number;
        all = of.all;
        beside = true;
        heap = of.heap;
        objects = of.objects;
        index = newIndex();
        expires = newIndex();
        releasing = new RecordSlot(heap, null);
    }

    @Override
    public TypeStore store(DataType type) {
        int t = all.number(type);
        roomForStore(t);
        TypeStore s = stores[t];
        if (s == TypeStore.NONE) {
            s = type.openStore();
            stores[t] = s;
        }
        return s;
    }

    private void roomForStore(int type) {
        if (type >= stores.length) {
            TypeStore[] more = Arrays.copyOf(stores, type + 1);
            Arrays.fill(more, stores.length, more.length, TypeStore.NONE);
            stores = more;
        }
    }

    @Override
    public int mark() {
        return all.slotMark();
    }

    @Override
    public void release(int mark) {
        all.releaseSlots(mark);
    }

    @Override
    public Effects effects() {
        return all.events().effects(this);
    }

    /** Drops what a type keeps; there must be no key of it. */
    void dropStore(int type) {
        if (type < stores.length) {
            stores[type].drop();
            stores[type] = TypeStore.NONE;
        }
    }

    /** Drops what all types keep; the database is not used any more. */
    void dropStores() {
        for (TypeStore s : stores) {
            s.drop();
        }
        stores = new TypeStore[0];
    }

    /** Takes over the keys and the store of a type of the database beside this one, and drops those of the type that it is instead of. */
    void takeOver(Database from, int old, int successor) {
        keysOfType[successor] = from.keysOfType[successor];
        keysOfType[old] = 0;
        dropStore(old);
        if (successor < from.stores.length) {
            roomForStore(successor);
            stores[successor] = from.stores[successor];
            from.stores[successor] = TypeStore.NONE;
        }
    }

    /** Becomes empty, beside a database that has been emptied. */
    void settleBeside(Database of) {
        index.drop();
        expires.drop();
        dropStores();
        heap = of.heap;
        objects = of.objects;
        index = newIndex();
        expires = newIndex();
        keysOfType = new long[Databases.MAX_TYPES];
        version++;
    }

    /** Bytes that are not in the heap. */
    long bytesBesideHeap() {
        return index.mappedBytes() + expires.mappedBytes() + storeBytes();
    }

    @Override
    public boolean isOver(long time) {
        return time < all.now() && !all.expiryHeld();
    }

    @Override
    public void countExpired(long parts) {
        all.stats().expiredParts += parts;
    }

    /** Number of keys that hold parts with a time of expiry, such as fields of hashes. */
    public long keysWithVolatileParts() {
        long sum = 0;
        for (TypeStore s : stores) {
            sum += s.expiringKeys();
        }
        return sum;
    }

    /** Deletes parts of values whose time is over, at most so many for each type; true while there is more to do. */
    public boolean expireParts(int most) {
        boolean more = false;
        for (TypeStore s : stores) {
            int mark = all.slotMark();
            more |= s.expireSome(this, most);
            all.releaseSlots(mark);
        }
        return more;
    }

    private long storeBytes() {
        long sum = 0;
        for (TypeStore s : stores) {
            sum += s.usedBytes();
        }
        return sum;
    }

    private HashIndex newIndex() {
        HashIndex made = new HashIndex(heap, RecordKeys.INSTANCE);
        made.resizePolicy(all.resizePolicy());
        return made;
    }

    /** Sets whether the indexes may change their size. */
    void resizePolicy(HashIndex.ResizePolicy policy) {
        index.resizePolicy(policy);
        expires.resizePolicy(policy);
    }

    @Override
    public int index() {
        return number;
    }

    @Override
    public long size() {
        return index.size();
    }

    /** Number of keys that have a time of expiry. */
    public long volatileKeys() {
        return expires.size();
    }

    /** Bytes that keys, values and indexes take. */
    public long usedBytes() {
        return heap.usedBytes() + index.mappedBytes() + expires.mappedBytes() + storeBytes();
    }

    /** Bytes of the table that finds keys. */
    public long keyIndexBytes() {
        return index.bytes();
    }

    /** Bytes of the table of keys that have a time of expiry. */
    public long expiryIndexBytes() {
        return expires.bytes();
    }

    /** Bytes of the tables that indexes are leaving, because they change their size. */
    public long rehashingBytes() {
        return index.rehashingBytes() + expires.rehashingBytes();
    }

    /** Number of indexes that are changing their size. */
    public int rehashingIndexes() {
        return (index.rehashing() ? 1 : 0) + (expires.rehashing() ? 1 : 0);
    }

    long indexBytes() {
        return index.bytes() + expires.bytes();
    }

    long mappedBytes() {
        long sum = heap.mappedBytes() + index.mappedBytes() + expires.mappedBytes();
        for (TypeStore s : stores) {
            sum += s.mappedBytes();
        }
        return sum;
    }

    Databases all() {
        return all;
    }

    /** The hash by which the index knows a key, for {@link #prefetch}. */
    public static long hash(long key, int length) {
        return Hashing.hash(key, length, Hashing.SEED);
    }

    /** Loads the index's place of a hash into the cache; the result only keeps the load alive. */
    public long prefetch(long hash) {
        return index.touch(hash);
    }

    /** The record that a key of this hash probably has, 0 for none; nothing is compared. */
    public long candidate(long hash) {
        return index.candidate(hash);
    }

    @Override
    public Slot read(Bytes key) {
        return counted(open(key), key);
    }

    private RecordSlot counted(RecordSlot s, Bytes key) {
        if (s.record != 0) {
            all.stats().hits++;
            touch(s.record);
        } else {
            all.stats().misses++;
            all.events().missed(this, key);
        }
        return s;
    }

    @Override
    public Slot read(Bytes key, DataType type) {
        Slot s = read(key);
        checkType((RecordSlot) s, type);
        return s;
    }

    @Override
    public Slot peek(Bytes key) {
        return open(key);
    }

    /** Opens a key for a look at its metadata: counts a hit or a miss, but no access, as EXISTS, TYPE and TTL do. */
    public Slot look(Bytes key) {
        Slot s = inspect(key);
        if (!s.exists()) {
            all.events().missed(this, key);
        }
        return s;
    }

    /** {@link #look} that does not even tell of a miss, as OBJECT does. */
    public Slot inspect(Bytes key) {
        RecordSlot s = open(key);
        if (s.record != 0) {
            all.stats().hits++;
        } else {
            all.stats().misses++;
        }
        return s;
    }

    @Override
    public WriteSlot write(Bytes key) {
        RecordSlot s = openToWrite(key);
        if (s.record != 0) {
            aboutToChange(s.record);
            touch(s.record);
        }
        return s;
    }

    @Override
    public WriteSlot write(Bytes key, DataType type) {
        WriteSlot s = write(key);
        checkType((RecordSlot) s, type);
        return s;
    }

    @Override
    public WriteSlot readWrite(Bytes key, DataType type) {
        RecordSlot s = counted(openToWrite(key), key);
        checkType(s, type);
        if (s.record != 0) {
            aboutToChange(s.record);
        }
        return s;
    }

    /** The record that an index has given, or the one that has taken its place. */
    long present(long found) {
        return found == 0 || !all.isExchanging() ? found : exchanged(found);
    }

    private long exchanged(long found) {
        Conversion c = all.conversion();
        return c == null ? found : c.present(this, found);
    }

    private void aboutToChange(long record) {
        all.snapshot().aboutToChange(this, record);
        if (all.isConverting()) {
            tellConversion(record);
        }
    }

    private void tellConversion(long record) {
        Conversion c = all.conversion();
        if (c != null) {
            c.aboutToChange(this, record);
        }
    }

    /** A value of a type, by its number, is about to be put at a key. */
    void aboutToStore(int type, Bytes key) {
        if (all.isConverting()) {
            tellConversion(type, key);
        }
    }

    private void tellConversion(int type, Bytes key) {
        Conversion c = all.conversion();
        if (c != null) {
            c.stored(this, type, key);
        }
    }

    /** A key was added. */
    void added(Bytes key) {
        if (!beside) {
            all.events().added(this, key);
        }
    }

    private void checkType(RecordSlot s, DataType type) {
        if (s.record != 0 && all.type(Record.type(s.record)) != type) {
            throw CommandError.WRONG_TYPE;
        }
    }

    private void touch(long record) {
        AccessClock clock = all.accessClock();
        if (clock.held()) {
            return;
        }
        int before = Record.clock(record);
        int after = clock.touched(before);
        if (after != before) {
            Record.clock(record, after);
        }
    }

    private RecordSlot open(Bytes key) {
        return open(key, all.deletionHeld());
    }

    /** Opens a key for change: one whose time is over is deleted even while deletions are held, for another may take its place. */
    private RecordSlot openToWrite(Bytes key) {
        return open(key, false);
    }

    private RecordSlot open(Bytes key, boolean hideDue) {
        RecordSlot s = all.slots().next();
        s.bind(this, key);
        long record = s.record;
        if (record != 0 && isDue(record)) {
            if (hideDue) {
                s.record = 0;
            } else {
                expire(s);
            }
        }
        return s;
    }

    /** Whether the key is there with its time over; nothing is deleted. */
    public boolean isExpired(Bytes key) {
        RecordSlot s = all.slots().next();
        s.bind(this, key);
        return s.record != 0 && isDue(s.record);
    }

    boolean isDue(long record) {
        return (Record.flags(record) & Record.EXPIRES) != 0 && isOver(Record.expiry(record));
    }

    private void expire(RecordSlot s) {
        remove(s, all.lazyFree().expired);
        all.stats().expired++;
        all.events().expired(this, s.key());
    }

    @Override
    public boolean delete(Bytes key, boolean lazily) {
        return delete(openToWrite(key), lazily);
    }

    /** Deletes an open key, see {@link #delete(Bytes, boolean)}. */
    public boolean delete(WriteSlot slot, boolean lazily) {
        boolean existed = slot.exists();
        if (existed) {
            remove((RecordSlot) slot, lazily);
        }
        return existed;
    }

    /**
     * Gives a value another key of this database. Type, encoding, expiry and access history stay; a large value's block and an object are
     * handed over, not copied; what the other key held is deleted. Nothing but a new key is reported.
     *
     * @param from the key that exists, and does not afterwards
     * @param to another key, which exists afterwards
     */
    public void rename(WriteSlot from, WriteSlot to) {
        RecordSlot source = (RecordSlot) from;
        RecordSlot target = (RecordSlot) to;
        target.delete();
        aboutToStore(Record.type(source.record), target.key());
        source.handOver(target);
        if (all.owning(Record.type(target.record), Record.encoding(target.record))) {
            target.type().renamed(target, source.key());
        }
        added(target.key());
    }

    /**
     * Moves a value to an absent key of another database. Each database has its own heap, so the value is copied, by {@link DataType#copy},
     * and what was copied is freed. Expiry and access history stay. Nothing but a new key is reported.
     *
     * @param from the key of this database that exists, and does not afterwards
     * @param to the key that does not exist, and does afterwards
     */
    public void move(WriteSlot from, WriteSlot to) {
        long expireAt = from.expireAt();
        from.type().copy(from, to);
        if (expireAt >= 0) {
            to.expireAt(expireAt);
        }
        ((RecordSlot) to).accessAs((RecordSlot) from);
        from.delete();
    }

    /** Takes a slot's record out of the database and frees it; a large value in the background, if {@code lazily}. */
    void remove(RecordSlot s, boolean lazily) {
        long record = s.record;
        aboutToChange(record);
        index.remove(s.hash, s.keyAddress, s.keyLength);
        int flags = Record.flags(record);
        if ((flags & Record.EXPIRES) != 0) {
            expires.remove(s.hash, s.keyAddress, s.keyLength);
        }
        releaseValue(record, flags, lazily);
        keysOfType[Record.type(record)]--;
        heap.free(record);
        version++;
        s.record = 0;
        s.version = version;
    }

    /** Frees what a record's payload points to; a large value in the background, if {@code lazily}. */
    void releaseValue(long record, int flags, boolean lazily) {
        if ((flags & Record.LARGE) != 0) {
            heap.free(RecordSlot.largeAddress(record));
        } else if ((flags & Record.OBJECT) != 0) {
            releaseObject(record, lazily);
        } else if (all.owning(Record.type(record), Record.encoding(record))) {
            DataType type = all.type(Record.type(record));
            releasing.bindRecord(this, record);
            if (lazily && LazyFree.isLarge(type, releasing)) {
                all.lazyFree().drop(1);
            }
            type.free(releasing);
        }
    }

    private void releaseObject(long record, boolean lazily) {
        DataType type = all.type(Record.type(record));
        int handle = RecordSlot.handle(record);
        releasing.bindRecord(this, record);
        if (lazily && LazyFree.isLarge(type, releasing)) {
            all.lazyFree().drop(type, objects.get(handle));
        } else {
            type.release(objects.get(handle));
        }
        objects.remove(handle);
    }

    @Override
    public long scan(long cursor, Visitor visitor) {
        dueCount = 0;
        RecordSlot s = all.slots().next();
        long next = index.scan(cursor, found -> {
            long record = present(found);
            s.bindRecord(this, record);
            if (!isDue(record)) {
                visitor.visit(s);
            } else if (visitor.deletesDue(s)) {
                noteDue(record);
            }
        });
        expireNoted();
        return next;
    }

    /** Visits every key once whose time is not over; deletes none. The visitor must not change the keyspace. */
    public void forEach(Visitor visitor) {
        RecordSlot s = all.slots().next();
        index.forEach(found -> {
            long record = present(found);
            if (!isDue(record)) {
                s.bindRecord(this, record);
                visitor.visit(s);
            }
        });
    }

    /**
     * Samples keys that have a time of expiry, and deletes those whose time is over.
     *
     * @param cursor where the sampling goes on, 0 at first
     * @return the next cursor, 0 when all were seen
     */
    public long expireSome(long cursor, ExpirySample sample) {
        dueCount = 0;
        long next = expires.scan(cursor, record -> {
            long ttl = Record.expiry(record) - all.now();
            if (ttl < 0) {
                sample.expired++;
                noteDue(record);
            } else {
                sample.ttlSum += ttl;
                sample.ttlCount++;
            }
            sample.sampled++;
        });
        expireNoted();
        return next;
    }

    private void noteDue(long record) {
        if (dueCount == due.length) {
            due = Arrays.copyOf(due, dueCount * 2);
        }
        due[dueCount++] = record;
    }

    private void expireNoted() {
        if (all.deletionHeld()) {
            dueCount = 0;
        }
        for (int i = 0; i < dueCount; i++) {
            int mark = all.slotMark();
            RecordSlot s = all.slots().next();
            s.bind(this, new NativeBytes().set(Record.key(due[i]), Record.keyLength(due[i])).retain());
            expire(s);
            all.releaseSlots(mark);
        }
        dueCount = 0;
    }

    @Override
    public @Nullable Bytes randomKey() {
        for (int i = 0; index.size() > 0; i++) {
            long record = index.randomRecord(random);
            boolean isDue = isDue(record);
            if (!isDue || i >= RANDOM_TRIES) {
                return new NativeBytes().set(Record.key(record), Record.keyLength(record)).retain();
            }
            dueCount = 0;
            noteDue(record);
            expireNoted();
        }
        return null;
    }

    @Override
    public void flush(boolean lazily) {
        all.snapshot().abort("keys were flushed");
        if (lazily) {
            all.lazyFree().drop(size(), objects);
        } else {
            objects.releaseAll();
        }
        Heap old = heap;
        HashIndex oldIndex = index;
        HashIndex oldExpires = expires;
        heap = new Heap(false);
        index = newIndex();
        expires = newIndex();
        objects = new ObjectTable();
        TypeStore[] oldStores = stores;
        stores = new TypeStore[0];
        keysOfType = new long[Databases.MAX_TYPES];
        version++;
        oldIndex.drop();
        oldExpires.drop();
        old.drop();
        for (TypeStore s : oldStores) {
            s.drop();
        }
        Conversion c = all.conversion();
        if (c != null) {
            c.flushed(this);
        }
    }

    /** Lets the indexes grow or shrink a bounded piece; true while there is more to do. */
    public boolean rehashStep(int buckets) {
        boolean more = index.rehashStep(buckets);
        return expires.rehashStep(buckets) | more;
    }

    void exchange(Database other) {
        all.snapshot().abort("databases were swapped");
        exchangeContent(other);
        Conversion c = all.conversion();
        if (c != null) {
            c.exchanged(this, other);
        }
    }

    void exchangeContent(Database other) {
        Heap h = heap;
        heap = other.heap;
        other.heap = h;
        HashIndex i = index;
        index = other.index;
        other.index = i;
        HashIndex e = expires;
        expires = other.expires;
        other.expires = e;
        ObjectTable o = objects;
        objects = other.objects;
        other.objects = o;
        TypeStore[] s = stores;
        stores = other.stores;
        other.stores = s;
        long[] k = keysOfType;
        keysOfType = other.keysOfType;
        other.keysOfType = k;
        version++;
        other.version++;
    }

    void close() {
        index.drop();
        expires.drop();
        for (TypeStore s : stores) {
            s.drop();
        }
        heap.close();
    }
}
