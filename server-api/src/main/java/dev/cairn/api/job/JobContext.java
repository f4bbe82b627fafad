package dev.cairn.api.job;

/** What a running job may ask. For the lane's thread. */
public interface JobContext {
    /** Whether the server wants to stop: a job that can end early does. The thread is interrupted if it takes too long. */
    boolean stopping();
}
