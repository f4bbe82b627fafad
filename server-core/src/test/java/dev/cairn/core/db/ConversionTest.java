package dev.cairn.core.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

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
import dev.cairn.api.persistence.SnapshotWriter;

/** Drives databases and a map side by side through random changes while values are converted, taken over, and settled, a step at a time. */
class ConversionTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final int KEYS = 300;

    private final Databases databases = new Databases(2, new Silent());
    private final Numbers bystander = new Numbers("bystander", 1, "test-by-1");
    private final List<Map<String, Long>> model = new ArrayList<>(List.of(new HashMap<>(), new HashMap<>()));
    private Random random = new Random(0);
    private Numbers type = new Numbers("numbers", 1, "test-num1");
    private long objects;
    private long made;

    @BeforeEach
    void addTypes() {
        databases.addType(bystander);
        databases.addType(type);
        databases.now(NOW);
        databases.accessClock().refresh(NOW);
    }

    @AfterEach
    void close() {
        databases.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void valuesAreThoseOfAMapWhateverIsChangedBetweenTheSteps(int seed) throws Exception {
        random = new Random(seed);
        for (int version = 2; version < 7; version++) {
            changes(600, type);
            Numbers next = new Numbers("numbers", version, "test-num1");
            Conversion c = databases.convert(Map.of(type, next));
            assertFalse(databases.types().contains(next));
            while (!c.step(0)) {
                changes(random.nextInt(6), type);
            }
            if (random.nextInt(4) == 0) {
                c.cancel();
                databases.lazyFree().endTurn();
                objects += next.released;
                check(type);
                continue;
            }
            c.takeOver();
            assertFalse(databases.types().contains(type));
            assertEquals(0, databases.keysOf(type));
            assertEquals(model.stream().mapToLong(Map::size).sum(), databases.keysOf(next) + databases.keysOf(bystander));
            if (random.nextBoolean()) {
                check(next);
            }
            while (!c.settle(0)) {
                changes(random.nextInt(6), next);
            }
            databases.lazyFree().endTurn();
            objects += type.released;
            type = next;
            check(type);
        }
        for (Database d : List.of(databases.at(0), databases.at(1))) {
            for (String key : List.copyOf(model.get(d.index()).keySet())) {
                delete(d, key);
            }
            assertEquals(0, d.size());
            assertEquals(0, d.volatileKeys());
        }
        databases.lazyFree().endTurn();
        assertEquals(made, objects + type.released + bystander.released, "each object is released once");
    }

    @Test
    void aConversionThatFailsLeavesTheValues() throws Exception {
        changes(2000, type);
        Numbers broken = new Numbers("numbers", 2, "test-num1") {
            @Override
            public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
                if (in.integer() % 17 == 0) {
                    throw new IOException("seventeen");
                }
                super.put(into, 1);
            }
        };
        Conversion c = databases.convert(Map.of(type, broken));
        assertThrows(IllegalStateException.class, () -> databases.convert(Map.of(type, broken)));
        Conversion.Failed failed = assertThrows(Conversion.Failed.class, () -> {
            while (!c.step(0)) {
                databases.releaseSlots();
            }
        });
        assertTrue(String.valueOf(failed.getMessage()).endsWith("cannot be taken over: seventeen"), failed.getMessage());
        c.cancel();
        check(type);
    }

    @Test
    void aSnapshotSeesEachKeyOnceWhileRecordsAreExchanged() throws Exception {
        changes(2000, type);
        Map<String, Long> before = new HashMap<>(model.get(0));
        Numbers next = new Numbers("numbers", 2, "test-num1");
        Conversion c = databases.convert(Map.of(type, next));
        assertTrue(c.step(Long.MAX_VALUE));
        Map<String, Long> seen = new HashMap<>();
        databases.snapshot().begin(new SnapshotWriter() {
            @Override
            public boolean ready() {
                return true;
            }

            @Override
            public void value(int database, Slot slot) {
                if (database == 0) {
                    long n = ((Numbers) slot.type()).number(slot);
                    assertEquals(null, seen.put(slot.key().text(), n), "a key is given twice");
                }
            }

            @Override
            public void completed() {
            }

            @Override
            public void aborted(String reason) {
                throw new AssertionError(reason);
            }
        });
        databases.snapshot().step(0);
        c.takeOver();
        while (!c.settle(0)) {
            databases.snapshot().step(0);
            put(databases.at(0), next, "key:" + random.nextInt(KEYS), random.nextLong(1000));
            databases.releaseSlots();
        }
        while (databases.snapshot().active()) {
            databases.snapshot().step(0);
        }
        assertEquals(before, seen);
    }

    /** Random changes of all kinds. */
    private void changes(int count, Numbers now) {
        for (int i = 0; i < count; i++) {
            Database d = databases.at(random.nextInt(2));
            String key = "key:" + random.nextInt(KEYS);
            switch (random.nextInt(100)) {
                case 0 -> {
                    if (random.nextInt(20) == 0) {
                        d.flush(random.nextBoolean());
                        model.get(d.index()).clear();
                    }
                }
                case 1 -> {
                    databases.swap(0, 1);
                    model.add(model.removeFirst());
                }
                case 2, 3, 4, 5, 6, 7, 8, 9 -> delete(d, key);
                case 10, 11, 12, 13 -> put(d, bystander, key, random.nextLong(1000));
                case 14, 15, 16, 17 -> expire(d, key);
                case 18, 19 -> rename(d, key, "key:" + random.nextInt(KEYS));
                case 20 -> scan(d);
                default -> put(d, now, key, random.nextLong(1000));
            }
            databases.releaseSlots();
            Slot slot = d.peek(Bytes.of(key));
            Long expected = model.get(d.index()).get(key);
            assertEquals(expected != null, slot.exists());
            if (expected != null) {
                assertEquals(expected, ((Numbers) slot.type()).number(slot));
                assertTrue(slot.type() == now || slot.type() == bystander);
            }
            databases.releaseSlots();
        }
    }

    private void put(Database d, Numbers of, String key, long n) {
        WriteSlot slot = d.write(Bytes.of(key));
        if (slot.exists() && slot.type() != of) {
            slot.delete();
        }
        of.put(slot, n);
        model.get(d.index()).put(key, n);
    }

    private void delete(Database d, String key) {
        WriteSlot slot = d.write(Bytes.of(key));
        if (slot.exists()) {
            slot.delete();
        }
        model.get(d.index()).remove(key);
    }

    private void expire(Database d, String key) {
        WriteSlot slot = d.write(Bytes.of(key));
        if (slot.exists()) {
            slot.expireAt(random.nextBoolean() ? NOW + 1000 : Slot.NO_EXPIRY);
        }
    }

    private void rename(Database d, String from, String to) {
        WriteSlot source = d.write(Bytes.of(from));
        if (source.exists() && !from.equals(to)) {
            d.rename(source, d.write(Bytes.of(to)));
            Map<String, Long> m = model.get(d.index());
            Long n = m.remove(from);
            if (n != null) {
                m.put(to, n);
            }
        }
    }

    private void scan(Database d) {
        Map<String, Long> m = model.get(d.index());
        Set<String> seen = new HashSet<>();
        long cursor = 0;
        do {
            cursor = d.scan(cursor, slot -> {
                String key = slot.key().text();
                seen.add(key);
                assertEquals(m.get(key), ((Numbers) slot.type()).number(slot));
            });
        } while (cursor != 0);
        assertEquals(m.keySet(), seen);
    }

    private void check(Numbers now) {
        for (int i = 0; i < 2; i++) {
            Database d = databases.at(i);
            Map<String, Long> m = model.get(i);
            assertEquals(m.size(), d.size());
            Set<String> seen = new HashSet<>();
            d.forEach(slot -> {
                assertTrue(slot.type() == now || slot.type() == bystander);
                seen.add(slot.key().text());
                assertEquals(m.get(slot.key().text()), ((Numbers) slot.type()).number(slot));
            });
            assertEquals(m.keySet(), seen);
            databases.releaseSlots();
        }
    }

    /** Numbers, the even ones in the record and the odd ones as objects, or in the next version the other way round. */
    private class Numbers implements DataType {
        private final String name;
        private final int version;
        private final String id;
        private int released;

        Numbers(String name, int version, String id) {
            this.name = name;
            this.version = version;
            this.id = id;
        }

        long number(Slot slot) {
            return slot.encoding() == 1 ? ((long[]) slot.object())[0] : Long.parseLong(slot.bytes().text().trim());
        }

        void put(WriteSlot slot, long n) {
            if (n % 2 == version % 2) {
                made++;
                slot.putObject(this, 1, new long[]{n});
            } else {
                slot.put(this, 0, Bytes.of(" ".repeat((int) (n % 90)) + n));
            }
        }

        @Override
        public TypeId id() {
            return new TypeId(id, version);
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
        public void save(Slot value, ValueWriter out) throws IOException {
            out.integer(number(value));
        }

        @Override
        public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
            assertTrue(encodingVersion < version);
            put(into, in.integer());
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
}
