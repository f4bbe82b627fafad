package dev.cairn.core.db;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.HashIndex;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * Drives two databases and a map side by side through random changes, with lengths around the thresholds of the record's layout, and
 * values that are views of what is being changed.
 */
class DatabaseModelTest {
    private static final int[] KEY_LENGTHS = {0, 1, 5, 16, 254, 255, 256, 257, 1000};
    private static final int[] SMALL = {0, 1, 4, 7, 8, 9, 16, 17, 44, 100, 120, 121, 500};
    private static final int[] MEDIUM = {0xfffe, 0xffff, 0x10000, 0x10001, 70_000, 200_000};
    private static final int[] LARGE =
            {Record.LARGE_BYTES - 1, Record.LARGE_BYTES, Record.LARGE_BYTES + 1, 1_300_000, 2_500_000, Record.LARGE_BYTES - 4096};
    private static final int KEYS = 40;
    private static final long NONE = Slot.NO_EXPIRY;

    private final Databases databases = new Databases(2, new Silent());
    private final Inline type = new Inline("inline");
    private final Inline other = new Inline("other");
    private final Heap outside = new Heap();
    private final List<String> keys = new ArrayList<>();
    private final List<Map<String, Value>> model = List.of(new HashMap<>(), new HashMap<>());
    private Random random = new Random(0);
    private long now = 1_700_000_000_000L;
    private int objectsMade;

    /** What a key holds. */
    private static final class Value {
        byte[] bytes = new byte[0];
        @Nullable Long number;
        @Nullable Object object;
        DataType type;
        int encoding;
        long expireAt = NONE;

        Value(DataType type, int encoding) {
            this.type = type;
            this.encoding = encoding;
        }
    }

    @BeforeEach
    void addTypes() {
        databases.addType(type);
        databases.addType(other);
        databases.now(now);
        databases.accessClock().refresh(now);
    }

