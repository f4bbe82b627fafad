package dev.cairn.types.hash;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Reply;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.resp.Decimal;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.SlotRegion;
import dev.cairn.structures.Dict;
import dev.cairn.structures.Listpack;
import dev.cairn.structures.Memory;
import dev.cairn.structures.RecordVisitor;
import dev.cairn.structures.ValueHeaps;

/**
 * A hash that is open: the view of one after another, whatever its encoding, with a current field. Main thread.
 *
 * <p>Design. A small hash is a {@link Listpack} in its record: field, value, field, value, in the order that they came. When a field gets a
 * time of expiry, each gets a third entry, its time or 0. A larger hash is a {@link Dict} whose root is in the record. A listpack becomes a
 * table by the limits of {@link HashLimits}, and a table stays one. What the store knows about when fields expire is told by
 * {@link #changed}, once after all changes.
 */
final class Hash {
    /** What is called for each field. */
    @FunctionalInterface
    interface Visitor {
        /** Sees the hash with one of its fields as the current one; must not change it. */
        void visit(Hash hash);
    }

    /** Bytes that a field and its value take in a listpack besides their own, at most. */
    static final int PACK_OVERHEAD = 32;

    private static final int NONE = -1;

    private final HashType type;
    private final HashBuilder builder;
    private final Dict dict;
    private final Scratch fieldScratch;
    private final Scratch valueScratch;
    private final PackReader reader;
    private final SlotRegion region = new SlotRegion();
    private final NativeBytes emptyPack;
    private final NativeBytes number;
    private final RecordVisitor entryVisitor = this::visitEntry;
    private final RecordVisitor entryCounter = this::countEntry;

    private @Nullable Keyspace keyspace;
    private @Nullable WriteSlot slot;
    private @Nullable HashStore store;
    private @Nullable Visitor visitor;
    private int encoding = NONE;
    private int width;
    private long pack;
    private boolean timedBefore;
    private long counted;
    /* The current field: an offset in the pack and that of its value, or an entry of the dict; 0 for none. */
    private int at;
    private int valueAt;
    private long entry;

    Hash(HashType type, ValueHeaps heaps, HashBuilder builder) {
        this.type = type;
        this.builder = builder;
        dict = new Dict(heaps);
        fieldScratch = new Scratch(heaps.heap(0));
        valueScratch = new Scratch(heaps.heap(0));
        reader = new PackReader(heaps.heap(0));
        long empty = heaps.heap(0).allocate(Listpack.EMPTY_BYTES);
        Memory.putInt(empty, Listpack.EMPTY_BYTES);
        Memory.putShort(empty + 4, 0);
        Memory.putByte(empty + Listpack.EMPTY_BYTES - 1, 0xff);
        number = new NativeBytes(heaps.heap(0).allocate(Decimal.MAX_BYTES), 0);
        emptyPack = new NativeBytes(empty, Listpack.EMPTY_BYTES);
    }

    /** Where the inline bytes of a slot stand. */
    static long address(Slot slot) {
        return ((NativeBytes) slot.bytes()).address();
    }

    /** A time as a listpack holds it. */
    static long packed(long time) {
        return time == Dict.NO_TIME ? 0 : time;
    }

    /** The time that a listpack holds. */
    static long unpacked(long time) {
        return time == 0 ? Dict.NO_TIME : time;
    }

    Hash open(@Nullable Keyspace of, Slot existing) {
        keyspace = of;
        slot = null;
        bind(existing);
        return this;
    }

    Hash edit(Keyspace of, WriteSlot writeSlot, HashStore ofStore) {
        keyspace = of;
        slot = writeSlot;
        store = ofStore;
        if (writeSlot.exists()) {
            bind(writeSlot);
            timedBefore = isTimed();
        } else {
            encoding = NONE;
            timedBefore = false;
        }
        return this;
    }

    private void bind(Slot existing) {
        encoding = existing.encoding();
        at = 0;
        entry = 0;
        if (encoding == HashType.HASHTABLE) {
            dict.open(address(existing));
        } else {
            width = encoding == HashType.LISTPACK ? 2 : 3;
            pack = address(existing);
        }
    }

