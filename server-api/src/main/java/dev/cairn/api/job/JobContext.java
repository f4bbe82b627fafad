package dev.cairn.api.job;

/** What a running job may ask. For the lane's thread. */
public interface JobContext {
    /** Whether the server wants to stop: a long job ends early then. */
    boolean stopping();
}
