package dev.cairn.core.db;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType;
import dev.cairn.resp.NativeBytes;

/**
 * The values of some data types, made anew by others that are to take their place, while commands go on. Main thread.
 *
 * <p>Design. The new values are made beside the old ones, by {@code save} of the old type and {@code load} of the new one: each database has
 * another beside it, with indexes and stores of its own but in the same heap, which nobody sees. {@link #step} walks the keys a bounded time
 * at once. What a command is about to change, it changes in the old value, and what was made of that is dropped: every change comes past
 * {@link #aboutToChange} before it happens, as with snapshots, or past {@link #stored}. Such a key is noted and made anew later. When the walk
 * is over and no noted key is left, every old value has its new one, and {@link #takeOver} exchanges them: since they are in the same heap,
 * that moves no value; it only has the index point to another record. Until then {@link #cancel} leaves everything as it was.
 *
 * <p>More keys are noted than {@value #MOST_NOTED} only if they change faster than they are made anew; then the walk begins again, which
 * passes over what is made. That and the rounds at the end are bounded: it comes to an end whatever clients do.
 *
 * <p>To have all indexes point to the new records takes time for each of them, so {@link #takeOver} only decides it. A record is exchanged
 * when it is next looked up, by {@link #present}, and {@link #settle} exchanges the others a bounded time at once.
 */
public final class Conversion {
    private static final int MOST_NOTED = 1 << 16;
    private static final long MOST_NOTED_BYTES = 16 << 20;
    /** Noted keys that wait for the end of the walk: a key that changes often is not made anew each time. */
    private static final int LEFT_FOR_LATER = 1 << 12;
    private static final int MOST_WALKS = 64;
    /** Steps after the walk that keep to their time; the next does all that is left. */
    private static final int BOUNDED_ROUNDS = 32;
    private static final int SHOWN_OF_KEY = 64;

    private final Databases all;
    private final Map<DataType, DataType> successors;
    /** The new type by the number of the old one. */
    private final @Nullable DataType[] to = new @Nullable DataType[Databases.MAX_TYPES];
    private final List<Database> beside = new ArrayList<>();
    private final List<Set<Bytes>> noted = new ArrayList<>();
    private final SavedValue saved = new SavedValue();
    private final NativeBytes madeKey = new NativeBytes();
    private final NativeBytes changedKey = new NativeBytes();
    private long notedBytes;
    private int notedKeys;
    private int database;
    private long cursor;
    private int walks;
    private int rounds;
    private long made;
    private @Nullable Failed failure;
    private boolean taken;
    /** New records that a step of the walk has found. */
    private long[] found = new long[16];
    private int foundCount;

    /** Why values cannot be made anew. */
    public static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    Conversion(Databases all, Map<DataType, DataType> successors) {
        this.all = all;
        this.successors = new IdentityHashMap<>(successors);
        this.successors.forEach((old, successor) -> to[all.number(old)] = successor);
        for (int i = 0; i < all.count(); i++) {
            beside.add(new Database(all.at(i)));
            noted.add(new LinkedHashSet<>());
        }
    }

    /** Values that were made so far, those counted that were dropped again. */
    public long made() {
        return made;
    }

    /** Bytes that this takes beside the values in the databases' heaps. */
    long bytes() {
        long sum = 0;
        for (Database b : beside) {
            sum += b.bytesBesideHeap();
        }
        return sum;
    }

    /**
     * Goes on for a time.
     *
     * @return whether every value has its new one now: {@link #takeOver} is possible until the next change
     * @throws Failed when a value cannot be saved or loaded; {@link #cancel} is all that is left to do then
     */
    public boolean step(long nanos) throws Failed {
        if (database == all.count()) {
            rounds++;
        }
        boolean bounded = nanos < Long.MAX_VALUE && rounds <= BOUNDED_ROUNDS;
        long end = bounded ? System.nanoTime() + nanos : 0;
        while (true) {
            Failed f = failure;
            if (f != null) {
                throw f;
            }
            if (notedKeys > (database < all.count() ? LEFT_FOR_LATER : 0)) {
                convertNoted();
            } else if (database < all.count()) {
                walk();
            } else {
                checkComplete();
                return true;
            }
            if (bounded && System.nanoTime() - end >= 0) {
                return false;
            }
        }
    }

    /** One bucket of the index. */
    private void walk() throws Failed {
        Database d = all.at(database);
        Database b = beside.get(database);
        cursor = d.size() == 0 ? 0 : d.index.scan(cursor, record -> {
            if (failure == null && to[Record.type(record)] != null
                    && b.index.find(hash(record), Record.key(record), Record.keyLength(record)) == 0) {
                convert(d, b, record);
            }
        });
        if (cursor == 0) {
            database++;
        }
    }

