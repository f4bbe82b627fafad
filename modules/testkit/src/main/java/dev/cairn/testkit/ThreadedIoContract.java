package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.io.ThreadedIo;
import dev.cairn.api.io.ThreadedIo.Work;

/**
 * What all threads that read and write keep: each work is done once and comes back once, with what it has changed in sight; the main thread
 * is woken for what comes back later; threads take part when there is much to do. The test's own thread is main.
 */
@Timeout(300)
public abstract class ThreadedIoContract {
    private static final int MANY = 1000;

    private final Semaphore woken = new Semaphore(0);
    private ThreadedIo io;

    /** For subclasses. */
    @SuppressWarnings("NullAway.Init") // made before each test
    protected ThreadedIoContract() {
    }

    /**
     * Makes threads.
     *
     * @param threads how many, main included
     * @param wake what to call as {@code Loop.wake}
     */
    protected abstract ThreadedIo make(int threads, Runnable wake);

    /** Ends the threads; all that was given is done on return. */
    protected abstract void stop(ThreadedIo io);

    /** A work that counts how often it was done, in a field that is no volatile. */
    private static final class Count implements Work {
        private int done;
        private @Nullable Thread by;

        @Override
        public void run() {
            done++;
            by = Thread.currentThread();
        }
    }

    @BeforeEach
    void begin() {
        io = make(3, woken::release);
    }

    @AfterEach
    void end() {
        stop(io);
    }

    private static Work[] works(int n) {
        Work[] works = new Work[n];
        for (int i = 0; i < n; i++) {
            works[i] = new Count();
        }
        return works;
    }

    /** Takes works back until so many have come, each done once. */
    private Set<Count> take(int n) throws InterruptedException {
        Set<Count> taken = new HashSet<>();
        while (taken.size() < n) {
            Work work = io.finished();
            if (work == null) {
                assertTrue(io.outstanding() > 0, () -> "only " + taken.size() + " of " + n + " came back");
                assertTrue(woken.tryAcquire(60, TimeUnit.SECONDS), "main is not woken");
                continue;
            }
            Count count = (Count) work;
            assertEquals(1, count.done);
            assertTrue(taken.add(count), "a work came back twice");
        }
        return taken;
    }

    @Test
    void doesEachWorkOnceAndGivesItBackOnce() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            int n = 1 + round * 37 % 300;
            io.adjust(n);
            Work[] works = works(n);
            io.perform(works, n);
            assertEquals(n, io.outstanding());
            java.util.Arrays.fill(works, null);
            take(n);
            assertEquals(0, io.outstanding());
            assertNull(io.finished());
        }
    }

    @Test
    void hasThreadsTakePartWhenThereIsMuchToDo() throws InterruptedException {
        assertEquals(3, io.threads());
        assertFalse(io.active());
        assertTrue(io.adjust(MANY));
        assertTrue(io.active());
        Set<Thread> by = new HashSet<>();
        for (int round = 0; round < 1000 && by.size() < 2; round++) {
            io.adjust(MANY);
            io.perform(works(MANY), MANY);
            take(MANY).forEach(c -> by.add(c.by));
        }
        assertTrue(by.stream().anyMatch(t -> t != null && t.getName().matches("io_thd_[12]")), () -> "done by " + by);
    }

    @Test
    void hasNoThreadsTakePartForLong() {
        assertTrue(io.adjust(MANY));
        for (int i = 0; i < 10_000 && io.active(); i++) {
            io.adjust(1);
        }
        assertFalse(io.active(), "one connection keeps threads busy");
    }

    @Test
    void takesMoreWorkThanItHasRoomForAtOnce() throws InterruptedException {
        io.adjust(MANY);
        int n = 20_000;
        io.perform(works(n), n);
        take(n);
    }

    @Test
    void takesWorkWhileWorkComesBack() throws InterruptedException {
        io.adjust(MANY);
        int left = 5000;
        io.perform(works(100), 100);
        Set<Work> taken = new HashSet<>();
        while (io.outstanding() > 0) {
            Work work = io.finished();
            if (work == null) {
                assertTrue(woken.tryAcquire(60, TimeUnit.SECONDS), "main is not woken");
                continue;
            }
            assertTrue(taken.add(work));
            if (left > 0) {
                int n = Math.min(left, 3);
                left -= n;
                io.perform(works(n), n);
            }
        }
        assertEquals(5100, taken.size());
    }

    @Test
    void awaitsAllThatWasGiven() throws InterruptedException {
        for (int round = 0; round < 100; round++) {
            io.adjust(MANY);
            List<Count> all = new ArrayList<>();
            Work[] works = works(200);
            for (Work work : works) {
                all.add((Count) work);
            }
            io.perform(works, works.length);
            io.await();
            all.forEach(c -> assertEquals(1, c.done));
            take(all.size());
        }
    }

    @Test
    void doesAllItselfWithOneThread() throws InterruptedException {
        stop(io);
        io = make(1, woken::release);
        assertFalse(io.adjust(MANY));
        assertFalse(io.active());
        assertEquals(1, io.threads());
    }
}
