package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HeapTest {
    private static int size(Random random) {
        int kind = random.nextInt(1000);
        if (kind < 850) {
            return random.nextInt(300);
        }
        return kind < 980 ? random.nextInt(20_000) : kind < 998 ? random.nextInt(1 << 20) : (1 << 20) + random.nextInt(3 << 20);
    }

    private record Block(long address, int bytes, int usable, byte mark) {
    }

    private static void check(Block block) {
        assertEquals(block.mark, Memory.getByte(block.address));
        assertEquals(block.mark, Memory.getByte(block.address + block.bytes - 1));
        assertEquals(block.mark, Memory.getByte(block.address + block.bytes / 2));
    }

    private static Block mark(Heap heap, long address, int bytes, Random random) {
        byte mark = (byte) random.nextInt();
        Memory.fill(address, bytes, mark);
        return new Block(address, bytes, heap.usable(address), mark);
    }

    @Test
    void keepsBlocksApartAndCountsExactly() {
        Random random = new Random(11);
        try (Heap heap = new Heap()) {
            List<Block> blocks = new ArrayList<>();
            long used = 0;
            for (int i = 0; i < 60_000; i++) {
                boolean grow = i % 20_000 < 12_000;
                int action = random.nextInt(10);
                if (blocks.isEmpty() || action < (grow ? 6 : 3)) {
                    int bytes = size(random) + 1;
                    Block block = mark(heap, heap.allocate(bytes), bytes, random);
                    assertEquals(0, block.address & 7);
                    assertTrue(block.usable >= bytes);
                    assertEquals(Heap.sizeOf(bytes), block.usable);
                    used += block.usable;
                    blocks.add(block);
                } else {
                    int at = random.nextInt(blocks.size());
                    Block block = blocks.get(at);
                    check(block);
                    used -= block.usable;
                    Block last = blocks.removeLast();
                    if (at < blocks.size()) {
                        blocks.set(at, last);
                    }
                    if (action < 8) {
                        heap.free(block.address);
                    } else {
                        int bytes = random.nextBoolean() ? size(random) + 1 : Math.max(1, block.bytes + random.nextInt(9000) - 4500);
                        long moved = heap.reallocate(block.address, bytes);
                        check(new Block(moved, Math.min(bytes, block.bytes), 0, block.mark));
                        Block now = mark(heap, moved, bytes, random);
                        used += now.usable;
                        blocks.add(now);
                    }
                }
                assertEquals(used, heap.usedBytes());
            }
            TreeMap<Long, Block> sorted = new TreeMap<>();
            blocks.forEach(block -> sorted.put(block.address, block));
            long end = 0;
            for (Block block : sorted.values()) {
                assertTrue(block.address >= end, "blocks overlap");
                end = block.address + block.usable;
                check(block);
                heap.free(block.address);
            }
            assertEquals(0, heap.usedBytes());
            assertTrue(heap.mappedBytes() <= 100L * Pages.HUGE, "mapped " + heap.mappedBytes());
        }
    }

    @Test
    void sizesGrowBySmallSteps() {
        int before = 8;
        for (int bytes = 1; bytes <= 3 << 20; bytes += bytes < 40_000 ? 1 : 977) {
            int size = Heap.sizeOf(bytes);
            assertTrue(size >= bytes && size >= before && size % 8 == 0, "size " + size + " for " + bytes);
            assertTrue(size - bytes < 8 || size <= bytes * 9 / 8 + 16 || bytes > 16 << 10 && size - bytes < 4096, size + " for " + bytes);
            before = size;
        }
    }

    @Test
    void alignsPowersOfTwo() {
        try (Heap heap = new Heap()) {
            for (int bytes = 64; bytes <= 4096; bytes *= 2) {
                for (int i = 0; i < 50; i++) {
                    assertEquals(0, heap.allocate(bytes) & bytes - 1);
                }
            }
        }
    }

    @Test
    void givesEmptyChunksBack() {
        try (Heap heap = new Heap()) {
            long[] blocks = new long[200_000];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = heap.allocate(100);
            }
            assertTrue(heap.mappedBytes() >= 20_000_000);
            for (long block : blocks) {
                heap.free(block);
            }
            assertEquals(0, heap.usedBytes());
            assertTrue(heap.mappedBytes() <= 2L * Pages.HUGE);
        }
    }

    @Test
    void dropForgetsEverythingAtOnce() {
        Heap heap = new Heap(true);
        long block = 0;
        for (int i = 0; i < 100_000; i++) {
            block = heap.allocate(100);
        }
        long large = heap.allocate(3 << 20);
        heap.drop();
        long freed = block;
        assertThrows(MemoryAccessError.class, () -> Memory.getByte(freed));
        assertThrows(MemoryAccessError.class, () -> Memory.getByte(large));
        assertEquals(0, heap.usedBytes());
        assertEquals(0, heap.mappedBytes());
        assertTrue(heap.allocate(10) != 0);
        heap.close();
        assertFalse(Heap.releaseSome(1));
    }

    @Test
    void finds512MegabyteBlocks() {
        try (Heap heap = new Heap()) {
            int bytes = (512 << 20) + 64;
            long block = heap.allocate(bytes);
            assertTrue(heap.usable(block) >= bytes);
            Memory.putByte(block + bytes - 1, 5);
            heap.free(block);
            assertThrows(IllegalArgumentException.class, () -> heap.allocate(Integer.MAX_VALUE));
            assertThrows(IllegalArgumentException.class, () -> heap.allocate(-1));
        }
    }

    @Test
    void detectsUseAfterFreeAndDoubleFree() {
        try (Heap heap = new Heap(); Heap other = new Heap()) {
            for (int bytes : new int[]{8, 56, 5000, 30_000, 2 << 20}) {
                long block = heap.allocate(bytes);
                long kept = heap.allocate(bytes);
                Memory.putByte(block + bytes - 1, 1);
                assertThrows(MemoryAccessError.class, () -> Memory.putByte(kept + heap.usable(kept), 1));
                assertThrows(MemoryAccessError.class, () -> other.free(block));
                if (bytes > 8) {
                    assertThrows(MemoryAccessError.class, () -> heap.free(block + 8));
                }
                heap.free(block);
                assertThrows(MemoryAccessError.class, () -> Memory.getByte(block));
                assertThrows(MemoryAccessError.class, () -> heap.free(block));
                heap.free(kept);
            }
        }
    }

    @Test
    void tellsBlocksInSparseSlabs() {
        try (Heap heap = new Heap()) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                blocks.add(heap.allocate(56));
            }
            assertFalse(heap.sparse(blocks.getFirst()));
            for (int i = 1; i < 250; i++) {
                heap.free(blocks.get(i));
            }
            assertTrue(heap.sparse(blocks.getFirst()));
        }
    }
}
