package dev.cairn.core.db;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.TypeStore;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * A key of a database, open: a reusable view. Main thread.
 *
 * <p>The slot remembers its record's address and the database's version at that time; when the version has changed since, another slot may
 * have moved or freed the record, and the slot finds it again by its key before it is used.
 */
final class RecordSlot implements WriteSlot {
    static final boolean CHECKED = Memory.CHECKED;
    private static final long MAX_VALUE_BYTES = 512L << 20;
    /** Bytes from which on a growing value gets slack. */
    private static final int SLACK_FROM = 4096;
    /** Slack that a growing value gets at most. */
    private static final int MAX_SLACK = 1 << 20;

    private @Nullable Database database;
    private Bytes key = Bytes.EMPTY;
    private final NativeBytes keyView = new NativeBytes();
    private final NativeBytes valueView = new NativeBytes();
    private final Heap scratchHeap;
    private final @Nullable List<RecordSlot> owners;
    private long scratch;
    private int scratchBytes;
    long keyAddress;
    int keyLength;
    long hash;
    long record;
    long version;

    /**
     * Makes a slot that copies keys which are not in native memory to {@code scratchHeap}.
     *
     * @param owners takes the slot when it begins to own such a copy; null for a slot that is kept anyway
     */
    RecordSlot(Heap scratchHeap, @Nullable List<RecordSlot> owners) {
        this.scratchHeap = scratchHeap;
        this.owners = owners;
    }

    /** Opens a key, without a look at its expiry. */
    void bind(Database db, Bytes k) {
        database = db;
        key = k;
        keyLength = k.length();
        if (k instanceof NativeBytes n) {
            keyAddress = n.address();
        } else {
            copyKey(k);
        }
        hash = Database.hash(keyAddress, keyLength);
        record = db.present(db.index.find(hash, keyAddress, keyLength));
        version = db.version;
    }

    /** Opens a record that a scan has found. */
    void bindRecord(Database db, long found) {
        database = db;
        keyAddress = Record.key(found);
        keyLength = Record.keyLength(found);
        key = keyView.set(keyAddress, keyLength);
        hash = 0;
        record = found;
        version = db.version;
    }

    private void copyKey(Bytes k) {
        if (keyLength > scratchBytes) {
            if (scratch != 0) {
                scratchHeap.free(scratch);
            } else if (owners != null && !CHECKED) {
                owners.add(this);
            }
            scratchBytes = Math.max(64, keyLength);
            scratch = scratchHeap.allocate(scratchBytes);
        }
        keyAddress = scratch;
        BytesCopy.put(k, 0, scratch, keyLength);
    }

    void invalidate() {
        database = null;
        record = 0;
        if (scratch != 0) {
            scratchHeap.free(scratch);
            scratch = 0;
            scratchBytes = 0;
        }
    }

    private Database db() {
        Database d = database;
        if (d == null) {
            throw new IllegalStateException("a slot was used after its command had ended");
        }
        return d;
    }

    /** The record's address now, 0 when the key does not exist. */
    private long current() {
        Database d = db();
        if (version != d.version) {
            record = d.present(d.index.find(hash, keyAddress, keyLength));
            version = d.version;
        }
        return record;
    }

    private long existing() {
        long r = current();
        if (r == 0) {
            throw new IllegalStateException("the key does not exist");
        }
        return r;
    }

    /** The type of a record that goes on as another, with the epoch: who changes it opened it for change, so it is done. */
    private int typeByte(long r) {
        return Record.type(r) | db().all().snapshot().epoch();
    }

    static long largeAddress(long record) {
        return Memory.getLong(Record.payload(record));
    }

    private static long largeLength(long record) {
        return Memory.getLong(Record.payload(record) + 8);
    }

    static int handle(long record) {
        return Memory.getInt(Record.payload(record));
    }

    @Override
    public boolean exists() {
        return current() != 0;
    }

    @Override
    public Bytes key() {
        return key;
    }

    @Override
    public DataType type() {
        return db().all().type(Record.type(existing()));
    }

    @Override
    public int encoding() {
        return Record.encoding(existing());
    }

    @Override
    public int length() {
        long r = existing();
        return (Record.flags(r) & Record.LARGE) != 0 ? (int) largeLength(r) : Record.payloadLength(r);
    }

    @Override
    public Bytes bytes() {
        long r = existing();
        if ((Record.flags(r) & Record.LARGE) != 0) {
            return valueView.set(largeAddress(r), (int) largeLength(r));
        }
        return valueView.set(Record.payload(r), Record.payloadLength(r));
    }

