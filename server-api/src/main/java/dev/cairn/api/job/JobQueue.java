package dev.cairn.api.job;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The queue of one job type in its lane. Thread-safe.
 *
 * @param <J> what one job is told
 * @param <R> what it results in
 */
public interface JobQueue<J, R> {
    /** Adds a job at the end. */
    void submit(J job);

    /** Jobs of this type that wait or run; raised before a job can start. */
    long pending();

    /** Completed when all jobs submitted before have ended. */
    CompletionStage<Void> barrier();

    /** Waits until no job of this type is pending; false when the time was over before. */
    boolean drain(Duration max) throws InterruptedException;
}
