package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryTest {
    @Test
    void copiesOverlappingRangesOfEverySize() {
        long at = Pages.map(Pages.PAGE);
        Random random = new Random(1);
        byte[] expected = new byte[400];
        for (int bytes = 0; bytes <= 150; bytes++) {
            for (int shift = -9; shift <= 9; shift++) {
                random.nextBytes(expected);
                Memory.copyFromArray(expected, 0, at, expected.length);
                Memory.copy(at + 100, at + 100 + shift, bytes);
                System.arraycopy(expected, 100, expected, 100 + shift, bytes);
                assertArrayEquals(expected, Memory.toArray(at, expected.length), bytes + " by " + shift);
            }
        }
        Pages.unmap(at, Pages.PAGE);
    }

    @Test
    void comparesAsUnsignedBytes() {
        long at = Pages.map(Pages.PAGE);
        for (int bytes = 0; bytes < 300; bytes++) {
            Memory.fill(at, bytes, (byte) 7);
            Memory.fill(at + 1001, bytes, (byte) 7);
            assertTrue(Memory.equal(at, at + 1001, bytes));
            assertEquals(0, Memory.compare(at, bytes, at + 1001, bytes));
            for (int i = 0; i < bytes; i++) {
                Memory.putByte(at + i, 0x80);
                assertTrue(!Memory.equal(at, at + 1001, bytes), "byte " + i + " of " + bytes);
                assertEquals(i, Memory.mismatch(at, at + 1001, bytes));
                assertTrue(Memory.compare(at, bytes, at + 1001, bytes) > 0);
                Memory.putByte(at + i, 7);
            }
        }
        assertTrue(Memory.compare(at, 3, at + 1001, 4) < 0);
        Pages.unmap(at, Pages.PAGE);
    }

    @Test
    void storesLittleEndian() {
        long at = Pages.map(16);
        Memory.putLong(at + 1, 0x0807060504030201L);
        assertArrayEquals(new byte[]{0, 1, 2, 3, 4, 5, 6, 7, 8, 0}, Memory.toArray(at, 10));
        assertEquals(0x0201, Memory.getUnsignedShort(at + 1));
        assertEquals(0x08070605, Memory.getInt(at + 5));
        Pages.unmap(at, 16);
    }

    @Test
    void refusesMemoryThatIsNotLive() {
        long at = Pages.map(Pages.PAGE);
        assertThrows(MemoryAccessError.class, () -> Memory.getLong(at + Pages.PAGE - 4 + 4096L * 4096 * 4096));
        Memory.dead(at + 64, 8);
        MemoryAccessError error = assertThrows(MemoryAccessError.class, () -> Memory.fill(at, 100, (byte) 1));
        assertEquals(at, error.address());
        assertTrue(error.getMessage().contains("from byte 64 on"), error.getMessage());
        assertThrows(MemoryAccessError.class, () -> Memory.getLong(at + 60));
        Memory.live(at + 64, 8);
        assertEquals(0, Memory.getLong(at + 60));
        Pages.unmap(at, Pages.PAGE);
        assertThrows(MemoryAccessError.class, () -> Memory.getByte(at));
        assertThrows(MemoryAccessError.class, () -> Memory.putInt(0, 1));
        assertThrows(MemoryAccessError.class, () -> Memory.putInt(-8, 1));
    }

    @Test
    void releasesMappingsPieceByPiece() {
        long before = Pages.mappedBytes();
        long at = Pages.mapAligned(5L << 20, Pages.HUGE);
        assertEquals(0, at & Pages.HUGE - 1);
        Pages.releaseLater(at, 5L << 20);
        assertThrows(MemoryAccessError.class, () -> Memory.getByte(at));
        while (Pages.releaseSome(1 << 20)) {
            Thread.onSpinWait();
        }
        assertEquals(0, Pages.releaseBytes());
        assertTrue(Pages.mappedBytes() <= before);
    }

    @Test
    void hashesArraysLikeMemoryAndUsesEveryByteAndTheSeed() {
        long at = Pages.map(Pages.PAGE);
        byte[] bytes = new byte[300];
        new Random(3).nextBytes(bytes);
        Memory.copyFromArray(bytes, 0, at, bytes.length);
        for (int length = 0; length < 260; length++) {
            long hash = Hashing.hash(at + 5, length, 42);
            assertEquals(hash, Hashing.hash(bytes, 5, length, 42), "length " + length);
            assertTrue(hash != Hashing.hash(at + 5, length, 43));
            for (int i = 0; i < length; i++) {
                byte[] changed = Arrays.copyOfRange(bytes, 5, 5 + length);
                changed[i] ^= 0x10;
                assertTrue(hash != Hashing.hash(changed, 0, length, 42), "byte " + i + " of " + length);
            }
        }
        Pages.unmap(at, Pages.PAGE);
    }

    @Test
    void spreadsSimilarKeysEvenly() {
        int[] low = new int[1 << 12];
        int[] high = new int[1 << 8];
        byte[] key = new byte[16];
        for (int i = 0; i < 1 << 18; i++) {
            for (int p = 15, rest = i; p >= 0; p--, rest /= 10) {
                key[p] = (byte) ('0' + rest % 10);
            }
            long hash = Hashing.hash(key, 0, 16, 1);
            low[(int) hash & low.length - 1]++;
            high[(int) (hash >>> 56)]++;
        }
        assertTrue(Arrays.stream(low).allMatch(n -> n > 20 && n < 120));
        assertTrue(Arrays.stream(high).allMatch(n -> n > 850 && n < 1200));
    }
}