    @Override
    public long integer() {
        return Memory.getLong(Record.payload(existing()));
    }

    @Override
    public Object object() {
        return db().objects.get(handle(existing()));
    }

    @Override
    public long expireAt() {
        long r = existing();
        return (Record.flags(r) & Record.EXPIRES) != 0 ? Record.expiry(r) : NO_EXPIRY;
    }

    @Override
    public long idleSeconds() {
        return db().all().accessClock().idleSeconds(Record.clock(existing()));
    }

    @Override
    public int frequency() {
        return db().all().accessClock().frequency(Record.clock(existing()));
    }

    @Override
    public long memory() {
        long r = existing();
        Heap heap = db().heap;
        long sum = heap.usable(r) + 16L;
        int flags = Record.flags(r);
        if ((flags & Record.LARGE) != 0) {
            sum += heap.usable(largeAddress(r));
        }
        return sum + type().memory(this);
    }

    @Override
    public TypeStore store(DataType type) {
        return db().store(type);
    }

    @Override
    public void put(DataType type, int encoding, Bytes value) {
        storeBytes(type, encoding, value, keptExpiry());
    }

    @Override
    public void putInteger(DataType type, int encoding, long value) {
        storeInteger(type, encoding, value, keptExpiry());
    }

    @Override
    public void replace(DataType type, int encoding, Bytes value, long expireAt) {
        storeBytes(type, encoding, value, expireAt);
    }

    @Override
    public void replaceInteger(DataType type, int encoding, long value, long expireAt) {
        storeInteger(type, encoding, value, expireAt);
    }

    @Override
    public void putObject(DataType type, int encoding, Object value) {
        long expireAt = keptExpiry();
        int handle = db().objects.add(type, value);
        Memory.putInt(store(type, encoding, 4, Record.OBJECT, expireAt), handle);
    }

    private long keptExpiry() {
        long r = current();
        return r != 0 && (Record.flags(r) & Record.EXPIRES) != 0 ? Record.expiry(r) : NO_EXPIRY;
    }

    private void storeInteger(DataType type, int encoding, long value, long expireAt) {
        Memory.putLong(store(type, encoding, 8, 0, expireAt), value);
    }

    private void storeBytes(DataType type, int encoding, Bytes value, long expireAt) {
        int length = value.length();
        if (length >= Record.LARGE_BYTES) {
            long block = ownBlock(value);
            long payload = store(type, encoding, 16, Record.LARGE, expireAt);
            Memory.putLong(payload, block);
            Memory.putLong(payload + 8, length);
        } else if (current() != 0 && value instanceof NativeBytes n && overlaps(n)) {
            storeBytes(type, encoding, n.retain(), expireAt);
        } else {
            BytesCopy.put(value, 0, store(type, encoding, length, 0, expireAt), length);
        }
    }

    /** A block of this database's heap with the value's bytes: the value's own where that can be taken over. */
    private long ownBlock(Bytes value) {
        Heap heap = db().heap;
        checkLength(value.length());
        if (value instanceof NativeBytes n && n.adoptable()) {
            n.take();
            heap.adopt(n.address());
            return n.address();
        }
        long block = heap.allocate(value.length());
        BytesCopy.put(value, 0, block, value.length());
        return block;
    }

    private boolean overlaps(NativeBytes n) {
        long r = record;
        long a = n.address();
        if (a >= r && a < r + db().heap.usable(r)) {
            return true;
        }
        return (Record.flags(r) & Record.LARGE) != 0 && a >= largeAddress(r) && a < largeAddress(r) + largeLength(r);
    }

    private static void checkLength(long length) {
        if (length > MAX_VALUE_BYTES) {
            throw CommandError.err("string exceeds maximum allowed size (proto-max-bulk-len)");
        }
    }

