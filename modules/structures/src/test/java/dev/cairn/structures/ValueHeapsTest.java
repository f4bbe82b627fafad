package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ValueHeapsTest {
    private final ValueHeaps heaps = new ValueHeaps();

    @AfterEach
    void dropAll() {
        heaps.drop();
    }

    @Test
    void countsTheBlocksOfAllHeaps() {
        heaps.heap(0).allocate(64);
        int own = heaps.open();
        heaps.heap(own).allocate(128);
        assertEquals(64 + 128, heaps.usedBytes());
        heaps.close(own);
        assertEquals(64, heaps.usedBytes());
    }

    @Test
    void usesANumberAgainOnceItsHeapIsClosed() {
        int first = heaps.open();
        int second = heaps.open();
        assertNotEquals(first, second);
        heaps.close(first);
        assertEquals(first, heaps.open());
        assertEquals(2, heaps.ownHeaps());
    }

    @Test
    void keepsManyHeapsApart() {
        Heap[] opened = new Heap[20];
        int[] numbers = new int[20];
        for (int i = 0; i < 20; i++) {
            numbers[i] = heaps.open();
            opened[i] = heaps.heap(numbers[i]);
        }
        for (int i = 0; i < 20; i++) {
            assertSame(opened[i], heaps.heap(numbers[i]));
        }
        for (int i = 0; i < 20; i += 2) {
            heaps.close(numbers[i]);
        }
        assertEquals(10, heaps.ownHeaps());
        assertThrows(IllegalArgumentException.class, () -> heaps.heap(numbers[0]));
    }

    @Test
    void neverClosesTheSharedHeapAlone() {
        assertThrows(IllegalArgumentException.class, () -> heaps.close(0));
    }
}
