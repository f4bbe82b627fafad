package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobContext;
import dev.cairn.api.job.JobLanes;
import dev.cairn.api.job.JobQueue;

/**
 * What every runner of background jobs keeps: order in a lane, counts that are never wrong, each job told of once on the main thread, failures
 * that stay with their job, and a stop that does what must be done and says what it gave up. The test's own thread is main.
 */
@Timeout(300)
public abstract class JobLanesContract {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BlockingQueue<Runnable> toMain = new LinkedBlockingQueue<>();
    private final Thread main = Thread.currentThread();
    private final List<CountDownLatch> gates = new ArrayList<>();
    private @Nullable JobLanes lanes;
    private boolean stopped;

    /** For subclasses. */
    protected JobLanesContract() {
    }

    /** A new runner without lanes. */
    protected abstract JobLanes newLanes();

    /** A type that does what its jobs say and notes what it is told. */
    private class Probe implements BackgroundJobType<Probe.Work, String> {
        private final String name;
        private final String lane;
        private final boolean runsAtStop;
        final List<String> told = new ArrayList<>();
        final List<String> ran = Collections.synchronizedList(new ArrayList<>());
        final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());

        /** A job. */
        interface Work {
            String run(JobContext context) throws Exception;
        }

        Probe(String name, String lane, boolean runsAtStop) {
            this.name = name;
            this.lane = lane;
            this.runsAtStop = runsAtStop;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String lane() {
            return lane;
        }

        @Override
        public boolean runsAtStop() {
            return runsAtStop;
        }

        @Override
        public String run(Work job, JobContext context) throws Exception {
            threads.add(Thread.currentThread());
            String result = job.run(context);
            ran.add(result);
            return result;
        }

        private void note(String what) {
            assertSame(main, Thread.currentThread(), "told on the main thread");
            told.add(what);
        }

        @Override
        public void completed(Work job, String result) {
            note(result);
        }

        @Override
        public void failed(Work job, Throwable failure) {
            note("failed " + failure.getMessage());
        }

        @Override
        public void abandoned(Work job) {
            note("abandoned");
        }
    }

    private JobLanes lanes() {
        if (lanes == null) {
            lanes = newLanes();
        }
        return Objects.requireNonNull(lanes);
    }

    private JobQueue<Probe.Work, String> open(Probe type) {
        return lanes().open(type, toMain::add);
    }

    private Probe probe(String name) {
        return new Probe(name, "contract", true);
    }

    /** A job that waits until its gate is opened. */
    private Probe.Work behind(CountDownLatch gate, String result) {
        gates.add(gate);
        return context -> {
            gate.await();
            return result;
        };
    }

    private static Probe.Work job(String result) {
        return context -> result;
    }

