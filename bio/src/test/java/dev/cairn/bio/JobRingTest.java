package dev.cairn.bio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class JobRingTest {
    @Test
    void isFirstInFirstOutAndBounded() {
        JobRing<Integer> ring = new JobRing<>(4);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 4; i++) {
                assertTrue(ring.hasRoom());
                assertTrue(ring.offer(round * 4 + i));
            }
            assertFalse(ring.hasRoom());
            assertFalse(ring.offer(-1));
            for (int i = 0; i < 4; i++) {
                assertTrue(ring.hasElements());
                assertEquals(round * 4 + i, ring.poll());
            }
            assertNull(ring.poll());
            assertFalse(ring.hasElements());
        }
        assertEquals(40, ring.offered());
    }

    @Test
    void letsNothingInAfterTheCloseAndEverythingOut() {
        JobRing<Integer> ring = new JobRing<>(4);
        ring.offer(1);
        ring.offer(2);
        ring.close();
        ring.close();
        assertTrue(ring.closed());
        assertFalse(ring.offer(3));
        assertFalse(ring.hasRoom());
        assertFalse(ring.finished());
        assertEquals(1, ring.poll());
        assertEquals(2, ring.poll());
        assertNull(ring.poll());
        assertTrue(ring.finished());
        assertEquals(2, ring.offered());
    }

    @Test
    void wantsAPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new JobRing<Integer>(3));
    }

    /** A tiny ring, so that full, empty and the wrap meet at every step; two on each side. */
    @Test
    void losesAndDoublesNothingBetweenThreads() throws Exception {
        JobRing<Integer> ring = new JobRing<>(2);
        int each = 20_000;
        AtomicInteger finished = new AtomicInteger();
        AtomicLong sum = new AtomicLong();
        AtomicInteger count = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 1; i <= each; i++) {
                    while (!ring.offer(i)) {
                        LockSupport.parkNanos(1);
                    }
                }
                if (finished.incrementAndGet() == 2) {
                    ring.close();
                }
            }));
            threads.add(Thread.ofPlatform().start(() -> {
                while (!ring.finished()) {
                    Integer n = ring.poll();
                    if (n == null) {
                        LockSupport.parkNanos(1);
                    } else {
                        sum.addAndGet(n);
                        count.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertEquals(2 * each, count.get());
        assertEquals(2L * each * (each + 1) / 2, sum.get());
    }

    /**
     * The hand-over with sleep: a consumer that parks whenever it sees nothing, and a producer that waits for each element's end before it
     * gives the next. A wake-up that is lost leaves both waiting, and the test's time runs out.
     */
    @Test
    void losesNoWakeUp() throws Exception {
        JobRing<Integer> ring = new JobRing<>(2);
        AtomicLong done = new AtomicLong();
        AtomicInteger sleeping = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(1);
        Thread consumer = Thread.ofPlatform().start(() -> {
            while (!ring.finished()) {
                if (ring.poll() != null) {
                    done.incrementAndGet();
                    continue;
                }
                sleeping.set(1);
                if (!ring.hasElements() && !ring.closed()) {
                    LockSupport.park();
                }
                sleeping.set(0);
            }
            ended.countDown();
        });
        for (int i = 1; i <= 50_000; i++) {
            assertTrue(ring.offer(i));
            if (sleeping.get() != 0) {
                LockSupport.unpark(consumer);
            }
            for (int looks = 0; done.get() < i; looks++) {
                if (looks < 1000) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(1); // the consumer may need the only processor
                }
            }
        }
        ring.close();
        LockSupport.unpark(consumer);
        ended.await();
        assertEquals(50_000, done.get());
    }
}
