package dev.cairn.api.job;

/**
 * A kind of background job.
 *
 * @param <J> what one job is told
 * @param <R> what it results in
 */
public interface BackgroundJobType<J, R> {
    /** The unique name, such as {@code close_file}. */
    String name();

    /** The lane that runs it: jobs of one lane run one after another in the order of their submission, on one thread. */
    String lane();

    /** Does one job, on the lane's thread. What it throws goes to {@link #failed}. */
    R run(J job, JobContext context) throws Exception;

    /** Is told the result, on the main thread. */
    default void completed(J job, R result) {
    }

    /** Is told that {@link #run} threw, on the main thread. */
    default void failed(J job, Exception failure) {
    }

    /** Is told that the server stopped before the job ran, on the main thread. */
    default void abandoned(J job) {
    }
}