    private void convertNoted() {
        for (int i = 0; i < noted.size(); i++) {
            Iterator<Bytes> keys = noted.get(i).iterator();
            if (keys.hasNext()) {
                Bytes key = keys.next();
                keys.remove();
                notedKeys--;
                notedBytes -= key.length();
                convert(all.at(i), key);
                return;
            }
        }
    }

    private void convert(Database d, Bytes key) {
        int mark = all.slotMark();
        RecordSlot slot = all.slots().next();
        slot.bind(d, key);
        long record = slot.record;
        if (record != 0 && to[Record.type(record)] != null) {
            Database b = beside.get(d.index());
            drop(b, record);
            convert(d, b, record);
        }
        all.releaseSlots(mark);
    }

    private void convert(Database d, Database b, long record) {
        DataType old = all.type(Record.type(record));
        int mark = all.slotMark();
        try {
            make(d, b, record, old);
            made++;
        } catch (IOException | RuntimeException | LinkageError | AssertionError | OutOfMemoryError | StackOverflowError e) {
            String reason = e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
            failure =
                    new Failed("the value at key '" + shown(record) + "' of type '" + old.name() + "' cannot be taken over: " + reason, e);
        } finally {
            all.releaseSlots(mark);
        }
    }

    private void make(Database d, Database b, long record, DataType old) throws IOException {
        DataType successor = to[Record.type(record)];
        if (successor == null) {
            throw new IllegalStateException("type '" + old.name() + "' is not converted");
        }
        RecordSlot from = all.slots().next();
        from.bindRecord(d, record);
        saved.clear();
        old.save(from, saved);
        SavedValue.Reader in = saved.read();
        RecordSlot into = all.slots().next();
        into.bind(b, madeKey.set(Record.key(record), Record.keyLength(record)));
        successor.load(in, old.id().encodingVersion(), into);
        if (!into.exists() || into.type() != successor) {
            throw new IOException("load has put no value of its type");
        }
        if (in.left() > 0) {
            throw new IOException("load has left " + in.left() + " bytes unread");
        }
        if ((Record.flags(record) & Record.EXPIRES) != 0) {
            into.expireAt(Record.expiry(record));
        }
    }

    private static String shown(long record) {
        int length = Math.min(Record.keyLength(record), SHOWN_OF_KEY);
        return new NativeBytes(Record.key(record), length).text();
    }

    private static long hash(long record) {
        return Database.hash(Record.key(record), Record.keyLength(record));
    }

    private void checkComplete() throws Failed {
        for (int i = 0; i < all.count(); i++) {
            long old = 0;
            for (DataType type : successors.keySet()) {
                old += all.at(i).keysOfType[all.number(type)];
            }
            if (old != beside.get(i).size()) {
                throw new Failed(beside.get(i).size() + " of " + old + " values were converted in database " + i, null);
            }
        }
    }

    /** A record is about to change or to go. */
    void aboutToChange(Database d, long record) {
        if (to[Record.type(record)] != null && drop(beside.get(d.index()), record)) {
            note(d, changedKey.set(Record.key(record), Record.keyLength(record)));
        }
    }

    /** A value of a type, by its number, is about to be put at a key. */
    void stored(Database d, int type, Bytes key) {
        if (to[type] != null) {
            note(d, key);
        }
    }

    private void note(Database d, Bytes key) {
        Set<Bytes> keys = noted.get(d.index());
        if (!keys.contains(key) && keys.add(key.retain())) {
            notedKeys++;
            notedBytes += key.length();
            if (notedKeys > MOST_NOTED || notedBytes > MOST_NOTED_BYTES) {
                walkAgain();
            }
        }
    }

    private void walkAgain() {
        noted.forEach(Set::clear);
        notedKeys = 0;
        notedBytes = 0;
        database = 0;
        cursor = 0;
        if (++walks > MOST_WALKS) {
            failure = new Failed("the keys change faster than their values are converted", null);
        }
    }