    private WriteSlot slot() {
        WriteSlot s = slot;
        if (s == null) {
            throw new IllegalStateException("the hash is open for reading only");
        }
        return s;
    }

    /* The whole. */

    /** The number of fields, those counted whose time is over and which are not deleted yet. */
    long size() {
        return encoding == HashType.HASHTABLE ? dict.size() : encoding == NONE ? 0 : Listpack.count(pack) / width;
    }

    /** Whether fields may have times. */
    boolean isTimed() {
        return encoding == HashType.HASHTABLE ? dict.timed() > 0 : encoding == HashType.LISTPACK_EX;
    }

    /** When the first field expires, or {@link Dict#NO_TIME}. */
    long earliest() {
        if (encoding != HashType.LISTPACK_EX) {
            return encoding == HashType.HASHTABLE ? dict.earliestTime() : Dict.NO_TIME;
        }
        long earliest = Dict.NO_TIME;
        for (boolean more = first(); more; more = next()) {
            earliest = Math.min(earliest, time());
        }
        return earliest;
    }

    /** Whether there are fields whose time is over. */
    boolean hasDue() {
        return isTimed() && isOver(earliest());
    }

    private boolean isOver(long time) {
        Keyspace k = keyspace;
        return time != Dict.NO_TIME && k != null && k.isOver(time);
    }

    /** Bytes that the hash takes besides its record. */
    long memory() {
        return encoding == HashType.HASHTABLE ? dict.bytes() : 0;
    }

    /* The current field. */

    /** Makes the field the current one if it is there, whether its time is over or not. */
    boolean seek(Bytes field) {
        long address = fieldScratch.address(field);
        if (encoding == HashType.HASHTABLE) {
            entry = dict.get(address, field.length());
            return entry != 0;
        }
        return encoding != NONE && point(Listpack.find(pack, Listpack.first(pack), address, field.length(), width - 1));
    }

    private boolean point(int offset) {
        at = offset;
        valueAt = offset == 0 ? 0 : Listpack.next(pack, offset);
        return offset != 0;
    }

    /* Walks over a pack. */

    private boolean first() {
        return point(Listpack.first(pack));
    }

    private boolean next() {
        int last = width == 2 ? valueAt : Listpack.next(pack, valueAt);
        return point(Listpack.next(pack, last));
    }

    /** Makes the field with the earliest time the current one; there is one. */
    void seekEarliest() {
        if (encoding == HashType.HASHTABLE) {
            entry = dict.earliest();
            return;
        }
        long earliest = earliest();
        first();
        while (time() != earliest) {
            next();
        }
    }

    /** Makes a random field the current one; there is one. */
    void seekRandom(RandomGenerator random) {
        if (encoding == HashType.HASHTABLE) {
            entry = dict.random(random);
        } else {
            point(Listpack.seek(pack, (long) random.nextInt((int) size()) * width));
        }
    }

    /** When the current field expires, or {@link Dict#NO_TIME}. */
    long time() {
        if (encoding == HashType.HASHTABLE) {
            return dict.time(entry);
        }
        return encoding == HashType.LISTPACK ? Dict.NO_TIME : unpacked(Listpack.integer(pack, Listpack.next(pack, valueAt)));
    }

    /** Whether the time of the current field is over, so that it does not count as there any more. */
    boolean isDue() {
        return isOver(time());
    }

    /** Where the current field is: a number that is another for each field, good until the hash is changed. */
    long position() {
        return encoding == HashType.HASHTABLE ? entry : at;
    }

    /** Makes the field at a position the current one. */
    void seekPosition(long known) {
        if (encoding == HashType.HASHTABLE) {
            entry = known;
        } else {
            point((int) known);
        }
    }

    /** Whether the hash is a table. */
    boolean isTable() {
        return encoding == HashType.HASHTABLE;
    }

    /** The current field and its value as bytes, until another one is current. */
    PackReader read() {
        if (encoding == HashType.HASHTABLE) {
            reader.read(entry);
        } else {
            reader.read(pack, at, valueAt);
        }
        return reader;
    }

