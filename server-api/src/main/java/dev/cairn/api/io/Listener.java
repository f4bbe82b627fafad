package dev.cairn.api.io;

/** An open listening socket or the like. Main thread. */
public interface Listener {
    /** The address as INFO shows it, such as {@code *} or {@code 127.0.0.1}. */
    String address();

    /** The port, 0 where there is none. */
    int port();

    /** Stops accepting; accepted connections stay. May be called more than once. */
    void close();

    /** Whether it is closed. */
    boolean closed();
}
