package dev.cairn.api.job;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The queue of one job type in its lane. Thread-safe.
 *
 * <p>A lane holds a bounded number of jobs, of all its types together. Who cannot wait uses {@link #offer} and does without the lane when
 * that refuses; who must not lose the job uses {@link #submit}, which holds the caller up until the lane has room.
 *
 * @param <J> what one job is told
 * @param <R> what it results in
 */
public interface JobQueue<J, R> {
    /**
     * Adds a job at the end, without waiting.
     *
     * @return false when the lane is full, or it has stopped, or the queue is closed; the job is not taken then, and nothing is told of it
     */
    boolean offer(J job);

    /**
     * Adds a job at the end, and waits for room when the lane is full.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the lane has stopped or the queue is closed, or when the lane's own thread would have to wait for
     *         itself; the job is not taken then
     */
    void submit(J job);

    /** Jobs of this type that wait or run: raised before a job can start, lowered when it has ended and before it is told of. Never negative. */
    long pending();

    /**
     * Completed on the main thread when all jobs of the lane that were submitted before have ended and were told of; cancelled when one
     * of them was abandoned.
     */
    CompletionStage<Void> barrier();

    /**
     * Waits until no job of this type is pending. Whether the main thread has been told of them is another matter: it may be the caller.
     *
     * @return false when the time was over before
     */
    boolean drain(Duration max) throws InterruptedException;

    /**
     * Waits until one more job of this type has ended, or none is pending, or the time is over.
     *
     * @return how many are pending then
     */
    long awaitStep(Duration max) throws InterruptedException;
}
