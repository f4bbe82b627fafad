package dev.cairn.bio;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.job.JobContext;

/** One job and what became of it. Written by the submitter, then by the lane, then read by main; the queues between publish it. */
final class Job<J, R> {
    private final LaneQueue<J, R> queue;
    private final J job;
    private final long submitted = System.nanoTime();
    private long started;
    private long ended;
    private @Nullable R result;
    private @Nullable Throwable failure;
    private boolean abandoned;

    Job(LaneQueue<J, R> queue, J job) {
        this.queue = queue;
        this.job = job;
    }

    LaneQueue<J, R> queue() {
        return queue;
    }

    boolean abandoned() {
        return abandoned;
    }

    boolean failed() {
        return failure != null;
    }

    /** How long it waited in the queue, in nanoseconds. */
    long waitNanos() {
        return started - submitted;
    }

    /** How long it ran, in nanoseconds. */
    long runNanos() {
        return ended - started;
    }

    /** Does the job. Lane's thread. */
    void run(JobContext context) {
        started = System.nanoTime();
        try {
            result = queue.type().run(job, context);
        } catch (Throwable t) {
            failure = t;
        }
        ended = System.nanoTime();
    }

    /** Gives the job up. Lane's thread, or main in its place. */
    void abandon() {
        abandoned = true;
        started = System.nanoTime();
        ended = started;
    }

    /** Tells the type what became of the job. Main thread. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a result that is null was the type's own
    void tell() {
        Throwable f = failure;
        if (abandoned) {
            queue.type().abandoned(job);
        } else if (f != null) {
            queue.type().failed(job, f);
        } else {
            queue.type().completed(job, result);
        }
    }
}
