package dev.cairn.api.job;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The runner of background jobs, which one module provides. Main thread.
 *
 * <p>The server starts the lanes when all modules have started and stops them when all other modules have stopped: modules may submit jobs
 * from {@code start} to {@code stop}.
 */
public interface JobLanes {
    /**
     * Opens the queue of a type, or returns the one that is open. Jobs are taken at once and run from {@link #start} on. Two types of one name
     * have a queue each: a module that is being upgraded opens that of its newer version before it closes that of the older.
     *
     * @param main runs a task on the main thread, in the order of the calls; the same for all types
     * @throws IllegalStateException when a name is none, or there are too many lanes
     */
    <J, R> JobQueue<J, R> open(BackgroundJobType<J, R> type, Executor main);

    /** Closes the queue of a type, if it is open: it takes no more jobs, those that it has taken end as they would have. */
    void close(BackgroundJobType<?, ?> type);

    /** Starts the threads of all lanes; a lane that is opened later starts at once. */
    void start();

    /**
     * Ends all lanes. Jobs that wait are run where their type {@link BackgroundJobType#runsAtStop wants that} and abandoned otherwise; those
     * that have not ended after {@code grace} are interrupted and what then still waits is abandoned. Everybody is told before this
     * returns.
     *
     * @return whether no job had to be interrupted or, against its type's wish, abandoned
     */
    boolean stop(Duration grace);
}