    /**
     * Makes the record one with the given header and room for a payload; the value that was there is freed.
     *
     * @param kind 0 for an inline value, or LARGE or OBJECT
     * @return the address of the payload, to be filled
     */
    private long store(DataType type, int encoding, int payload, int kind, long expireAt) {
        Database d = db();
        long old = current();
        int number = d.all().number(type);
        d.aboutToStore(number, key);
        int typeByte = number | d.all().snapshot().epoch();
        int flags = kind | Record.extended(keyLength, payload) | (expireAt >= 0 ? Record.EXPIRES : 0);
        int bytes = (int) Record.bytes(flags, keyLength, payload);
        AccessClock clock = d.all().accessClock();
        if (old == 0) {
            long r = d.heap.allocate(bytes);
            Record.header(r, typeByte, clock.fresh(), flags, encoding, keyLength, payload);
            fillKey(r, expireAt);
            d.index.insert(hash, r);
            d.keysOfType[number]++;
            if (expireAt >= 0) {
                d.expires.insert(hash, r);
            }
            moved(d, r);
            d.added(key);
            return Record.payload(r);
        }
        int oldFlags = Record.flags(old);
        int access = Record.clock(old);
        boolean inPlace = Heap.sizeOf(bytes) == Heap.sizeOf((int) Record.bytes(old));
        // allocated before anything is freed: where no memory is left, the record stays as it was
        long r = inPlace ? old : d.heap.allocate(bytes);
        d.releaseValue(old, oldFlags, d.all().lazyFree().replaced);
        d.keysOfType[Record.type(old)]--;
        d.keysOfType[number]++;
        if (inPlace) {
            Record.header(old, typeByte, access, flags, encoding, keyLength, payload);
            if (((flags | oldFlags) & Record.EXPIRES) != 0 || ((flags ^ oldFlags) & Record.EXTENDED) != 0) {
                fillKey(old, expireAt);
                keepExpires(d, oldFlags, old, old, expireAt);
            }
            return Record.payload(old);
        }
        Record.header(r, typeByte, access, flags, encoding, keyLength, payload);
        fillKey(r, expireAt);
        d.index.replace(hash, old, r);
        keepExpires(d, oldFlags, old, r, expireAt);
        d.heap.free(old);
        moved(d, r);
        return Record.payload(r);
    }

    private void fillKey(long r, long expireAt) {
        if (expireAt >= 0) {
            Record.expiry(r, expireAt);
        }
        Memory.copy(keyAddress, Record.key(r), keyLength);
    }

    private void keepExpires(Database d, int oldFlags, long from, long to, long expireAt) {
        boolean had = (oldFlags & Record.EXPIRES) != 0;
        if (had && expireAt >= 0) {
            if (from != to) {
                d.expires.replace(hash, from, to);
            }
        } else if (had) {
            d.expires.removeRecord(hash, from);
        } else if (expireAt >= 0) {
            d.expires.insert(hash, to);
        }
    }

    private void moved(Database d, long to) {
        record = to;
        version = ++d.version;
    }

    @Override
    public void resize(int encoding, int length) {
        checkLength(length);
        long r = existing();
        int flags = Record.flags(r);
        int before = length();
        if ((flags & Record.LARGE) != 0) {
            resizeLarge(r, encoding, length);
        } else if (length >= Record.LARGE_BYTES) {
            becomeLarge(r, encoding, length);
        } else {
            resizeInline(r, flags, encoding, length);
        }
        if (length > before) {
            long start = ((NativeBytes) bytes()).address();
            Memory.fill(start + before, length - before, (byte) 0);
        }
    }

    private void resizeLarge(long r, int encoding, int length) {
        Heap heap = db().heap;
        long block = largeAddress(r);
        if (length > heap.usable(block)) {
            block = heap.reallocate(block, (int) Math.min(MAX_VALUE_BYTES, (long) length + MAX_SLACK));
        }
        Record.header(r, typeByte(r), Record.clock(r), Record.flags(r), encoding, keyLength, 16);
        Memory.putLong(Record.payload(r), block);
        Memory.putLong(Record.payload(r) + 8, length);
    }

    private void becomeLarge(long r, int encoding, int length) {
        Database d = db();
        int before = Record.payloadLength(r);
        long block = d.heap.allocate((int) Math.min(MAX_VALUE_BYTES, (long) length + MAX_SLACK));
        Memory.copy(Record.payload(r), block, before);
        long payload = store(d.all().type(Record.type(r)), encoding, 16, Record.LARGE, keptExpiry());
        Memory.putLong(payload, block);
        Memory.putLong(payload + 8, length);
    }

