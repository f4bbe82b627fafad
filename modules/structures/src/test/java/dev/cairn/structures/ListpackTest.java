package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListpackTest {
    private final Heap heap = new Heap();
    private final HeapRegion region = new HeapRegion(heap, 1);
    private final long source = heap.allocate(1 << 16);

    @BeforeEach
    void create() {
        Listpack.create(region);
    }

    @AfterEach
    void close() {
        heap.close();
    }

    private int put(byte[] value) {
        Memory.copyFromArray(value, 0, source, value.length);
        return value.length;
    }

    private int put(String value) {
        return put(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] value(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> Long.toString(random.nextLong() >> random.nextInt(64)).getBytes(StandardCharsets.US_ASCII);
            case 2 -> Integer.toString(random.nextInt(128)).getBytes(StandardCharsets.US_ASCII);
            case 3 -> bytes(random, random.nextInt(6000));
            case 4 -> random.nextInt(20) == 0 ? bytes(random, 20_000) : bytes(random, 64);
            default -> bytes(random, random.nextInt(70));
        };
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void behavesLikeAList() {
        Random random = new Random(31);
        List<byte[]> model = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            long pack = region.address();
            int index = model.isEmpty() ? 0 : random.nextInt(model.size());
            int length = put(value(random));
            byte[] value = Memory.toArray(source, length);
            switch (random.nextInt(model.size() > 60 ? 8 : 5)) {
                case 0 -> {
                    Listpack.append(region, source, length);
                    model.add(value);
                }
                case 1 -> {
                    Listpack.prepend(region, source, length);
                    model.addFirst(value);
                }
                case 2 -> {
                    int at = model.isEmpty() ? Listpack.end(pack) : Listpack.seek(pack, index);
                    assertEquals(at, Listpack.insert(region, at, source, length));
                    model.add(index, value);
                }
                case 3, 4 -> {
                    if (!model.isEmpty()) {
                        Listpack.replace(region, Listpack.seek(pack, index), source, length);
                        model.set(index, value);
                    }
                }
                default -> {
                    int count = 1 + random.nextInt(4);
                    int at = Listpack.delete(region, Listpack.seek(pack, index), count);
                    int end = Math.min(model.size(), index + count);
                    model.subList(index, end).clear();
                    assertEquals(index == model.size(), at == 0);
                }
            }
            compare(model);
        }
    }

    private void compare(List<byte[]> model) {
        long pack = region.address();
        assertEquals(model.size(), Listpack.count(pack));
        assertTrue(Listpack.validate(pack, Listpack.bytes(pack)));
        int at = Listpack.first(pack);
        for (byte[] expected : model) {
            assertArrayEquals(expected, Listpack.toArray(pack, at));
            assertTrue(Listpack.equal(pack, at, source, put(expected)));
            at = Listpack.next(pack, at);
        }
        assertEquals(0, at);
        at = Listpack.last(pack);
        for (int i = model.size() - 1; i >= 0; i--) {
            assertEquals(at, Listpack.seek(pack, i));
            assertEquals(at, Listpack.seek(pack, i - model.size()));
            at = Listpack.previous(pack, at);
        }
        assertEquals(0, at);
        assertEquals(0, Listpack.seek(pack, model.size()));
        assertEquals(0, Listpack.seek(pack, -model.size() - 1));
    }

    @Test
    void keepsIntegersInTheFewestBytes() {
        long[] values = {0, 127, 128, -1, 4095, -4096, 4096, -4097, 32767, -32768, 32768, -32769, 8388607, -8388608, 8388608, -8388609,
                Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE + 1L, Integer.MIN_VALUE - 1L, Long.MAX_VALUE, Long.MIN_VALUE};
        int[] sizes = {1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 9, 9, 9, 9};
        for (int i = 0; i < values.length; i++) {
            Listpack.create(region);
            int at = Listpack.append(region, source, put(Long.toString(values[i])));
            long pack = region.address();
            assertTrue(Listpack.isInteger(pack, at));
            assertEquals(values[i], Listpack.integer(pack, at));
            assertEquals(Listpack.EMPTY_BYTES + sizes[i] + 1, Listpack.bytes(pack), "size of " + values[i]);
            Listpack.replace(region, at, values[i]);
            assertEquals(Listpack.EMPTY_BYTES + sizes[i] + 1, Listpack.bytes(region.address()));
        }
    }

    @Test
    void keepsOtherFormsOfNumbersAsStrings() {
        for (String text : List.of("", "-", "-0", "01", "+1", "1 ", "9223372036854775808", "-9223372036854775809", "9999999999999999999",
                "1e3")) {
            int at = Listpack.append(region, source, put(text));
            assertFalse(Listpack.isInteger(region.address(), at), text);
            assertArrayEquals(text.getBytes(StandardCharsets.ISO_8859_1), Listpack.toArray(region.address(), at));
        }
    }

    @Test
    void findsFieldsAndNotValues() {
        for (String text : List.of("a", "b", "b", "17", "17", "c")) {
            Listpack.append(region, source, put(text));
        }
        long pack = region.address();
        int first = Listpack.first(pack);
        assertEquals(Listpack.seek(pack, 2), Listpack.find(pack, first, source, put("b"), 1));
        assertEquals(Listpack.seek(pack, 4), Listpack.find(pack, first, source, put("17"), 1));
        assertEquals(Listpack.seek(pack, 3), Listpack.find(pack, first, source, put("17"), 0));
        assertEquals(0, Listpack.find(pack, first, source, put("c"), 1));
    }

    @Test
    void countsBeyondTheHeader() {
        for (int i = 0; i < 65_600; i++) {
            Listpack.append(region, i & 63);
        }
        assertEquals(65_600, Listpack.count(region.address()));
        assertTrue(Listpack.validate(region.address(), Listpack.bytes(region.address())));
    }

    @Test
    void recognisesDamage() {
        Random random = new Random(33);
        for (int i = 0; i < 20; i++) {
            Listpack.append(region, source, put(value(random)));
        }
        long pack = region.address();
        int bytes = Listpack.bytes(pack);
        for (int i = 0; i < 3000; i++) {
            long at = pack + random.nextInt(bytes);
            byte before = Memory.getByte(at);
            Memory.putByte(at, random.nextInt());
            if (Listpack.validate(pack, bytes)) {
                int count = 0;
                for (int entry = Listpack.first(pack); entry != 0; entry = Listpack.next(pack, entry)) {
                    Listpack.toArray(pack, entry);
                    count++;
                }
                assertEquals(Listpack.count(pack), count);
            }
            Memory.putByte(at, before);
        }
        assertFalse(Listpack.validate(pack, bytes - 1));
        assertTrue(Listpack.validate(pack, bytes));
    }
}
