package dev.cairn.iothreads;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hands works over from thread to thread behaves, however its two sides interleave, as if one did after the other. */
@Timeout(900)
class HandOverTest {
    private static ModelCheckingOptions modelled() {
        return new ModelCheckingOptions().iterations(10).invocationsPerIteration(300).threads(2).actorsPerThread(4).actorsBefore(1)
                .actorsAfter(1);
    }

    private static StressOptions stressed() {
        return new StressOptions().iterations(10).invocationsPerIteration(2000).threads(2).actorsPerThread(5).actorsBefore(1)
                .actorsAfter(1);
    }

    /** A ring of two places: full and empty come often. */
    public static class OfRing {
        private final Ring<Integer> ring = new Ring<>(2);
        private int next;

        @Operation(nonParallelGroup = "producer")
        public boolean offer() {
            return ring.offer(next++);
        }

        @Operation(nonParallelGroup = "consumer")
        public Integer poll() {
            return ring.poll();
        }

        @Operation(nonParallelGroup = "consumer")
        public boolean isEmpty() {
            return ring.isEmpty();
        }

        @Operation
        public long offered() {
            return ring.offered();
        }
    }

    @Test
    void ringBehaves() {
        modelled().check(OfRing.class);
        stressed().check(OfRing.class);
    }

    /** A list that main deals two works to at a time, and sees the sum of what the worker has done. */
    public static class OfList {
        private final DealtList list = new DealtList();
        private int sum;
        private int next = 1;

        @Operation(nonParallelGroup = "main")
        public int deal() {
            if (list.pending() != 0) {
                return -1;
            }
            int before = sum;
            for (int i = 0; i < 2; i++) {
                int value = next++;
                list.add(() -> sum += value);
            }
            list.publish();
            return before;
        }

        @Operation(nonParallelGroup = "main")
        public int look() {
            return list.pending() != 0 ? -1 : sum;
        }

        @Operation(nonParallelGroup = "worker")
        public boolean work() {
            if (list.pending() == 0) {
                return false;
            }
            list.runAll();
            return true;
        }
    }

    @Test
    void dealtListBehaves() {
        modelled().check(OfList.class);
        stressed().check(OfList.class);
    }

    /** A thread that sleeps until something was published, and one that publishes. */
    private static void publishAndAwait() {
        AtomicBoolean published = new AtomicBoolean();
        Sleeper sleeper = new Sleeper();
        Thread awaits = new Thread(() -> {
            while (!published.get()) {
                sleeper.sleepUnless(published::get);
            }
        });
        awaits.start();
        published.set(true);
        sleeper.wake();
        try {
            awaits.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sleeperMissesNoWakeUp() {
        Lincheck.runConcurrentTest(500, HandOverTest::publishAndAwait);
    }
}
