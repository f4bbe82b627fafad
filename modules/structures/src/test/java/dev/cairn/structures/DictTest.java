package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DictTest {
    private final ValueHeaps heaps = new ValueHeaps();
    private final Heap scratch = new Heap();
    private final long fieldAt = scratch.allocate(1000);
    private final long valueAt = scratch.allocate(200_000);
    private final Dict dict = new Dict(heaps);

    private final class Model {
        final long root = scratch.allocate(Dict.ROOT_BYTES);
        final Map<ByteBuffer, byte[]> values = new HashMap<>();
        final Map<ByteBuffer, Long> times = new HashMap<>();

        Model() {
            dict.create(root);
        }
    }

    @AfterEach
    void close() {
        heaps.drop();
        scratch.close();
    }

    private static byte[] field(int number) {
        byte[] field = new byte[number % 7 == 0 ? 200 : 4 + number % 20];
        ByteBuffer.wrap(field).putInt(number);
        return field;
    }

    private int putField(byte[] field) {
        Memory.copyFromArray(field, 0, fieldAt, field.length);
        return field.length;
    }

    private void step(Model m, Random random, int fields, boolean grow) {
        dict.open(m.root);
        byte[] field = field(random.nextInt(fields));
        ByteBuffer key = ByteBuffer.wrap(field);
        int length = putField(field);
        byte[] expected = m.values.get(key);
        long entry = dict.get(fieldAt, length);
        assertEquals(expected != null, entry != 0);
        if (expected != null) {
            assertArrayEquals(expected, Memory.toArray(Dict.value(entry), Dict.valueLength(entry)));
            assertArrayEquals(field, Memory.toArray(Dict.field(entry), Dict.fieldLength(entry)));
            assertEquals(m.times.getOrDefault(key, Dict.NO_TIME), dict.time(entry));
        }
        int choice = random.nextInt(10);
        if (choice < (grow ? 6 : 2)) {
            byte[] value = new byte[random.nextInt(random.nextInt(50) == 0 ? 20_000 : 150)];
            random.nextBytes(value);
            Memory.copyFromArray(value, 0, valueAt, value.length);
            assertEquals(expected == null, dict.put(fieldAt, length, valueAt, value.length));
            m.values.put(key, value);
        } else if (choice < 8 && entry != 0) {
            if (random.nextInt(3) == 0) {
                entry = dict.forgetTime(entry);
                m.times.remove(key);
            } else {
                long time = random.nextInt(1000);
                entry = dict.time(entry, time);
                m.times.put(key, time);
            }
            assertEquals(entry, dict.get(fieldAt, length));
            assertEquals(m.times.getOrDefault(key, Dict.NO_TIME), dict.time(entry));
        } else {
            if (entry != 0 && random.nextBoolean()) {
                dict.remove(entry);
            } else {
                assertEquals(expected != null, dict.remove(fieldAt, length));
            }
            m.values.remove(key);
            m.times.remove(key);
        }
        assertEquals(m.values.size(), dict.size());
        assertEquals(m.times.size(), dict.timed());
    }

    private void check(Model m, Random random) {
        dict.open(m.root);
        Set<ByteBuffer> seen = new HashSet<>();
        dict.forEach(entry -> assertTrue(seen.add(ByteBuffer.wrap(Memory.toArray(Dict.field(entry), Dict.fieldLength(entry))))));
        assertEquals(m.values.keySet(), seen);
        Set<ByteBuffer> scanned = new HashSet<>();
        long cursor = 0;
        do {
            cursor = dict.scan(cursor, entry -> scanned.add(ByteBuffer.wrap(Memory.toArray(Dict.field(entry), Dict.fieldLength(entry)))));
            dict.rehashStep(1);
        } while (cursor != 0);
        assertEquals(m.values.keySet(), scanned);
        assertEquals(!m.values.isEmpty(), dict.random(random) != 0);
    }

    @Test
    void oneViewShowsManyDictsThatBehaveLikeMapsAndAccountExactly() {
        Random random = new Random(41);
        List<Model> models = new ArrayList<>();
        int[] fields = {1, 5, 40, 300, 3000, 60_000};
        for (int i = 0; i < fields.length; i++) {
            models.add(new Model());
        }
        int steps = 300_000;
        for (int i = 0; i < steps; i++) {
            int chosen = Math.min(random.nextInt(fields.length + 3), fields.length - 1);
            step(models.get(chosen), random, fields[chosen], i < steps * 2 / 3);
            if (i % 1000 == 0) {
                long sum = 0;
                for (Model m : models) {
                    sum += dict.open(m.root).bytes();
                }
                assertEquals(heaps.usedBytes(), sum);
            }
        }
        assertTrue(heaps.ownHeaps() >= 1, "the largest has outgrown the shared heap");
        for (Model m : models) {
            check(m, random);
            dict.open(m.root).free();
            assertEquals(0, dict.size());
            assertEquals(0, dict.bytes());
        }
        assertEquals(0, heaps.usedBytes());
        assertEquals(0, heaps.ownHeaps());
    }

    @Test
    void givesEntriesInTheOrderOfTheirTimes() {
        Model m = new Model();
        Random random = new Random(8);
        assertEquals(0, dict.earliest());
        assertEquals(Dict.NO_TIME, dict.earliestTime());
        for (int i = 0; i < 5000; i++) {
            int length = putField(field(i));
            dict.put(fieldAt, length, valueAt, i % 50);
            if (i % 3 > 0) {
                dict.time(dict.get(fieldAt, length), random.nextInt(700));
            }
        }
        long before = 0;
        while (dict.timed() > 0) {
            long entry = dict.earliest();
            assertEquals(dict.earliestTime(), dict.time(entry));
            assertTrue(dict.earliestTime() >= before);
            before = dict.earliestTime();
            dict.remove(entry);
        }
        assertEquals(1667, dict.size());
        dict.forEach(entry -> assertFalse(Dict.isTimed(entry)));
        dict.open(m.root).free();
        assertEquals(0, heaps.usedBytes());
    }

    @Test
    void movesToAHeapOfItsOwnOnceItIsLarge() {
        new Model();
        for (int i = 0; i < 100; i++) {
            Memory.putInt(fieldAt, i);
            dict.put(fieldAt, 4, valueAt, 30_000);
        }
        assertFalse(dict.hasOwnHeap());
        for (int i = 100; i < 200; i++) {
            Memory.putInt(fieldAt, i);
            dict.put(fieldAt, 4, valueAt, 30_000);
        }
        assertTrue(dict.hasOwnHeap());
        assertEquals(0, heaps.heap(0).usedBytes());
        for (int i = 0; i < 200; i++) {
            Memory.putInt(fieldAt, i);
            assertEquals(30_000, Dict.valueLength(dict.get(fieldAt, 4)));
        }
    }

    @Test
    void acceptsEmptyFieldsAndValues() {
        new Model();
        assertTrue(dict.put(fieldAt, 0, valueAt, 0));
        long entry = dict.time(dict.get(fieldAt, 0), 5);
        assertEquals(0, Dict.fieldLength(entry));
        assertEquals(0, Dict.valueLength(entry));
        assertTrue(dict.remove(fieldAt, 0));
    }

    @Test
    void twoHundredFieldsAreCompact() {
        new Model();
        for (int i = 0; i < 200; i++) {
            Memory.putLong(fieldAt, i);
            dict.put(fieldAt, 8, valueAt, 10);
        }
        assertTrue(dict.bytes() <= 200 * (24 + 15), dict.bytes() + " bytes");
    }
}