    /** Runs what was sent to main until the condition holds. */
    private void pump(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            Runnable task = toMain.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertTrue(task != null, "nothing more was told");
            Objects.requireNonNull(task).run();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the condition does not come true");
            Thread.onSpinWait();
        }
    }

    private boolean stop(Duration grace) {
        stopped = true;
        return lanes().stop(grace);
    }

    @AfterEach
    void stopLanes() {
        gates.forEach(CountDownLatch::countDown);
        if (!stopped) {
            stop(PATIENCE);
        }
    }

    @Test
    void jobsOfOneLaneRunInTheOrderOfTheirSubmissionOnOneThreadWhateverTheirType() throws Exception {
        Probe first = probe("first");
        Probe second = probe("second");
        JobQueue<Probe.Work, String> a = open(first);
        JobQueue<Probe.Work, String> b = open(second);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        lanes().start();
        for (int i = 0; i < 2000; i++) {
            int n = i;
            (i % 3 == 0 ? b : a).submit(context -> {
                order.add(n);
                return Integer.toString(n);
            });
        }
        pump(() -> first.told.size() + second.told.size() == 2000);
        for (int i = 0; i < 2000; i++) {
            assertEquals(i, order.get(i));
        }
        assertEquals(first.ran, first.told);
        assertEquals(second.ran, second.told);
        assertEquals(1, first.threads.stream().distinct().count());
        assertSame(first.threads.getFirst(), second.threads.getFirst());
        assertEquals("bio_contract", first.threads.getFirst().getName());
    }

    @Test
    void lanesDoNotWaitForEachOther() throws Exception {
        Probe slow = probe("slow");
        Probe other = new Probe("other", "elsewhere", true);
        JobQueue<Probe.Work, String> a = open(slow);
        JobQueue<Probe.Work, String> b = open(other);
        lanes().start();
        CountDownLatch gate = new CountDownLatch(1);
        a.submit(behind(gate, "late"));
        b.submit(job("early"));
        pump(() -> other.told.size() == 1);
        assertEquals(List.of(), slow.told);
        gate.countDown();
        pump(() -> slow.told.size() == 1);
    }

    @Test
    void jobsSubmittedBeforeTheStartRunAfterIt() throws Exception {
        Probe type = probe("early");
        JobQueue<Probe.Work, String> queue = open(type);
        queue.submit(job("1"));
        queue.submit(job("2"));
        assertEquals(2, queue.pending());
        assertEquals(0, type.ran.size());
        lanes().start();
        pump(() -> type.told.size() == 2);
        assertEquals(List.of("1", "2"), type.told);
    }

    @Test
    void aTypeHasOneQueueWhateverAnotherOfItsNameDoes() throws Exception {
        Probe type = probe("same");
        JobQueue<Probe.Work, String> queue = open(type);
        assertSame(queue, open(type));
        Probe newer = probe("same");
        open(newer).submit(job("newer"));
        queue.submit(job("older"));
        lanes().close(type);
        lanes().start();
        pump(() -> type.told.size() + newer.told.size() == 2);
        assertEquals(List.of("older"), type.told);
        assertEquals(List.of("newer"), newer.told);
        open(newer).submit(job("newest"));
        pump(() -> newer.told.size() == 2);
        assertThrows(IllegalStateException.class, () -> open(probe("not a name")));
    }

    @Test
    void aClosedQueueTakesNoMoreAndItsNameIsFreeForAnother() throws Exception {
        Probe type = probe("closed");
        JobQueue<Probe.Work, String> queue = open(type);
        queue.submit(job("taken"));
        lanes().close(type);
        assertFalse(queue.offer(job("late")));
        assertThrows(RejectedExecutionException.class, () -> queue.submit(job("late")));
        Probe next = probe("closed");
        lanes().close(next);
        open(next).submit(job("next"));
        lanes().start();
        pump(() -> type.told.size() + next.told.size() == 2);
        assertEquals(List.of("taken"), type.told);
        assertEquals(List.of("next"), next.told);
    }

    @Test
    void pendingCountsWhatWaitsAndWhatRunsAndIsLoweredBeforeTheJobIsToldOf() throws Exception {
        JobQueue<?, ?>[] self = new JobQueue<?, ?>[1];
        List<Long> seen = new ArrayList<>();
        Probe type = new Probe("counted", "contract", true) {
            @Override
            public void completed(Work job, String result) {
                super.completed(job, result);
                seen.add(self[0].pending());
            }
        };
        JobQueue<Probe.Work, String> queue = open(type);
        self[0] = queue;
        CountDownLatch gate = new CountDownLatch(1);
        lanes().start();
        assertEquals(0, queue.pending());
        queue.submit(behind(gate, "a"));
        await(() -> type.threads.size() == 1);
        assertEquals(1, queue.pending(), "a job that runs is pending");
        queue.submit(job("b"));
        assertEquals(2, queue.pending());
        gate.countDown();
        pump(() -> type.told.size() == 2);
        assertEquals(0, queue.pending());
        assertEquals(0, seen.getLast());
        assertTrue(seen.getFirst() <= 1);
    }

    @Test
    void pendingIsNeverNegative() throws Exception {
        Probe type = probe("burst");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        AtomicLong lowest = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        Thread observer = Thread.ofPlatform().start(() -> {
            while (done.getCount() > 0) {
                lowest.accumulateAndGet(queue.pending(), Math::min);
            }
        });
        for (int i = 0; i < 20_000; i++) {
            queue.submit(job("x"));
        }
        assertTrue(queue.drain(PATIENCE));
        done.countDown();
        observer.join();
        assertEquals(0, lowest.get());
        assertEquals(0, queue.pending());
        pump(() -> type.told.size() == 20_000);
    }

    @Test
    void jobsOfManyThreadsAllRunOnceAndThoseOfEachInOrder() throws Exception {
        Probe type = probe("many");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        int submitters = 4;
        int each = 10_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < submitters; t++) {
            int thread = t;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    queue.submit(job(thread + " " + i));
                }
            }));
        }
        pump(() -> type.told.size() == submitters * each);
        for (Thread t : threads) {
            t.join();
        }
        int[] next = new int[submitters];
        for (String result : type.told) {
            String[] parts = result.split(" ");
            assertEquals(next[Integer.parseInt(parts[0])]++, Integer.parseInt(parts[1]));
        }
        assertEquals(submitters * each, Arrays.stream(next).sum());
        assertEquals(0, queue.pending());
    }

    @Test
    void aJobThatThrowsFailsAloneAndTheLaneGoesOn() throws Exception {
        Probe type = probe("failing");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        queue.submit(job("1"));
        queue.submit(context -> {
            throw new java.io.IOException("broken");
        });
        queue.submit(context -> {
            throw new AssertionError("an error");
        });
        queue.submit(context -> {
            Thread.currentThread().interrupt();
            return "2";
        });
        queue.submit(context -> {
            assertFalse(Thread.currentThread().isInterrupted(), "the interrupt stays with its job");
            return "3";
        });
        pump(() -> type.told.size() == 5);
        assertEquals(List.of("1", "failed broken", "failed an error", "2", "3"), type.told);
        assertEquals(0, queue.pending());
    }

    @Test
    void aTypeThatFailsWhenItIsToldDoesNotKeepOthersFromBeingTold() throws Exception {
        Queue<String> broken = new ArrayDeque<>(List.of("once"));
        Probe type = new Probe("deaf", "contract", true) {
            @Override
            public void completed(Work job, String result) {
                super.completed(job, result);
                if (broken.poll() != null) {
                    throw new IllegalStateException("told too much");
                }
            }
        };
        JobQueue<Probe.Work, String> queue = open(type);
        queue.submit(job("1"));
        queue.submit(job("2"));
        lanes().start();
        int thrown = 0;
        while (type.told.size() < 2) {
            Runnable task = toMain.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(task != null, "the second job was not told of");
            try {
                Objects.requireNonNull(task).run();
            } catch (IllegalStateException e) {
                thrown++;
            }
        }
        assertEquals(1, thrown, "main hears of the failure");
        assertEquals(List.of("1", "2"), type.told);
    }

    @Test
    void aBarrierOpensWhenWhatWasSubmittedBeforeWasToldOf() throws Exception {
        Probe type = probe("fenced");
        Probe other = probe("neighbour");
        JobQueue<Probe.Work, String> queue = open(type);
        JobQueue<Probe.Work, String> neighbour = open(other);
        lanes().start();
        CompletableFuture<Void> empty = queue.barrier().toCompletableFuture();
        pump(empty::isDone);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        neighbour.submit(behind(gate, "before"));
        List<String> toldThen = new ArrayList<>();
        CompletableFuture<Void> barrier = queue.barrier().thenRun(() -> toldThen.addAll(other.told)).toCompletableFuture();
        queue.submit(behind(second, "after"));
        while (!toMain.isEmpty()) {
            toMain.remove().run();
        }
        assertFalse(barrier.isDone(), "a job of the lane has not ended");
        gate.countDown();
        pump(barrier::isDone);
        assertEquals(List.of("before"), toldThen);
        assertEquals(List.of(), type.told, "the barrier does not wait for what was submitted after it");
        second.countDown();
        pump(() -> type.told.size() == 1);
    }

    @Test
    void drainWaitsForTheTypeAndGivesUpAtItsDeadline() throws Exception {
        Probe type = probe("drained");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        assertTrue(queue.drain(Duration.ZERO));
        CountDownLatch gate = new CountDownLatch(1);
        queue.submit(behind(gate, "a"));
        queue.submit(job("b"));
        assertFalse(queue.drain(Duration.ofMillis(1)));
        assertEquals(2, queue.pending());
        gate.countDown();
        assertTrue(queue.drain(PATIENCE));
        assertEquals(List.of("a", "b"), type.ran);
        pump(() -> type.told.size() == 2);
    }

    @Test
    void awaitStepReturnsWhenOneMoreJobHasEnded() throws Exception {
        Probe type = probe("stepped");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        assertEquals(0, queue.awaitStep(PATIENCE));
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        queue.submit(behind(first, "a"));
        queue.submit(behind(second, "b"));
        assertEquals(2, queue.awaitStep(Duration.ofMillis(1)));
        CompletableFuture<Long> step = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.awaitStep(PATIENCE);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        first.countDown();
        await(() -> queue.pending() == 1);
        second.countDown();
        assertTrue(step.get(60, TimeUnit.SECONDS) <= 1);
        pump(() -> type.told.size() == 2);
    }

    @Test
    void aFullLaneRefusesOffersAndHoldsUpSubmissions() throws Exception {
        Probe type = probe("full");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        CountDownLatch gate = new CountDownLatch(1);
        queue.submit(behind(gate, "first"));
        await(() -> type.threads.size() == 1);
        int taken = 1;
        while (queue.offer(job("more"))) {
            taken++;
            assertTrue(taken < 10_000_000, "the lane has no bound");
        }
        assertEquals(taken, queue.pending(), "a refused job is not pending");
        CountDownLatch submitting = new CountDownLatch(1);
        CompletableFuture<Void> submitted = CompletableFuture.runAsync(() -> {
            submitting.countDown();
            queue.submit(job("last"));
        });
        submitting.await();
        assertFalse(submitted.isDone());
        gate.countDown();
        int all = taken + 1;
        pump(() -> type.told.size() == all);
        submitted.get(60, TimeUnit.SECONDS);
        assertEquals("last", type.told.getLast());
    }

    @Test
    void aJobMayNotWaitForItsOwnLane() throws Exception {
        Probe type = probe("selfish");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        queue.submit(context -> Boolean.toString(queue.drain(PATIENCE)));
        queue.submit(context -> {
            int n = 0;
            while (queue.offer(job("x"))) {
                n++;
            }
            queue.submit(job("y"));
            return "submitted " + n;
        });
        pump(() -> type.told.size() >= 2);
        assertTrue(type.told.get(0).startsWith("failed "), type.told.get(0));
        assertTrue(type.told.get(1).startsWith("failed "), type.told.get(1));
        assertTrue(queue.drain(PATIENCE));
    }

    @Test
    void theStopRunsWhatMustBeDoneAndAbandonsTheRestAndTellsOfAll() throws Exception {
        Probe must = new Probe("must", "contract", true);
        Probe may = new Probe("may", "contract", false);
        JobQueue<Probe.Work, String> a = open(must);
        JobQueue<Probe.Work, String> b = open(may);
        lanes().start();
        CountDownLatch begun = new CountDownLatch(1);
        a.submit(context -> {
            begun.countDown();
            while (!context.stopping()) {
                Thread.onSpinWait();
            }
            return "saw the stop";
        });
        b.submit(job("not needed"));
        a.submit(job("needed"));
        begun.await();
        CompletableFuture<Void> barrier = b.barrier().toCompletableFuture();
        assertTrue(stop(PATIENCE));
        assertEquals(List.of("saw the stop", "needed"), must.told);
        assertEquals(List.of("abandoned"), may.told);
        assertEquals(0, a.pending());
        assertEquals(0, b.pending());
        assertTrue(barrier.isCompletedExceptionally());
        assertInstanceOf(CancellationException.class, cause(barrier));
        assertFalse(a.offer(job("late")));
        assertThrows(RejectedExecutionException.class, () -> a.submit(job("late")));
        await(() -> must.threads.stream().noneMatch(Thread::isAlive));
    }

    private static Throwable cause(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            return Objects.requireNonNull(e.getCause());
        } catch (CancellationException e) {
            return e;
        }
        throw new AssertionError("completed");
    }

    @Test
    void aStopAtItsDeadlineInterruptsAndAbandonsAndSaysSo() throws Exception {
        Probe type = probe("stuck");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        CountDownLatch never = new CountDownLatch(1);
        queue.submit(behind(never, "never"));
        queue.submit(job("waits"));
        await(() -> type.threads.size() == 1);
        assertFalse(stop(Duration.ofMillis(1)));
        assertEquals(2, type.told.size());
        assertTrue(type.told.get(0).startsWith("failed "), type.told.get(0));
        assertEquals("abandoned", type.told.get(1));
        assertEquals(0, queue.pending());
        await(() -> !type.threads.getFirst().isAlive());
    }

    @Test
    void aStopWithoutAStartAbandonsAll() {
        Probe type = probe("unstarted");
        JobQueue<Probe.Work, String> queue = open(type);
        queue.submit(job("1"));
        assertFalse(stop(PATIENCE));
        assertEquals(List.of("abandoned"), type.told);
        assertEquals(0, queue.pending());
    }

    @Test
    void whatIsSubmittedDuringTheStopIsEitherToldOfOrRefused() throws Exception {
        Probe type = probe("racing");
        JobQueue<Probe.Work, String> queue = open(type);
        lanes().start();
        AtomicLong taken = new AtomicLong();
        List<Thread> submitters = new ArrayList<>();
        CountDownLatch running = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            submitters.add(Thread.ofPlatform().start(() -> {
                running.countDown();
                try {
                    while (true) {
                        queue.submit(job("x"));
                        taken.incrementAndGet();
                    }
                } catch (RejectedExecutionException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("stopped"));
                }
            }));
        }
        running.await();
        pump(() -> type.told.size() > 100);
        assertTrue(stop(PATIENCE));
        for (Thread t : submitters) {
            t.join();
        }
        assertEquals(taken.get(), type.told.size());
        assertEquals(0, queue.pending());
    }
}
