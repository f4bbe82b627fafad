package dev.cairn.api.job;

import java.util.concurrent.Executor;

/** The runner of background jobs, which one module provides. */
public interface JobLanes {
    /**
     * Opens the queue of a type, starting its lane's thread when it is the lane's first.
     *
     * @param main runs completions on the main thread
     */
    <J, R> JobQueue<J, R> open(BackgroundJobType<J, R> type, Executor main);
}
