package dev.cairn.api.command;

/** A blocked client's handle. Thread-safe. */
public interface Ticket {
    /** Makes the main thread try the suspension's {@code ready} soon. */
    void signal();

    /**
     * Ends the blocking with the reply that {@code completion} gives on the main thread, unless the client was served, timed out or left
     * before: the first completion wins.
     */
    void complete(Suspension.Resume completion);

    /** Whether the client still waits. */
    boolean waiting();
}