    private void resizeInline(long r, int oldFlags, int encoding, int length) {
        Database d = db();
        int before = Record.payloadLength(r);
        int flags = oldFlags & ~Record.EXTENDED | Record.extended(keyLength, length);
        int need = (int) Record.bytes(flags, keyLength, length);
        int usable = d.heap.usable(r);
        if (flags == oldFlags && need <= usable && need >= usable / 4) {
            Record.header(r, typeByte(r), Record.clock(r), flags, encoding, keyLength, length);
            return;
        }
        // below a page the allocator's classes are slack enough; collections that grow by small pieces stay dense
        int wanted = length > before && need > SLACK_FROM ? need + Math.min(need / 2, MAX_SLACK) : need;
        long to = d.heap.allocate(Math.min(wanted, Heap.MAX_BYTES));
        Record.header(to, typeByte(r), Record.clock(r), flags, encoding, keyLength, length);
        long expireAt = keptExpiry();
        fillKey(to, expireAt);
        Memory.copy(Record.payload(r), Record.payload(to), Math.min(before, length));
        d.index.replace(hash, r, to);
        keepExpires(d, oldFlags, r, to, expireAt);
        d.heap.free(r);
        moved(d, to);
    }

    @Override
    public void overwrite(int at, Bytes bytes) {
        NativeBytes value = (NativeBytes) bytes();
        java.util.Objects.checkFromIndexSize(at, bytes.length(), value.length());
        BytesCopy.put(bytes, 0, value.address() + at, bytes.length());
    }

    @Override
    public void splice(int at, int count, Bytes bytes) {
        int before = length();
        java.util.Objects.checkFromIndexSize(at, count, before);
        Bytes source = bytes instanceof NativeBytes n && overlaps(n) ? n.retain() : bytes;
        int after = before - count + source.length();
        int tail = before - at - count;
        int encoding = encoding();
        if (after > before) {
            resize(encoding, after);
        }
        long start = ((NativeBytes) bytes()).address();
        Memory.copy(start + at + count, start + at + source.length(), tail);
        if (after < before) {
            resize(encoding, after);
        }
        overwrite(at, source);
    }

    @Override
    public void expireAt(long millis) {
        Database d = db();
        long r = existing();
        int oldFlags = Record.flags(r);
        boolean had = (oldFlags & Record.EXPIRES) != 0;
        if (had && millis >= 0) {
            Record.expiry(r, millis);
            return;
        }
        if (had == millis >= 0) {
            return;
        }
        int payload = Record.payloadLength(r);
        int flags = oldFlags ^ Record.EXPIRES;
        int need = (int) Record.bytes(flags, keyLength, payload);
        long from = Record.key(r);
        long to = need <= d.heap.usable(r) ? r : d.heap.allocate(need);
        int shift = millis >= 0 ? 8 : -8;
        Memory.copy(from, to + (from - r) + shift, (long) keyLength + payload);
        Record.header(to, typeByte(r), Record.clock(r), flags, Record.encoding(r), keyLength, payload);
        if (millis >= 0) {
            Record.expiry(to, millis);
        }
        if (to != r) {
            d.index.replace(hash, r, to);
            d.heap.free(r);
        }
        keepExpires(d, oldFlags, r, to, millis);
        moved(d, to);
    }

    @Override
    public void delete() {
        if (current() != 0) {
            db().remove(this, db().all().lazyFree().replaced);
        }
    }

    /** Makes the record one of an absent key of the same database: header and payload go over as they are, the key is another. */
    void handOver(RecordSlot to) {
        Database d = db();
        long old = existing();
        int oldFlags = Record.flags(old);
        int payload = Record.payloadLength(old);
        int flags = oldFlags & ~Record.EXTENDED | Record.extended(to.keyLength, payload);
        long r = d.heap.allocate((int) Record.bytes(flags, to.keyLength, payload));
        Record.header(r, typeByte(old), Record.clock(old), flags, Record.encoding(old), to.keyLength, payload);
        boolean expires = (flags & Record.EXPIRES) != 0;
        to.fillKey(r, expires ? Record.expiry(old) : NO_EXPIRY);
        Memory.copy(Record.payload(old), Record.payload(r), payload);
        d.index.removeRecord(hash, old);
        d.index.insert(to.hash, r);
        if (expires) {
            d.expires.removeRecord(hash, old);
            d.expires.insert(to.hash, r);
        }
        d.heap.free(old);
        moved(d, 0);
        to.record = r;
        to.version = d.version;
    }

    /** Takes over the access history of another key. */
    void accessAs(RecordSlot other) {
        Record.clock(existing(), Record.clock(other.existing()));
    }

    @Override
    public void changed(KeyEventClass eventClass, Token event, long changes) {
        Database d = db();
        d.all().events().changed(d, key, eventClass, event, changes);
    }
}
