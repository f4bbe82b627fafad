package dev.cairn.bio;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.job.JobContext;

/**
 * One lane: a bounded queue and the thread that works it off in order. What a caller may do from which thread is said by its methods.
 *
 * <p>Design. A submission is one compare-and-set and a look whether the thread sleeps. The thread says that it is about to sleep, looks once
 * more for jobs, and parks; a submitter publishes the job and then looks whether the thread sleeps: one of them sees the other, no wake-up
 * is lost. The same holds for those who wait for the lane: they count themselves as waiting before they look at what they wait for, and the
 * lane looks for waiters after each change. So the monitor is entered only when somebody waits.
 */
final class Lane implements JobContext {
    /** Jobs that a lane holds at most, without the one that runs. */
    static final int CAPACITY = 4096;

    private static final System.Logger LOG = System.getLogger(Lane.class.getName());

    private final String name;
    private final Lanes lanes;
    private final JobRing<Job<?, ?>> ring = new JobRing<>(CAPACITY);
    private volatile @Nullable Thread thread;
    private volatile boolean sleeping;
    private volatile boolean stopping;
    private volatile boolean forced;
    private volatile @Nullable Job<?, ?> running;

    private final Object monitor = new Object();
    /** Written inside of the monitor only. */
    private volatile int waiting;
    private final ArrayDeque<Barrier> barriers = new ArrayDeque<>();

    /** Jobs that have ended and were told of. Main thread. */
    private long told;
    private volatile boolean barriersOpen;
    /** The number of the last job that was abandoned, 0 for none. Main thread. */
    private long lastAbandoned;

    /** A future that waits for all jobs before a number. */
    private record Barrier(long number, CompletableFuture<Void> done) {
    }

    /** What a waiter waits for. */
    @FunctionalInterface
    interface Condition {
        boolean holds();
    }

    Lane(String name, Lanes lanes) {
        this.name = name;
        this.lanes = lanes;
    }

    /** The name of the thread. */
    String threadName() {
        return "bio_" + name;
    }

    /** The job that runs now, for a look from outside. */
    @Nullable
    Job<?, ?> running() {
        return running;
    }

    @Override
    public boolean stopping() {
        return stopping;
    }

    /** Starts the thread. Main thread. */
    void start() {
        if (thread == null && !ring.closed()) {
            Thread t = lanes.newThread(threadName(), this::body);
            thread = t;
            t.start();
        }
    }

    /** Adds a job; false when the lane is full or stopped. Any thread. */
    boolean offer(Job<?, ?> job) {
        if (!ring.offer(job)) {
            return false;
        }
        if (sleeping) {
            LockSupport.unpark(thread);
        }
        return true;
    }

    /** Whether the next offer may be taken. Any thread. */
    boolean hasRoom() {
        return ring.hasRoom();
    }

    /** Whether no job is let in any more. Any thread. */
    boolean closed() {
        return ring.closed();
    }

    /** Whether the caller is the lane. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    private void body() {
        lanes.enter();
        while (true) {
            Job<?, ?> job = ring.poll();
            if (job != null) {
                running = job;
                changed();
                end(job);
            } else if (ring.finished()) {
                return;
            } else {
                sleepIfEmpty();
            }
        }
    }

    private void sleepIfEmpty() {
        sleeping = true;
        if (!ring.hasElements() && !ring.closed()) {
            LockSupport.park(this);
        }
        sleeping = false;
        Thread.onSpinWait();
    }

    private void end(Job<?, ?> job) {
        if (forced || stopping && !job.queue().type().runsAtStop()) {
            job.abandon();
        } else {
            job.run(this);
        }
        running = null;
        if (!forced && Thread.interrupted()) {
            LOG.log(System.Logger.Level.WARNING, "A job of type ''{0}'' has left its thread interrupted", job.queue().type().name());
        }
        job.queue().ended();
        changed();
        lanes.tell(job);
    }

    /** Wakes those who wait for the lane, if any. Any thread. */
    void changed() {
        if (waiting != 0) {
            synchronized (monitor) {
                monitor.notifyAll();
            }
        }
    }

    /**
     * Waits until a condition holds that the lane brings about. Any thread but the lane's.
     *
     * @param nanos the longest time to wait
     * @return whether it holds
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // inside of the monitor
    boolean await(Condition condition, long nanos) throws InterruptedException {
        if (condition.holds()) {
            return true;
        }
        long start = System.nanoTime();
        synchronized (monitor) {
            waiting++;
            try {
                while (!condition.holds()) {
                    long left = nanos - (System.nanoTime() - start);
                    if (left <= 0) {
                        return false;
                    }
                    monitor.wait(left / 1_000_000, (int) (left % 1_000_000));
                }
                return true;
            } finally {
                waiting--;
            }
        }
    }

    /** A future that is completed on the main thread when what was submitted so far was told of. Any thread. */
    CompletableFuture<Void> barrier() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (barriers) {
            barriers.add(new Barrier(ring.offered(), done));
            barriersOpen = true;
        }
        lanes.wakeMain();
        return done;
    }

    /** Counts a job as told of. Main thread. */
    void countTold(boolean abandoned) {
        told++;
        if (abandoned) {
            lastAbandoned = told;
        }
    }

    /** Completes the barriers that were reached. Main thread. */
    void openBarriers() {
        while (barriersOpen) {
            Barrier reached;
            synchronized (barriers) {
                reached = barriers.peek();
                if (reached == null) {
                    barriersOpen = false;
                    return;
                }
                if (reached.number() > told) {
                    return;
                }
                barriers.remove();
            }
            if (lastAbandoned != 0 && lastAbandoned <= reached.number()) {
                reached.done().completeExceptionally(new CancellationException("the server stopped before all jobs were done"));
            } else {
                reached.done().complete(null);
            }
        }
    }

    /** Cancels the barriers that cannot be reached any more. Main thread. */
    void cancelBarriers() {
        openBarriers();
        synchronized (barriers) {
            barriers.forEach(b -> b.done().completeExceptionally(new CancellationException("a job of the lane did not end")));
            barriers.clear();
            barriersOpen = false;
        }
    }

    /** Lets no more jobs in and has the thread end when the last is done. Main thread. */
    void close() {
        stopping = true;
        ring.close();
        changed();
        LockSupport.unpark(thread);
    }

    /** Waits for the end of the thread; false when it did not end in time. Main thread. */
    boolean join(long nanos) throws InterruptedException {
        Thread t = thread;
        return t == null || t.join(Duration.ofNanos(Math.max(1, nanos)));
    }

    /** Interrupts the job that runs and lets no other begin. Main thread. */
    void force() {
        forced = true;
        Thread t = thread;
        if (t != null) {
            t.interrupt();
        }
    }

    /** Abandons what still waits, after the thread's end or in its place. Main thread. */
    void abandonRest() {
        for (Job<?, ?> job = ring.poll(); job != null; job = ring.poll()) {
            job.abandon();
            job.queue().ended();
            lanes.tell(job);
        }
        changed();
    }
}