    @AfterEach
    void close() {
        databases.close();
        outside.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void behavesAsAMapUnderRandomChanges(int seed) {
        random = new Random(seed);
        for (int i = 0; i < KEYS; i++) {
            keys.add(key(i, KEY_LENGTHS[i % KEY_LENGTHS.length]));
        }
        for (int step = 0; step < 6000; step++) {
            step();
            databases.releaseSlots();
            if (step % 100 == 0) {
                checkAll();
            }
        }
        checkAll();
        deleteAll();
        for (int d = 0; d < 2; d++) {
            Database db = databases.at(d);
            assertEquals(0, db.size());
            assertEquals(0, db.volatileKeys());
            assertEquals(inHeap(db.index) + inHeap(db.expires), db.heap.usedBytes());
        }
        databases.lazyFree().endTurn();
        assertEquals(objectsMade, type.released + other.released, "each object is released once");
    }

    private static String key(int number, int length) {
        StringBuilder key = new StringBuilder(length);
        String digits = "k" + number + "\u00ff\r\n";
        while (key.length() < length) {
            key.append(digits);
        }
        key.setLength(length);
        return key.toString();
    }

    private void step() {
        int d = random.nextInt(2);
        Database db = databases.at(d);
        String key = keys.get(random.nextInt(keys.size()));
        switch (random.nextInt(26)) {
            case 0, 1 -> put(db, key);
            case 2 -> putInteger(db, key);
            case 3, 4 -> replace(db, key);
            case 5 -> replaceInteger(db, key);
            case 6, 7, 8 -> resize(db, key);
            case 9 -> overwrite(db, key);
            case 10, 11, 12 -> splice(db, key);
            case 13, 14, 15 -> expire(db, key);
            case 16 -> delete(db, key);
            case 17 -> rename(db, key, keys.get(random.nextInt(keys.size())));
            case 18 -> move(db, key);
            case 19 -> copy(db, key, keys.get(random.nextInt(keys.size())));
            case 20, 21 -> putOfItself(db, key);
            case 22 -> putObject(db, key);
            case 23 -> slotsOverChangesOfOthers(db, key);
            case 24 -> pass(db);
            case 25 -> rarely(d);
            default -> throw new AssertionError();
        }
        check(db, key);
    }

    private Map<String, Value> model(Database db) {
        return model.get(db.index());
    }

    private @Nullable Value live(Database db, String key) {
        Value v = model(db).get(key);
        if (v != null && v.expireAt != NONE && v.expireAt < now) {
            lose(v);
            model(db).remove(key);
            return null;
        }
        return v;
    }

    private static void lose(Value v) {
        v.object = null;
    }

    private byte[] content() {
        int[] lengths = random.nextInt(10) > 0 ? SMALL : random.nextInt(3) > 0 ? MEDIUM : LARGE;
        byte[] content = new byte[lengths[random.nextInt(lengths.length)]];
        random.nextBytes(content);
        return content;
    }

    private int length() {
        return content().length;
    }

    private long expiry() {
        return switch (random.nextInt(4)) {
            case 0, 1 -> NONE;
            case 2 -> now + random.nextInt(50);
            default -> now + 1_000_000 + random.nextInt(1000);
        };
    }

    /** The content as bytes of the one or of the other kind. */
    private Bytes bytes(byte[] content) {
        return random.nextBoolean() ? Bytes.of(content) : nativeBytes(content);
    }

    private NativeBytes nativeBytes(byte[] content) {
        if (content.length >= Record.LARGE_BYTES && random.nextBoolean()) {
            long block = Heap.allocateDetached(content.length);
            Memory.copyFromArray(content, 0, block, content.length);
            NativeBytes adoptable = new NativeBytes(block, content.length);
            adoptable.setAdoptable(Heap.detachedBytes(block));
            return adoptable;
        }
        long block = outside.allocate(Math.max(1, content.length));
        Memory.copyFromArray(content, 0, block, content.length);
        return new NativeBytes(block, content.length);
    }

    private void free(Bytes bytes) {
        if (bytes instanceof NativeBytes n) {
            if (n.adoptable()) {
                Heap.freeDetached(n.address());
            } else if (!n.taken()) {
                outside.free(n.address());
            }
        }
    }

    private WriteSlot open(Database db, String key) {
        return db.write(Bytes.of(key.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** A value of the model that replaces what is there; keeps the expiry. */
    private Value replaced(Database db, String key, DataType as, int encoding) {
        Value before = live(db, key);
        Value v = new Value(as, encoding);
        if (before != null) {
            v.expireAt = before.expireAt;
            lose(before);
        }
        model(db).put(key, v);
        return v;
    }

    private DataType anyType() {
        return random.nextBoolean() ? type : other;
    }

    private void put(Database db, String key) {
        Value v = replaced(db, key, anyType(), random.nextInt(16));
        v.bytes = content();
        Bytes given = bytes(v.bytes);
        open(db, key).put(v.type, v.encoding, given);
        free(given);
    }

    private void putInteger(Database db, String key) {
        Value v = replaced(db, key, anyType(), random.nextInt(16));
        v.number = random.nextLong();
        open(db, key).putInteger(v.type, v.encoding, v.number);
    }

    private void replace(Database db, String key) {
        Value v = replaced(db, key, anyType(), random.nextInt(16));
        v.bytes = content();
        v.expireAt = expiry();
        Bytes given = bytes(v.bytes);
        open(db, key).replace(v.type, v.encoding, given, v.expireAt);
        free(given);
    }

    private void replaceInteger(Database db, String key) {
        Value v = replaced(db, key, anyType(), random.nextInt(16));
        v.number = random.nextLong();
        v.expireAt = expiry();
        open(db, key).replaceInteger(v.type, v.encoding, v.number, v.expireAt);
    }

    private void putObject(Database db, String key) {
        Value v = replaced(db, key, anyType(), random.nextInt(16));
        v.object = new Object();
        objectsMade++;
        open(db, key).putObject(v.type, v.encoding, v.object);
    }

    private @Nullable Value inline(Database db, String key) {
        Value v = live(db, key);
        return v == null || v.number != null || v.object != null ? null : v;
    }

    private void resize(Database db, String key) {
        Value v = inline(db, key);
        if (v == null) {
            put(db, key);
            return;
        }
        int length = random.nextBoolean() ? length() : Math.max(0, v.bytes.length + random.nextInt(200) - 100);
        v.bytes = Arrays.copyOf(v.bytes, length);
        v.encoding = random.nextInt(16);
        open(db, key).resize(v.encoding, length);
    }

    private void overwrite(Database db, String key) {
        Value v = inline(db, key);
        if (v == null) {
            return;
        }
        int at = random.nextInt(v.bytes.length + 1);
        int count = random.nextInt(v.bytes.length - at + 1);
        WriteSlot slot = open(db, key);
        if (random.nextBoolean()) {
            int from = random.nextInt(v.bytes.length - count + 1);
            byte[] part = Arrays.copyOfRange(v.bytes, from, from + count);
            slot.overwrite(at, slot.bytes().slice(from, from + count));
            System.arraycopy(part, 0, v.bytes, at, count);
        } else {
            byte[] part = new byte[count];
            random.nextBytes(part);
            slot.overwrite(at, Bytes.of(part));
            System.arraycopy(part, 0, v.bytes, at, count);
        }
    }

    private void splice(Database db, String key) {
        Value v = inline(db, key);
        if (v == null) {
            return;
        }
        int at = random.nextInt(4) == 0 ? v.bytes.length : random.nextInt(v.bytes.length + 1);
        int count = random.nextInt(v.bytes.length - at + 1);
        WriteSlot slot = open(db, key);
        byte[] part;
        if (random.nextInt(3) == 0) {
            int from = random.nextInt(v.bytes.length + 1);
            int to = from + random.nextInt(v.bytes.length - from + 1);
            part = Arrays.copyOfRange(v.bytes, from, to);
            slot.splice(at, count, random.nextBoolean() ? slot.bytes().slice(from, to) : open(db, key).bytes().slice(from, to));
        } else {
            part = content();
            Bytes given = bytes(part);
            slot.splice(at, count, given);
            free(given);
        }
        byte[] after = new byte[v.bytes.length - count + part.length];
        System.arraycopy(v.bytes, 0, after, 0, at);
        System.arraycopy(part, 0, after, at, part.length);
        System.arraycopy(v.bytes, at + count, after, at + part.length, v.bytes.length - at - count);
        v.bytes = after;
    }

    private void expire(Database db, String key) {
        Value v = live(db, key);
        if (v != null) {
            v.expireAt = expiry();
            open(db, key).expireAt(v.expireAt);
        }
    }

    private void delete(Database db, String key) {
        boolean existed = live(db, key) != null;
        if (random.nextBoolean()) {
            assertEquals(existed, db.delete(Bytes.of(key.getBytes(StandardCharsets.ISO_8859_1)), random.nextBoolean()));
        } else {
            WriteSlot slot = open(db, key);
            slot.delete();
            assertFalse(slot.exists());
        }
        Value v = model(db).remove(key);
        if (v != null) {
            lose(v);
        }
    }

    private void rename(Database db, String from, String to) {
        Value v = live(db, from);
        if (v == null || from.equals(to)) {
            return;
        }
        live(db, to);
        WriteSlot source = open(db, from);
        WriteSlot target = open(db, to);
        db.rename(source, target);
        assertFalse(source.exists());
        Value before = model(db).put(to, v);
        if (before != null) {
            lose(before);
        }
        model(db).remove(from);
        check(target, v);
    }

    private void move(Database db, String key) {
        Database to = databases.at(1 - db.index());
        Value v = live(db, key);
        if (v == null || v.object != null || live(to, key) != null) {
            return;
        }
        WriteSlot source = open(db, key);
        WriteSlot target = open(to, key);
        db.move(source, target);
        assertFalse(source.exists());
        model(to).put(key, v);
        model(db).remove(key);
        check(target, v);
    }

    private void copy(Database db, String from, String to) {
        Database into = databases.at(random.nextInt(2));
        Value v = live(db, from);
        if (v == null || v.object != null || into == db && from.equals(to)) {
            return;
        }
        live(into, to);
        WriteSlot source = open(db, from);
        WriteSlot target = open(into, to);
        target.delete();
        source.type().copy(source, target);
        Value copy = new Value(v.type, v.encoding);
        copy.bytes = v.bytes.clone();
        copy.number = v.number;
        Value before = model(into).put(to, copy);
        if (before != null) {
            lose(before);
        }
        check(source, v);
        check(target, copy);
    }

    private void putOfItself(Database db, String key) {
        Value v = inline(db, key);
        if (v == null) {
            return;
        }
        int from = random.nextInt(3) > 0 ? 0 : random.nextInt(v.bytes.length + 1);
        int to = random.nextInt(3) > 0 ? v.bytes.length : from + random.nextInt(v.bytes.length - from + 1);
        WriteSlot slot = open(db, key);
        WriteSlot again = random.nextBoolean() ? slot : open(db, key);
        Bytes view = again.bytes().slice(from, to);
        v.bytes = Arrays.copyOfRange(v.bytes, from, to);
        v.encoding = random.nextInt(16);
        if (random.nextBoolean()) {
            v.expireAt = expiry();
            slot.replace(v.type, v.encoding, view, v.expireAt);
        } else {
            slot.put(v.type, v.encoding, view);
        }
        check(slot, v);
        check(again, v);
    }

    /** Keeps slots of several keys open while each of them is changed through another slot. */
    private void slotsOverChangesOfOthers(Database db, String key) {
        String second = keys.get(random.nextInt(keys.size()));
        live(db, key);
        live(db, second);
        WriteSlot a = open(db, key);
        WriteSlot b = open(db, second);
        for (int i = 0; i < 4; i++) {
            String changed = random.nextBoolean() ? key : second;
            switch (random.nextInt(5)) {
                case 0 -> put(db, changed);
                case 1 -> resize(db, changed);
                case 2 -> expire(db, changed);
                case 3 -> delete(db, changed);
                default -> splice(db, changed);
            }
            check(a, model(db).get(key));
            check(b, model(db).get(second));
        }
    }

    private void pass(Database db) {
        now += random.nextInt(60);
        databases.now(now);
        ExpirySample sample = new ExpirySample();
        if (random.nextBoolean()) {
            db.expireSome(random.nextInt(64), sample);
        }
        db.rehashStep(random.nextInt(4));
        db.randomKey();
    }

    private void rarely(int d) {
        if (random.nextInt(20) > 0) {
            return;
        }
        if (random.nextBoolean()) {
            databases.at(d).flush(random.nextBoolean());
            model.get(d).clear();
        } else {
            databases.swap(0, 1);
            Map<String, Value> first = new HashMap<>(model.get(0));
            model.get(0).clear();
            model.get(0).putAll(model.get(1));
            model.get(1).clear();
            model.get(1).putAll(first);
        }
    }

    private void deleteAll() {
        for (int d = 0; d < 2; d++) {
            for (String key : keys) {
                delete(databases.at(d), key);
                databases.releaseSlots();
            }
        }
    }

    private void check(Database db, String key) {
        check(open(db, key), live(db, key));
    }

    private static void check(Slot slot, @Nullable Value v) {
        assertEquals(v != null, slot.exists());
        if (v == null) {
            return;
        }
        assertSame(v.type, slot.type());
        assertEquals(v.encoding, slot.encoding());
        assertEquals(v.expireAt, slot.expireAt());
        if (v.object != null) {
            assertSame(v.object, slot.object());
        } else if (v.number != null) {
            assertEquals(v.number, slot.integer());
        } else {
            assertEquals(v.bytes.length, slot.length());
            assertArrayEquals(v.bytes, slot.bytes().toArray());
        }
    }

    private void checkAll() {
        for (int d = 0; d < 2; d++) {
            Database db = databases.at(d);
            for (String key : keys) {
                check(db, key);
                databases.releaseSlots();
            }
            assertEquals(model.get(d).size(), db.size());
            assertEquals(model.get(d).values().stream().filter(v -> v.expireAt != NONE).count(), db.volatileKeys());
            Set<String> seen = new HashSet<>();
            long cursor = 0;
            do {
                cursor = db.scan(cursor, slot -> seen.add(new String(slot.key().toArray(), StandardCharsets.ISO_8859_1)));
                databases.releaseSlots();
            } while (cursor != 0);
            assertEquals(model.get(d).keySet(), seen);
            assertEquals(records(db) + inHeap(db.index) + inHeap(db.expires), db.heap.usedBytes());
        }
    }

    private static long inHeap(HashIndex index) {
        return index.bytes() - index.mappedBytes();
    }

    private static long records(Database db) {
        long[] sum = new long[1];
        db.index.forEach(record -> {
            sum[0] += db.heap.usable(record);
            if ((Record.flags(record) & Record.LARGE) != 0) {
                sum[0] += db.heap.usable(RecordSlot.largeAddress(record));
            }
            assertTrue(Record.bytes(record) <= db.heap.usable(record));
        });
        return sum[0];
    }

    @Test
    void opensMoreKeysThanThePoolKeeps() {
        Database db = databases.at(0);
        for (int i = 0; i < 1000; i++) {
            db.write(Bytes.of("key" + i)).putInteger(type, 0, i);
        }
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            slots.add(db.read(Bytes.of("key" + i)));
        }
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, slots.get(i).integer());
        }
    }

    /** Events go nowhere. */
    private static final class Silent implements KeyspaceEvents {
        @Override
        public void changed(Database database, Bytes key, KeyEventClass eventClass, Token event, long changes) {
        }

        @Override
        public void expired(Database database, Bytes key) {
        }

        @Override
        public void added(Database database, Bytes key) {
        }

        @Override
        public void missed(Database database, Bytes key) {
        }
    }

    /** A type of inline values and of objects that counts what it releases. */
    private static final class Inline implements DataType {
        private final String name;
        int released;

        Inline(String name) {
            this.name = name;
        }

        @Override
        public TypeId id() {
            return new TypeId("test-type", 1);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String encodingName(Slot value) {
            return name;
        }

        @Override
        public void save(Slot value, ValueWriter out) {
            throw new AssertionError();
        }

        @Override
        public void load(ValueReader in, int encodingVersion, WriteSlot into) {
            throw new AssertionError();
        }

        @Override
        public void rewrite(Slot value, CommandSink out) {
            throw new AssertionError();
        }

        @Override
        public void release(Object value) {
            released++;
        }
    }
}
