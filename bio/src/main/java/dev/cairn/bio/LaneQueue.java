package dev.cairn.bio;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobQueue;

/** The queue of one job type: its share of a lane, and its counters. Thread-safe but for the counters, which are main's. */
final class LaneQueue<J, R> implements JobQueue<J, R> {
    private final BackgroundJobType<J, R> type;
    private final Lane lane;
    private final Lanes lanes;
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong endedJobs = new AtomicLong();
    private volatile boolean closed;

    private long done;
    private long failed;
    private long abandoned;
    private long runNanos;
    private long longestRun;
    private long longestWait;

    LaneQueue(BackgroundJobType<J, R> type, Lane lane, Lanes lanes) {
        this.type = type;
        this.lane = lane;
        this.lanes = lanes;
    }

    BackgroundJobType<J, R> type() {
        return type;
    }

    Lane lane() {
        return lane;
    }

    @Override
    public boolean offer(J job) {
        if (closed || lanes.tellingLags()) {
            return false;
        }
        // raised before a lane can see the job and lower it again
        pending.incrementAndGet();
        if (lane.offer(new Job<>(this, job))) {
            return true;
        }
        pending.decrementAndGet();
        lane.changed();
        return false;
    }

    @Override
    public void submit(J job) {
        while (!offer(job)) {
            if (closed || lane.closed()) {
                throw new RejectedExecutionException("job type '" + type.name() + "': the lane has stopped, or its queue is closed");
            }
            if (lane.isCurrent()) {
                throw new RejectedExecutionException("job type '" + type.name() + "': a job of the full lane would wait for itself");
            }
            try {
                lane.await(() -> closed || lane.closed() || lane.hasRoom() && !lanes.tellingLags(), TimeUnit.MINUTES.toNanos(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RejectedExecutionException("job type '" + type.name() + "': interrupted while the lane is full", e);
            }
        }
    }

    void close() {
        closed = true;
        lane.changed();
    }

    @Override
    public long pending() {
        return pending.get();
    }

    @Override
    public CompletionStage<Void> barrier() {
        return lane.barrier();
    }

    @Override
    public boolean drain(Duration max) throws InterruptedException {
        refuseOwnThread();
        return lane.await(() -> pending.get() == 0, nanos(max));
    }

    @Override
    public long awaitStep(Duration max) throws InterruptedException {
        refuseOwnThread();
        long before = endedJobs.get();
        lane.await(() -> pending.get() == 0 || endedJobs.get() != before, nanos(max));
        return pending.get();
    }

    private static long nanos(Duration max) {
        return max.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : max.toNanos();
    }

    private void refuseOwnThread() {
        if (lane.isCurrent()) {
            throw new IllegalStateException("job type '" + type.name() + "': a job would wait for itself");
        }
    }

    /** A job has ended. Lane's thread. */
    void ended() {
        pending.decrementAndGet();
        endedJobs.incrementAndGet();
    }

    /** Counts a job that was told of. Main thread. */
    void count(Job<J, R> job) {
        if (job.abandoned()) {
            abandoned++;
            return;
        }
        if (job.failed()) {
            failed++;
        } else {
            done++;
        }
        runNanos += job.runNanos();
        longestRun = Math.max(longestRun, job.runNanos());
        longestWait = Math.max(longestWait, job.waitNanos());
    }

    /** Writes the type's line of INFO. Main thread. */
    void info(InfoWriter out) {
        long pendingNow = pending();
        Job<?, ?> running = lane.running();
        out.field("bio_job_" + type.name(),
                "thread=" + lane.threadName() + ",pending=" + pendingNow + ",running="
                        + (running != null && running.queue() == this ? 1 : 0) + ",done=" + done + ",failed=" + failed + ",abandoned="
                        + abandoned
                        + ",usec=" + runNanos / 1000 + ",max_usec=" + longestRun / 1000 + ",max_wait_usec=" + longestWait / 1000);
    }

}
