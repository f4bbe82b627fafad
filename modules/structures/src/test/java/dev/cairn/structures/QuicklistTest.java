package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuicklistTest {
    private final Heap outside = new Heap();
    private final long source = outside.allocate(1 << 20);
    private final ValueHeaps heaps = new ValueHeaps();
    private final Quicklist list = new Quicklist(heaps);
    private final long root = outside.allocate(Quicklist.ROOT_BYTES);

    @AfterEach
    void close() {
        heaps.drop();
        outside.close();
    }

    private int put(byte[] bytes) {
        Memory.copyFromArray(bytes, 0, source, bytes.length);
        return bytes.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] value(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> ascii(Long.toString(random.nextLong() >> random.nextInt(64)));
            case 2 -> ascii(Integer.toString(random.nextInt(128)));
            case 3 -> ascii("x".repeat(random.nextInt(700)));
            case 4 -> random.nextInt(30) == 0 ? ascii("large".repeat(2000)) : ascii("element:" + random.nextInt(20));
            default -> ascii("element:" + random.nextInt(1000));
        };
    }

    private byte[] here() {
        return list.isInteger() ? ascii(Long.toString(list.integer())) : Memory.toArray(list.string(), list.length());
    }

    private void check(List<byte[]> model) {
        list.bind(root);
        assertEquals(model.size(), list.size());
        int i = 0;
        for (boolean more = list.first(); more; more = list.next()) {
            assertArrayEquals(model.get(i), here(), "at " + i);
            i++;
        }
        assertEquals(model.size(), i);
        for (boolean more = list.last(); more; more = list.previous()) {
            assertArrayEquals(model.get(--i), here());
        }
        assertEquals(0, i);
        list.bind(root);
        assertEquals(heaps.usedBytes(), list.memory());
    }

    @ParameterizedTest
    @CsvSource({"-2,0,0", "-1,1,0", "-2,2,100", "3,0,0", "5,1,0", "0,0,0", "128,3,0", "4,2,12", "-5,0,0", "-1,0,1"})
    void doesTheSameAsAnArrayList(int fill, int depth, int largeFrom) {
        Random random = new Random(fill * 31L + depth);
        List<byte[]> model = new ArrayList<>();
        list.largeFrom(largeFrom);
        list.create(root, fill, depth);
        for (int i = 0; i < 6000; i++) {
            list.bind(root);
            change(random, model, i % 2000 < 1200);
            if (i % 100 == 0) {
                check(model);
            }
        }
        check(model);
        list.free();
        assertEquals(0, heaps.usedBytes());
    }

    private void change(Random random, List<byte[]> model, boolean growing) {
        byte[] v = value(random);
        int size = model.size();
        int at = size == 0 ? 0 : random.nextInt(size);
        switch (random.nextInt(growing ? 10 : 14)) {
            case 0, 1 -> {
                list.push(true, source, put(v));
                model.addFirst(v);
            }
            case 2, 3, 4 -> {
                list.push(false, source, put(v));
                model.addLast(v);
            }
            case 5, 6 -> insert(random.nextBoolean(), at, v, model);
            case 7 -> set(at, v, model);
            case 8 -> lookUp(at, model);
            case 9, 10 -> {
                if (size > 0) {
                    boolean head = random.nextBoolean();
                    list.pop(head);
                    model.remove(head ? 0 : size - 1);
                }
            }
            case 11 -> removeSome(random, at, model);
            default -> {
                int count = random.nextInt(12);
                list.delete(at, count);
                model.subList(at, Math.min(size, at + count)).clear();
            }
        }
    }

    private void insert(boolean behind, int at, byte[] v, List<byte[]> model) {
        if (list.seek(at)) {
            list.insert(behind, source, put(v));
            model.add(behind ? at + 1 : at, v);
        }
    }

    private void set(int at, byte[] v, List<byte[]> model) {
        if (!model.isEmpty()) {
            list.set(at, source, put(v));
            model.set(at, v);
        }
    }

    private void lookUp(int at, List<byte[]> model) {
        assertEquals(!model.isEmpty(), list.seek(at));
        if (!model.isEmpty()) {
            assertArrayEquals(model.get(at), here());
            assertTrue(list.equal(source, put(model.get(at))));
            assertFalse(list.equal(source, put(ascii("no such element"))));
        }
    }

    /** Removes every other element of some, forward or back. */
    private void removeSome(Random random, int at, List<byte[]> model) {
        boolean forward = random.nextBoolean();
        boolean more = list.seek(at);
        int here = at;
        for (int i = random.nextInt(8); i > 0 && more; i--) {
            if (i % 2 == 0) {
                more = list.remove(forward);
                model.remove(here);
                here -= forward ? 0 : 1;
            } else {
                more = forward ? list.next() : list.previous();
                here += forward ? 1 : -1;
            }
            if (more) {
                assertArrayEquals(model.get(here), here());
            }
        }
        list.finish();
    }

    @Test
    void fillsNodesByTheirSize() {
        list.create(root, -2, 0);
        for (int i = 0; i < 10_000; i++) {
            list.push(false, source, put(ascii("element:" + (100_000 + i))));
        }
        int perNode = 8192 / 16;
        assertTrue(list.nodes() <= 10_000 / (perNode - 3) + 1, () -> list.nodes() + " nodes");
        assertTrue(list.memory() <= 10_000 * 16 + list.nodes() * 110L + 8192, () -> list.memory() + " bytes");
    }

    @Test
    void keepsNodesBeyondTheDepthCompressed() {
        list.create(root, -1, 1);
        long plainBytes = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] v = ascii("a long element that repeats: " + i);
            plainBytes += v.length;
            list.push(i % 2 == 0, source, put(v));
        }
        assertTrue(list.memory() < plainBytes / 3, () -> list.memory() + " bytes");
        long before = list.memory();
        for (int i = 0; i < 5000; i += 97) {
            list.bind(root);
            assertTrue(list.seek(i));
            assertTrue(new String(here(), StandardCharsets.US_ASCII).startsWith("a long element"));
        }
        assertEquals(before, list.bind(root).memory());
    }

    @Test
    void compressesTheMiddleOfALongListThatHasNoDepth() {
        list.create(root, -2, 0);
        for (int i = 0; i < 200_000; i++) {
            list.push(true, source, put(ascii("element:" + (100_000 + i))));
        }
        assertTrue(list.memory() < 200_000 * 16 / 2, () -> list.memory() + " bytes");
        for (int i = 0; i < 199_999; i++) {
            list.pop(i % 3 == 0);
        }
        assertTrue(list.memory() <= 8192 + 48);
        assertEquals(1, list.size());
    }

    @Test
    void movesToAHeapOfItsOwnAndBack() {
        list.create(root, -2, 0);
        Random random = new Random(5);
        byte[] noise = new byte[1000];
        List<byte[]> model = new ArrayList<>();
        while (heaps.ownHeaps() == 0) {
            random.nextBytes(noise);
            list.push(model.size() % 2 == 0, source, put(noise));
            if (model.size() % 2 == 0) {
                model.addFirst(noise.clone());
            } else {
                model.addLast(noise.clone());
            }
        }
        check(model);
        assertTrue(list.memory() >= ValueHeaps.OWN_FROM);
        assertTrue(list.freeEffort() < 10);
        list.delete(100, model.size() - 200L);
        model.subList(100, model.size() - 100).clear();
        check(model);
        assertEquals(0, heaps.ownHeaps());
        list.free();
        assertEquals(0, heaps.usedBytes());
    }

    @Test
    void isFreedAtOnceInAHeapOfItsOwn() {
        list.create(root, -2, 1);
        byte[] noise = new byte[8000];
        new Random(1).nextBytes(noise);
        for (int i = 0; i < 700; i++) {
            list.push(true, source, put(noise));
        }
        assertEquals(1, heaps.ownHeaps());
        list.free();
        assertEquals(0, heaps.ownHeaps());
        assertEquals(0, heaps.usedBytes());
    }

    @Test
    void copiesAreEqualAndShareNothing() {
        Random random = new Random(9);
        list.create(root, -1, 1);
        List<byte[]> model = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            byte[] v = value(random);
            list.push(false, source, put(v));
            model.add(v);
        }
        ValueHeaps others = new ValueHeaps();
        Quicklist copy = new Quicklist(others);
        long other = outside.allocate(Quicklist.ROOT_BYTES);
        copy.create(other, 0, 0);
        copy.copyFrom(list);
        assertTrue(copy.memory() <= list.memory());
        assertEquals(others.usedBytes(), copy.memory());
        list.free();
        int i = 0;
        for (boolean more = copy.first(); more; more = copy.next()) {
            byte[] v = copy.isInteger() ? ascii(Long.toString(copy.integer())) : Memory.toArray(copy.string(), copy.length());
            assertArrayEquals(model.get(i++), v);
        }
        assertEquals(3000, i);
        others.drop();
    }

    @Test
    void becomesAListpackAndComesFromOne() {
        list.create(root, -2, 0);
        for (String s : List.of("a", "17", "", "b".repeat(100), "-5000")) {
            list.push(false, source, put(ascii(s)));
        }
        int bytes = list.packBytes();
        long pack = outside.allocate(bytes);
        list.toPack(pack);
        assertTrue(Listpack.validate(pack, bytes));
        assertEquals(5, Listpack.count(pack));
        list.free();
        list.create(root, -2, 0);
        list.appendPack(pack);
        list.appendPlain(source, put(ascii("plain")));
        list.appendPlain(source, 0);
        assertEquals(-1, list.packBytes());
        check(Arrays.asList(ascii("a"), ascii("17"), ascii(""), ascii("b".repeat(100)), ascii("-5000"), ascii("plain"), ascii("")));
    }

    @Test
    void knowsWhatIsTooLarge() {
        assertFalse(Quicklist.exceeds(-2, 8192, 100_000));
        assertTrue(Quicklist.exceeds(-2, 8193, 1));
        assertTrue(Quicklist.exceeds(-9, 65_537, 1));
        assertFalse(Quicklist.exceeds(4, 8192, 4));
        assertTrue(Quicklist.exceeds(4, 10, 5));
        assertTrue(Quicklist.exceeds(4, 8193, 1));
        assertFalse(Quicklist.exceeds(0, 10, 1));
    }
}
