package dev.cairn.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cairn.api.io.Loop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class EventLoopTest {
    private static final EventLoop.Hooks NONE = new EventLoop.Hooks() {
    };

    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private EventLoop loop;

    @BeforeEach
    void open() throws IOException {
        loop = new EventLoop(failures::add);
    }

    @AfterEach
    void close() {
        loop.close();
        assertEquals(List.of(), failures);
    }

    @Test
    void tellsOfReadabilityUntilTheBytesAreRead() throws IOException {
        try (Pair pair = new Pair()) {
            Loop.Watch watch = loop.watch(pair.near(), (r, w) -> log.add(r + " " + w));
            watch.interest(true, false);
            pair.send(2);
            turn();
            turn();
            assertEquals(List.of("true false", "true false"), log);
            assertEquals(2, pair.receive(10));
            turn();
            assertEquals(2, log.size());
            watch.close();
        }
    }

    @Test
    void tellsOfBothAtOnceWhenBothAreWanted() throws IOException {
        try (Pair pair = new Pair()) {
            Loop.Watch watch = loop.watch(pair.near(), (r, w) -> log.add(r + " " + w));
            watch.interest(true, true);
            turn();
            pair.send(1);
            turn();
            watch.interest(false, true);
            turn();
            watch.interest(false, false);
            turn();
            watch.interest(true, false);
            turn();
            assertEquals(List.of("false true", "true true", "false true", "true false"), log);
            watch.close();
        }
    }

    @Test
    void tellsNothingWithoutInterestEvenOfAHangUp() throws IOException {
        try (Pair pair = new Pair()) {
            Loop.Watch watch = loop.watch(pair.near(), (r, w) -> log.add(r + " " + w));
            pair.send(1);
            turn();
            pair.closeFar();
            turn();
            turn();
            assertEquals(List.of(), log);
            watch.interest(true, false);
            turn();
            assertEquals(List.of("true true"), log);
            watch.close();
        }
    }

    @Test
    void dropsEventsOfADescriptorThatWasClosedAndReusedInTheSameTurn() throws IOException {
        Pair[] pairs = {new Pair(), new Pair()};
        Loop.Watch[] watches = new Loop.Watch[2];
        List<AutoCloseable> reopened = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            watches[i] = loop.watch(pairs[i].near(), (r, w) -> {
                log.add("old");
                watches[other].close();
                pairs[other].close();
                int fd = pairs[other].near();
                Pair again = new Pair();
                while (again.near() != fd) {
                    reopened.add(again);
                    again = new Pair();
                }
                reopened.add(again);
                try {
                    watches[other] = loop.watch(fd, (r2, w2) -> log.add("new"));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                watches[other].interest(true, false);
            });
            watches[i].interest(true, false);
            pairs[i].send(1);
        }
        turn();
        assertEquals(List.of("old"), log);
        for (int i = 0; i < 2; i++) {
            watches[i].close();
            watches[i].close();
            pairs[i].close();
        }
        for (AutoCloseable c : reopened) {
            assertTrue(c instanceof Pair);
            ((Pair) c).close();
        }
    }

    @Test
    void aWatchClosesItselfInItsHandler() throws IOException {
        try (Pair pair = new Pair()) {
            Loop.Watch[] watch = new Loop.Watch[1];
            watch[0] = loop.watch(pair.near(), (r, w) -> {
                log.add("ready");
                watch[0].close();
                watch[0].interest(true, true);
            });
            watch[0].interest(true, true);
            pair.send(1);
            turn();
            turn();
            assertEquals(List.of("ready"), log);
        }
    }

    @Test
    void refusesWhatCannotBeWatched() throws IOException {
        assertThrows(IOException.class, () -> loop.watch(-1, (r, w) -> {}));
        assertThrows(IOException.class, () -> loop.watch(1 << 20, (r, w) -> {}));
        try (Pair pair = new Pair()) {
            Loop.Watch watch = loop.watch(pair.near(), (r, w) -> {});
            assertThrows(IllegalStateException.class, () -> loop.watch(pair.near(), (r, w) -> {}));
            watch.close();
            loop.watch(pair.near(), (r, w) -> {}).close();
        }
    }

    @Test
    void handlesMoreReadyDescriptorsThanOneTurnTakes() throws IOException {
        int count = 1500;
        Pair[] pairs = new Pair[count];
        AtomicInteger handled = new AtomicInteger();
        Loop.Watch[] watches = new Loop.Watch[count];
        for (int i = 0; i < count; i++) {
            Pair pair = new Pair();
            pairs[i] = pair;
            watches[i] = loop.watch(pair.near(), (r, w) -> {
                pair.receive(8);
                handled.incrementAndGet();
            });
            watches[i].interest(true, false);
            pair.send(1);
        }
        turn();
        turn();
        assertEquals(count, handled.get());
        for (int i = 0; i < count; i++) {
            watches[i].close();
            pairs[i].close();
        }
    }

    @Test
    void aNestedPollHandlesEventsButNeitherPostsNorTimers() throws IOException {
        try (Pair one = new Pair(); Pair two = new Pair()) {
            loop.after(Duration.ZERO, () -> log.add("timer"));
            Loop.Watch second = loop.watch(two.near(), (r, w) -> {
                two.receive(8);
                log.add("two");
                assertEquals(0, loop.pollNow(10));
            });
            second.interest(true, false);
            Loop.Watch first = loop.watch(one.near(), (r, w) -> {
                one.receive(8);
                two.send(1);
                loop.post(() -> log.add("post"));
                assertEquals(1, loop.pollNow(10));
                log.add("one");
            });
            first.interest(true, false);
            one.send(1);
            turn();
            assertEquals(List.of("two", "one"), log.subList(0, 2));
            first.close();
            second.close();
        }
    }

    @Test
    void runsTimersInTheOrderOfTheirDeadlines() {
        // a deadline counts from the call that sets it: on a busy machine the calls themselves may take longer than what lies between the deadlines
        List<Loop.Timer> timers = new ArrayList<>();
        long start;
        do {
            timers.forEach(Loop.Timer::cancel);
            timers.clear();
            start = System.nanoTime();
            setTimersOutOfOrder(timers, start);
        } while (System.nanoTime() - start >= 1_000_000);
        loop.run(NONE);
        assertEquals(List.of("5", "10", "20"), log);
    }

    private void setTimersOutOfOrder(List<Loop.Timer> timers, long start) {
        timers.add(loop.after(Duration.ofMillis(20), () -> {
            log.add("20");
            assertTrue(System.nanoTime() - start >= 20_000_000);
            loop.stop();
        }));
        timers.add(loop.after(Duration.ofMillis(5), () -> log.add("5")));
        timers.add(loop.after(Duration.ofMillis(10), () -> log.add("10")));
        Loop.Timer cancelled = loop.after(Duration.ofMillis(8), () -> log.add("8"));
        timers.add(cancelled);
        timers.add(loop.after(Duration.ofMillis(6), cancelled::cancel));
    }

    @Test
    void aHeapOfManyTimersKeepsItsOrderThroughCancellations() {
        TimerHeap heap = new TimerHeap();
        java.util.Random random = new java.util.Random(7);
        List<TimerHeap.Entry> entries = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            long deadline = random.nextInt(1000);
            TimerHeap.Entry entry = heap.new Entry(() -> log.add(Long.toString(deadline)), -1);
            heap.add(entry, deadline);
            entries.add(entry);
            if (i % 3 == 0) {
                entries.get(random.nextInt(entries.size())).cancel();
            }
        }
        int size = heap.size();
        long last = -1;
        TimerHeap.Entry entry;
        while ((entry = heap.poll(Long.MAX_VALUE - 1)) != null) {
            log.clear();
            entry.task().run();
            long deadline = Long.parseLong(log.getFirst());
            assertTrue(deadline >= last);
            last = deadline;
            expected.add(deadline);
        }
        assertEquals(size, expected.size());
        assertTrue(size < 5000 && size > 3000);
        assertEquals(Long.MAX_VALUE, heap.nearest());
    }

    @Test
    void repeatsUntilCancelledAndAlsoAfterAFailure() {
        Loop.Timer[] timer = new Loop.Timer[1];
        timer[0] = loop.every(Duration.ofMillis(1), () -> {
            log.add("tick");
            if (log.size() == 3) {
                timer[0].cancel();
                loop.after(Duration.ofMillis(10), loop::stop);
            }
            if (log.size() == 1) {
                throw new IllegalStateException("once");
            }
        });
        loop.run(NONE);
        assertEquals(3, log.size());
        assertEquals("once", failures.removeFirst().getMessage());
    }

    @Test
    void aTimerOfNoDelaySetByATimerWaitsForTheNextTurn() {
        loop.after(Duration.ZERO, () -> {
            log.add("first");
            loop.after(Duration.ZERO, () -> log.add("second"));
        });
        while (log.isEmpty()) {
            turn();
        }
        assertEquals(List.of("first"), log);
        while (log.size() < 2) {
            turn();
        }
    }

    @Test
    void runsPostsOfManyThreadsEachInOrder() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        int[] next = new int[threads];
        AtomicInteger done = new AtomicInteger();
        List<Thread> posters = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int id = t;
            posters.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    int number = i;
                    loop.post(() -> {
                        assertTrue(loop.onMain());
                        assertEquals(number, next[id]++);
                        if (done.incrementAndGet() == threads * each) {
                            loop.stop();
                        }
                    });
                }
            }));
        }
        loop.run(NONE);
        for (Thread t : posters) {
            t.join();
        }
        assertEquals(threads * each, done.get());
    }

    @Test
    void aPostWakesASleepingLoop() throws InterruptedException {
        AtomicInteger trips = new AtomicInteger();
        Thread other = Thread.ofPlatform().start(() -> {
            for (int i = 1; i <= 200; i++) {
                loop.post(trips::incrementAndGet);
                while (trips.get() < i) {
                    Thread.onSpinWait();
                }
            }
            loop.stop();
        });
        loop.run(NONE);
        other.join();
        assertEquals(200, trips.get());
        assertTrue(loop.stopped());
    }

    @Test
    void aPostOfAPostRunsInTheNextTurn() {
        loop.post(() -> {
            log.add("a");
            loop.post(() -> log.add("c"));
        });
        loop.post(() -> log.add("b"));
        turn();
        assertEquals(List.of("a", "b"), log);
        turn();
        assertEquals(List.of("a", "b", "c"), log);
    }

    @Test
    void hooksRunAroundTheSleepAndFailuresKeepTheLoopAlive() throws IOException {
        try (Pair pair = new Pair()) {
            IllegalStateException broken = new IllegalStateException("broken");
            Loop.Watch watch = loop.watch(pair.near(), (r, w) -> {
                log.add("event");
                throw broken;
            });
            watch.interest(true, false);
            pair.send(1);
            loop.post(() -> {
                log.add("post");
                throw broken;
            });
            loop.turn(new EventLoop.Hooks() {
                @Override
                public void beforeSleep() {
                    log.add("before");
                    throw broken;
                }

                @Override
                public void afterSleep() {
                    log.add("after");
                    throw broken;
                }
            });
            assertEquals(List.of("before", "after", "event", "post"), log);
            assertEquals(4, failures.size());
            assertSame(broken, failures.getFirst());
            failures.clear();
            watch.close();
        }
    }

    @Test
    void doesNotSleepWhenToldSo() {
        loop.dontSleep(true);
        loop.turn(NONE);
        loop.turn(NONE);
        loop.dontSleep(false);
        assertFalse(loop.stopped());
    }

    @Test
    void theClockStandsStillBetweenRefreshesAndShowsTheWallTime() {
        Clock clock = loop.clock();
        long micros = clock.micros();
        while (clock.exactMicros() == micros) {
            Thread.onSpinWait();
        }
        assertEquals(micros, clock.micros());
        long before = wallMicros();
        long monotonicBefore = System.nanoTime() / 1000;
        clock.refresh();
        assertTrue(clock.micros() > before - 1_000_000 && clock.micros() < wallMicros() + 1_000_000);
        assertTrue(clock.monotonicMicros() >= monotonicBefore - 1 && clock.monotonicMicros() <= System.nanoTime() / 1000 + 1);
        assertEquals(clock.micros() / 1000, clock.millis());
        assertEquals(clock.micros() / 1_000_000, clock.seconds());
    }

    private static long wallMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }

    @Test
    void aTurnWithEventsAndTimersAllocatesNothing() throws IOException {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Pair pair = new Pair()) {
            int[] count = new int[1];
            Loop.Watch watch = loop.watch(pair.near(), (r, w) -> count[0]++);
            watch.interest(true, true);
            pair.send(1);
            loop.every(Duration.ZERO, () -> count[0]++);
            long allocated = Long.MAX_VALUE;
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (allocated >= 10_000 && System.nanoTime() < deadline) { // until the JIT compiler has seen enough
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 10_000; i++) {
                    loop.turn(NONE);
                    watch.interest(true, (i & 1) == 0);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            long bytes = allocated;
            assertTrue(bytes < 10_000, () -> bytes + " bytes in 10000 turns");
            watch.close();
        }
    }

    @Test
    void closingTheLoopClosesItsDescriptors() throws IOException {
        long before = descriptors();
        for (int i = 0; i < 50; i++) {
            new EventLoop(failures::add).close();
        }
        assertTrue(descriptors() < before + 50);
    }

    private static long descriptors() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return list.count();
        }
    }

    /** Runs a turn that does not wait. */
    private void turn() {
        loop.dontSleep(true);
        loop.turn(NONE);
        loop.dontSleep(false);
    }
}
