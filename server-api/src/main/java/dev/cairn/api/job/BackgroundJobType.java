package dev.cairn.api.job;

/**
 * A kind of background job. The instance is a constant of its module.
 *
 * <p>Each job that was taken ends in one of three ways, told once and on the main thread: {@link #completed}, {@link #failed} or
 * {@link #abandoned}. The jobs of one lane are told of in the order of their submission.
 *
 * @param <J> what one job is told
 * @param <R> what it results in
 */
public interface BackgroundJobType<J, R> {
    /** The unique name, such as {@code close_file}: lower-case letters, digits and underscores. */
    String name();

    /**
     * The lane that runs it: jobs of one lane run one after another in the order of their submission, on one thread, which is named
     * {@code bio_LANE}. Any type may name a lane that others use, or a new one.
     */
    String lane();

    /** Does one job, on the lane's thread. What it throws goes to {@link #failed}; the lane goes on. */
    R run(J job, JobContext context) throws Exception;

    /**
     * Whether jobs that wait when the server stops are still run, because what they do must outlive the process, as forcing a file to disk
     * must. Those of other types are abandoned.
     */
    default boolean runsAtStop() {
        return true;
    }

    /** Is told the result, on the main thread. */
    default void completed(J job, R result) {
    }

    /** Is told that {@link #run} threw, on the main thread. */
    default void failed(J job, Throwable failure) {
    }

    /** Is told that the job will not run, for the server stopped before, on the main thread. */
    default void abandoned(J job) {
    }
}