    /** Drops the new value of a record's key; false when there is none. */
    private boolean drop(Database b, long record) {
        long key = Record.key(record);
        int length = Record.keyLength(record);
        long hash = Database.hash(key, length);
        long dropped = b.index.remove(hash, key, length);
        if (dropped == 0) {
            return false;
        }
        int flags = Record.flags(dropped);
        if ((flags & Record.EXPIRES) != 0) {
            b.expires.removeRecord(hash, dropped);
        }
        try {
            b.releaseValue(dropped, flags, false);
        } catch (RuntimeException | LinkageError | AssertionError e) {
            // a command is going on that has nothing to do with the new type
            failure = new Failed("type '" + all.type(Record.type(dropped)).name() + "' cannot free a value: " + e, e);
        }
        b.keysOfType[Record.type(dropped)]--;
        b.heap.free(dropped);
        b.version++;
        return true;
    }

    /** A database was emptied: its heap is another. */
    void flushed(Database d) {
        beside.get(d.index()).settleBeside(d);
        Set<Bytes> keys = noted.get(d.index());
        notedKeys -= keys.size();
        keys.forEach(k -> notedBytes -= k.length());
        keys.clear();
    }

    /** Two databases were exchanged. */
    void exchanged(Database a, Database b) {
        beside.get(a.index()).exchangeContent(beside.get(b.index()));
        Collections.swap(noted, a.index(), b.index());
        database = 0;
        cursor = 0;
    }

    /** Puts the new values in the place of the old ones, and the new types in that of the old; {@link #settle} has to follow. */
    public void takeOver() {
        for (int i = 0; i < all.count(); i++) {
            Database d = all.at(i);
            Database b = beside.get(i);
            successors.forEach((old, successor) -> d.takeOver(b, all.number(old), all.number(successor)));
            d.version++;
        }
        saved.close();
        taken = true;
        database = 0;
        cursor = 0;
        all.conversionTookOver(successors.keySet());
    }

    /**
     * Goes on for a time to have the indexes point to the new records.
     *
     * @return whether all do; the old types are gone then
     */
    public boolean settle(long nanos) {
        long end = nanos < Long.MAX_VALUE ? System.nanoTime() + nanos : 0;
        while (database < all.count()) {
            settleBucket(all.at(database), beside.get(database));
            if (beside.get(database).size() == 0) {
                database++;
                cursor = 0;
            }
            if (nanos < Long.MAX_VALUE && System.nanoTime() - end >= 0) {
                return false;
            }
        }
        beside.forEach(b -> b.expires.clear());
        beside.forEach(b -> b.index.clear());
        all.conversionEnded(successors.keySet());
        return true;
    }

    private void settleBucket(Database d, Database b) {
        if (b.size() == 0) {
            return;
        }
        foundCount = 0;
        cursor = b.index.scan(cursor, record -> {
            if (foundCount == found.length) {
                found = Arrays.copyOf(found, foundCount * 2);
            }
            found[foundCount++] = record;
        });
        for (int i = 0; i < foundCount; i++) {
            long record = found[i];
            long hash = hash(record);
            exchange(d, b, hash, d.index.find(hash, Record.key(record), Record.keyLength(record)), record);
        }
    }

    /** The record that has taken the place of one, or that one. */
    long present(Database d, long record) {
        if (to[Record.type(record)] == null) {
            return record;
        }
        Database b = beside.get(d.index());
        long hash = hash(record);
        long next = b.index.find(hash, Record.key(record), Record.keyLength(record));
        exchange(d, b, hash, record, next);
        return next;
    }

    private void exchange(Database d, Database b, long hash, long old, long record) {
        b.index.removeRecord(hash, record);
        int flags = Record.flags(old);
        Record.clock(record, Record.clock(old));
        Record.epoch(record, Record.epoch(old));
        d.index.replace(hash, old, record);
        if ((flags & Record.EXPIRES) != 0) {
            d.expires.replace(hash, old, record);
        }
        free(d, old, flags);
    }

    /** Frees a record and what it points to; what it has in its type's store goes with the store. */
    private void free(Database d, long record, int flags) {
        if ((flags & Record.LARGE) != 0) {
            d.heap.free(RecordSlot.largeAddress(record));
        } else if ((flags & Record.OBJECT) != 0) {
            int handle = RecordSlot.handle(record);
            LazyFree.release(all.type(Record.type(record)), d.objects.get(handle));
            d.objects.remove(handle);
        }
        d.heap.free(record);
    }

    /** Drops the new values; the old ones and their types stay as they are. The new types are not registered any more. */
    public void cancel() {
        if (taken) {
            throw new IllegalStateException("the new values have taken over");
        }
        for (Database b : beside) {
            b.index.forEach(record -> free(b, record, Record.flags(record)));
            b.index.clear();
            b.expires.clear();
            b.dropStores();
        }
        saved.close();
        all.conversionEnded(successors.values());
    }
}