    /** Replies with the value of the current field. */
    void replyValue(Reply out) {
        if (encoding != HashType.HASHTABLE && Listpack.isInteger(pack, valueAt)) {
            out.bulk(Listpack.integer(pack, valueAt));
        } else {
            out.bulk(read().value());
        }
    }

    /** Visits all fields once, those included whose time is over. */
    void forEach(Visitor v) {
        if (encoding == HashType.HASHTABLE) {
            visitor = v;
            dict.forEach(entryVisitor);
            return;
        }
        for (boolean more = first(); more; more = next()) {
            v.visit(this);
        }
    }

    private void visitEntry(long visited) {
        entry = visited;
        Visitor v = visitor;
        if (v != null) {
            v.visit(this);
        }
    }

    private void countEntry(long ignored) {
        counted++;
    }

    /** Visits some fields of a table and returns the next cursor. */
    long scan(long cursor, Visitor v) {
        visitor = v;
        return dict.scan(cursor, entryVisitor);
    }

    /** Counts the fields that {@link #scan} would visit, adds them to {@link #counted}, and returns the next cursor. */
    long scanCounting(long cursor) {
        return dict.scan(cursor, entryCounter);
    }

    /** The fields that {@link #scanCounting} has counted since this was asked for last. */
    long counted() {
        long n = counted;
        counted = 0;
        return n;
    }

    /* Changes. */

    /**
     * Prepares for the pairs of fields and values that stand in the arguments from {@code from} on: where they are too many for a listpack,
     * the hash becomes a table; a new one gets its room at once.
     */
    void expect(Args pairs, int from) {
        int count = (pairs.size() - from) / 2;
        if (encoding == HashType.HASHTABLE || encoding != NONE && !type.limits().tooMany(count)) {
            return;
        }
        if (type.limits().tooMany(count)) {
            toTable(count);
            return;
        }
        long bytes = Listpack.EMPTY_BYTES;
        for (int i = from; i < pairs.size(); i++) {
            Bytes word = pairs.at(i);
            if (type.limits().tooLong(word.length())) {
                return;
            }
            bytes += Listpack.entryBytes(valueScratch.address(word), word.length());
        }
        if (!type.limits().tooLarge(0, bytes)) {
            create();
            slot().resize(encoding, (int) bytes);
            pack = address(slot());
        }
    }

    private void create() {
        slot().put(type, HashType.LISTPACK, emptyPack);
        bind(slot());
    }

    /**
     * Sets the value of a field.
     *
     * @param keepTime whether a field that is there keeps its time
     * @return whether it is new; one whose time was over counts as new and has no time then
     */
    boolean put(Bytes field, Bytes value, boolean keepTime) {
        long f = fieldScratch.address(field);
        long v = valueScratch.address(value);
        int fieldLength = field.length();
        int valueLength = value.length();
        if (encoding == NONE) {
            create();
        }
        if (encoding != HashType.HASHTABLE && isTooLong(fieldLength, valueLength)) {
            toTable(size() + 1);
        }
        return encoding == HashType.HASHTABLE ? putInTable(f, fieldLength, v, valueLength, keepTime)
                : putInPack(f, fieldLength, v, valueLength, keepTime);
    }

    /** {@link #put(Bytes, Bytes, boolean)} of a number, which keeps the field's time. */
    boolean put(Bytes field, long value) {
        return put(field, number.set(number.address(), Decimal.write(number.address(), value)), true);
    }

    private boolean isTooLong(int fieldLength, int valueLength) {
        HashLimits limits = type.limits();
        return limits.tooLong(fieldLength) || limits.tooLong(valueLength)
                || limits.tooLarge(Listpack.bytes(pack), (long) fieldLength + valueLength + PACK_OVERHEAD);
    }

