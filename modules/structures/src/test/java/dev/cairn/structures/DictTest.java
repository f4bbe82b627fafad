package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DictTest {
    private final Heap heap = new Heap();
    private final long fieldAt = heap.allocate(1000);
    private final long valueAt = heap.allocate(40_000);
    private final long base = heap.usedBytes();
    private final Dict dict = new Dict(heap);

    @AfterEach
    void close() {
        heap.close();
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

    @Test
    void behavesLikeAMapAndAccountsExactly() {
        Random random = new Random(41);
        Map<ByteBuffer, byte[]> model = new HashMap<>();
        int steps = 120_000;
        for (int i = 0; i < steps; i++) {
            boolean grow = i < steps / 2;
            byte[] field = field(random.nextInt(20_000));
            int length = putField(field);
            byte[] expected = model.get(ByteBuffer.wrap(field));
            long entry = dict.get(fieldAt, length);
            assertEquals(expected != null, entry != 0);
            if (expected != null) {
                assertArrayEquals(expected, Memory.toArray(Dict.value(entry), Dict.valueLength(entry)));
                assertArrayEquals(field, Memory.toArray(Dict.field(entry), Dict.fieldLength(entry)));
            }
            if (random.nextInt(10) < (grow ? 8 : 2)) {
                byte[] value = new byte[random.nextInt(random.nextInt(50) == 0 ? 20_000 : 150)];
                random.nextBytes(value);
                Memory.copyFromArray(value, 0, valueAt, value.length);
                assertEquals(expected == null, dict.put(fieldAt, length, valueAt, value.length));
                model.put(ByteBuffer.wrap(field), value);
            } else {
                assertEquals(expected != null, dict.remove(fieldAt, length));
                model.remove(ByteBuffer.wrap(field));
            }
            assertEquals(model.size(), dict.size());
            assertEquals(heap.usedBytes() - base, dict.bytes() - dict.mappedBytes());
        }
        Set<ByteBuffer> seen = new HashSet<>();
        dict.forEach(entry -> assertTrue(seen.add(ByteBuffer.wrap(Memory.toArray(Dict.field(entry), Dict.fieldLength(entry))))));
        assertEquals(model.keySet(), seen);
        Set<ByteBuffer> scanned = new HashSet<>();
        long cursor = 0;
        do {
            cursor = dict.scan(cursor, entry -> scanned.add(ByteBuffer.wrap(Memory.toArray(Dict.field(entry), Dict.fieldLength(entry)))));
            dict.rehashStep(1);
        } while (cursor != 0);
        assertEquals(model.keySet(), scanned);
        assertTrue(dict.random(random) != 0);
        dict.free();
        assertEquals(base, heap.usedBytes());
        assertEquals(0, dict.bytes());
    }

    @Test
    void acceptsEmptyFieldsAndValues() {
        assertTrue(dict.put(fieldAt, 0, valueAt, 0));
        long entry = dict.get(fieldAt, 0);
        assertEquals(0, Dict.fieldLength(entry));
        assertEquals(0, Dict.valueLength(entry));
        assertTrue(dict.remove(fieldAt, 0));
    }

    @Test
    void twoHundredFieldsAreCompact() {
        for (int i = 0; i < 200; i++) {
            Memory.putLong(fieldAt, i);
            dict.put(fieldAt, 8, valueAt, 10);
        }
        assertTrue(dict.bytes() <= 200 * (24 + 15), dict.bytes() + " bytes");
    }
}
