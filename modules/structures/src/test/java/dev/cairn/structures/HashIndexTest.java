package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashIndexTest {
    /** Records of one long, their key; the mask makes hashes collide. */
    private record Longs(long hashMask) implements Records {
        @Override
        public boolean keyEquals(long record, long keyAddress, int keyLength) {
            return Memory.getLong(record) == Memory.getLong(keyAddress);
        }

        @Override
        public long hash(long record) {
            return of(Memory.getLong(record));
        }

        long of(long key) {
            return (key * 0x9e3779b97f4a7c15L ^ key * 0xd1b54a32d192ed03L >>> 32) & hashMask;
        }
    }

    private final Heap heap = new Heap();
    private final long probe = heap.allocate(8);
    private Longs longs = new Longs(-1);
    private HashIndex index = new HashIndex(heap, longs);

    @AfterEach
    void close() {
        index.drop();
        heap.close();
    }

    private void use(long hashMask) {
        longs = new Longs(hashMask);
        index = new HashIndex(heap, longs);
    }

    private long find(long key) {
        Memory.putLong(probe, key);
        return index.find(longs.of(key), probe, 8);
    }

    private long insert(long key) {
        long record = heap.allocate(8);
        Memory.putLong(record, key);
        index.insert(longs.of(key), record);
        return record;
    }

    private boolean remove(long key) {
        Memory.putLong(probe, key);
        long record = index.remove(longs.of(key), probe, 8);
        if (record != 0) {
            heap.free(record);
        }
        return record != 0;
    }

    private void behavesLikeAMap(long seed, int steps, int keys) {
        Random random = new Random(seed);
        Map<Long, Long> model = new HashMap<>();
        for (int i = 0; i < steps; i++) {
            boolean grow = i / (steps / 4) % 2 == 0;
            long key = random.nextInt(keys);
            long record = model.getOrDefault(key, 0L);
            assertEquals(record, find(key));
            if (record == 0 && random.nextInt(10) < (grow ? 9 : 2)) {
                model.put(key, insert(key));
            } else if (record != 0 && random.nextInt(10) < (grow ? 2 : 9)) {
                assertTrue(remove(key));
                model.remove(key);
            } else if (record != 0 && random.nextInt(4) == 0) {
                long moved = heap.allocate(8);
                Memory.putLong(moved, key);
                assertTrue(index.replace(longs.of(key), record, moved));
                assertFalse(index.replace(longs.of(key), record, moved));
                heap.free(record);
                model.put(key, moved);
            }
            if (random.nextInt(50) == 0) {
                index.rehashStep(3);
            }
            assertEquals(model.size(), index.size());
        }
        Set<Long> seen = new HashSet<>();
        index.forEach(record -> assertTrue(seen.add(record)));
        assertEquals(new HashSet<>(model.values()), seen);
        for (long key : model.keySet()) {
            assertTrue(index.touch(longs.of(key)) != 0);
            assertTrue(remove(key));
        }
        assertEquals(0, index.size());
        while (index.rehashStep(100)) {
            Thread.onSpinWait();
        }
        index.clear();
        assertEquals(0, index.bytes());
        assertEquals(8, heap.usedBytes(), "only the probe is left");
    }

    @Test
    void behavesLikeAMapWhileItGrowsAndShrinks() {
        behavesLikeAMap(21, 200_000, 60_000);
    }

    @Test
    void behavesLikeAMapWithFewKeys() {
        for (int keys = 4; keys < 600; keys *= 2) {
            behavesLikeAMap(keys, 4_000, keys);
        }
    }

    @Test
    void behavesLikeAMapWhenHashesCollide() {
        use(0xf000_0000_0000_000fL);
        behavesLikeAMap(22, 20_000, 2_000);
        use(0);
        behavesLikeAMap(23, 6_000, 300);
    }

    @Test
    void findsAMillionKeysAndStaysCompact() {
        int n = 1_000_000;
        double worst = 0;
        for (int i = 0; i < n; i++) {
            insert(i);
            if (i > 1000 && !index.rehashing()) {
                worst = Math.max(worst, (double) index.bytes() / (i + 1));
            }
        }
        for (int i = 0; i < n; i += 7) {
            assertTrue(find(i) != 0);
            assertTrue(find(i + n) == 0);
        }
        assertTrue(worst < 21, worst + " bytes a record");
        index.drop();
        heap.drop();
        assertEquals(0, index.size());
    }

    @Test
    void scanReturnsWhatIsThereAllTheTime() {
        for (int seed = 0; seed < 30; seed++) {
            use(-1);
            scanWhileChanging(new Random(seed), seed % 3);
            index.forEach(heap::free);
            index.clear();
        }
    }

    private void scanWhileChanging(Random random, int kind) {
        int kept = 200 + random.nextInt(2000);
        int others = kind == 0 ? 0 : 30_000;
        for (int i = 0; i < kept + others; i++) {
            insert(i);
        }
        long next = 1_000_000;
        long removable = kept;
        Set<Long> seen = new HashSet<>();
        long cursor = 0;
        int calls = 0;
        do {
            cursor = index.scan(cursor, record -> seen.add(Memory.getLong(record)));
            int changes = random.nextInt(60);
            for (int i = 0; i < changes; i++) {
                if (kind == 0 && next < 1_060_000) {
                    insert(next++);
                } else if (kind == 1 && removable < kept + others) {
                    assertTrue(remove(removable++));
                } else if (kind == 2) {
                    if (removable < kept + others && random.nextInt(3) > 0) {
                        assertTrue(remove(removable++));
                    } else if (next < 1_060_000) {
                        insert(next++);
                    }
                }
            }
            calls++;
        } while (cursor != 0);
        assertTrue(calls > 10);
        for (long i = 0; i < kept; i++) {
            assertTrue(seen.contains(i), "kind " + kind + " lost " + i + " of " + kept);
        }
    }

    @Test
    void scanOfAQuietIndexReturnsEachRecordOnce() {
        for (int n : new int[]{1, 7, 8, 100, 5000, 20_000}) {
            for (int i = 0; i < n; i++) {
                insert(i);
            }
            while (index.rehashStep(1000)) {
                Thread.onSpinWait();
            }
            Set<Long> seen = new HashSet<>();
            long cursor = 0;
            do {
                cursor = index.scan(cursor, record -> assertTrue(seen.add(record)));
            } while (cursor != 0);
            assertEquals(n, seen.size());
            index.forEach(heap::free);
            index.clear();
        }
        assertEquals(0, index.scan(0, record -> {
            throw new AssertionError("nothing is there");
        }));
    }

    @Test
    void randomRecordsReachEverything() {
        Random random = new Random(5);
        assertEquals(0, index.randomRecord(random));
        int n = 500;
        for (int i = 0; i < n; i++) {
            insert(i);
        }
        int[] hits = new int[n];
        for (int i = 0; i < 200 * n; i++) {
            hits[(int) Memory.getLong(index.randomRecord(random))]++;
        }
        for (int hit : hits) {
            assertTrue(hit > 120 && hit < 290, hit + " hits of 200 expected");
        }
        Set<Long> sampled = new HashSet<>();
        int visited = index.sample(50, random, record -> assertTrue(sampled.add(record)));
        assertEquals(sampled.size(), visited);
        assertTrue(visited >= 50 && visited < 80);
    }

    @Test
    void candidateIsTheRecordInAQuietBucket() {
        long record = insert(77);
        assertEquals(record, index.candidate(longs.of(77)));
        assertEquals(0, index.candidate(longs.of(78)));
    }

    @Test
    void avoidingResizesLastsUntilTheLoadIsHigh() {
        index.resizePolicy(HashIndex.ResizePolicy.AVOID);
        for (int i = 0; i < 35; i++) {
            insert(i);
        }
        assertEquals(1, index.buckets());
        insert(35);
        assertEquals(8, index.buckets());
        for (int i = 0; i < 36; i++) {
            assertTrue(remove(i));
        }
        assertEquals(8, index.buckets());
    }

    @Test
    void smallIndexesAreSmall() {
        for (int i = 0; i < 7; i++) {
            insert(i);
        }
        assertEquals(64, index.bytes());
        for (int i = 7; i < 200; i++) {
            insert(i);
        }
        assertTrue(index.bytes() <= 3000, index.bytes() + " bytes");
        assertEquals(0, index.mappedBytes());
    }
}