    private boolean putInTable(long field, int fieldLength, long value, int valueLength, boolean keepTime) {
        if (dict.timed() == 0) {
            return dict.put(field, fieldLength, value, valueLength);
        }
        entry = dict.get(field, fieldLength);
        if (entry == 0) {
            return dict.put(field, fieldLength, value, valueLength);
        }
        boolean due = isDue();
        if (!keepTime || due) {
            entry = dict.forgetTime(entry);
        }
        dict.overwrite(entry, value, valueLength);
        return due;
    }

    private boolean putInPack(long field, int fieldLength, long value, int valueLength, boolean keepTime) {
        boolean isNew = editPack(field, fieldLength, value, valueLength, keepTime);
        // also where a field was overwritten: the limit may be another than when the others came
        if (type.limits().tooMany(size())) {
            toTable(size());
        }
        return isNew;
    }

    private boolean editPack(long field, int fieldLength, long value, int valueLength, boolean keepTime) {
        if (point(Listpack.find(pack, Listpack.first(pack), field, fieldLength, width - 1))) {
            boolean due = isDue();
            Listpack.replace(region(), valueAt, value, valueLength);
            pack = region.address();
            if (width == 3 && (!keepTime || due)) {
                Listpack.replace(region, Listpack.next(pack, valueAt), 0);
                pack = region.address();
            }
            return due;
        }
        Listpack.append(region(), field, fieldLength);
        Listpack.append(region, value, valueLength);
        if (width == 3) {
            Listpack.append(region, 0);
        }
        pack = region.address();
        return true;
    }

    private SlotRegion region() {
        return region.set(slot(), encoding);
    }

    /** Sets or, with {@link Dict#NO_TIME}, takes away the time of the current field. Another field may be current then. */
    void time(long time) {
        if (encoding == HashType.HASHTABLE) {
            entry = time == Dict.NO_TIME ? dict.forgetTime(entry) : dict.time(entry, time);
            return;
        }
        if (encoding == HashType.LISTPACK) {
            if (time == Dict.NO_TIME) {
                return;
            }
            widen();
        }
        Listpack.replace(region(), Listpack.next(pack, valueAt), packed(time));
        pack = region.address();
    }

    /* Gives each field of a pack a third entry. The current one stays. */
    private void widen() {
        int current = at;
        int index = 0;
        for (boolean more = first(); at != current && more; more = next()) {
            index++;
        }
        encoding = HashType.LISTPACK_EX;
        slot().resize(encoding, (int) (Listpack.bytes(pack) + 2 * size()));
        region();
        pack = region.address();
        for (int field = Listpack.first(pack); field != 0;) {
            int after = Listpack.next(pack, Listpack.next(pack, field));
            int time = Listpack.insert(region, after == 0 ? Listpack.end(pack) : after, 0);
            pack = region.address();
            field = Listpack.next(pack, time);
        }
        width = 3;
        point(Listpack.seek(pack, 3L * index));
    }

    /** Deletes the current field. */
    void remove() {
        if (encoding == HashType.HASHTABLE) {
            dict.remove(entry);
            entry = 0;
        } else {
            Listpack.delete(region(), at, width);
            pack = region.address();
            at = 0;
        }
    }

    private void toTable(long size) {
        builder.begin().table(size);
        if (encoding != NONE) {
            for (boolean more = first(); more; more = next()) {
                PackReader r = read();
                builder.add(r.field().address(), r.field().length(), r.value().address(), r.value().length(), time());
            }
        }
        HashStore s = store;
        if (s == null) {
            throw new IllegalStateException("the hash is open for reading only");
        }
        builder.put(slot(), s);
        bind(slot());
    }

    /** Ends a change: deletes the key if no field is left, and tells the store when the first field expires. Returns whether it was deleted. */
    boolean changed() {
        WriteSlot s = slot();
        if (size() == 0) {
            boolean existed = s.exists();
            s.delete();
            encoding = NONE;
            return existed;
        }
        if (encoding != HashType.HASHTABLE && s.length() > Listpack.bytes(pack)) {
            s.resize(encoding, Listpack.bytes(pack));
        }
        HashStore of = store;
        if (of != null && (timedBefore || isTimed())) {
            of.expires(s.key(), earliest());
        }
        return false;
    }
}
