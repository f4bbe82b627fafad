package dev.cairn.sockets;

import java.util.Optional;

/** The two ends of a connection, as commands show them. Main thread. */
public interface Ends {
    /** The peer's address, such as {@code 127.0.0.1:50000}. */
    String peer();

    /** The local address, such as {@code 127.0.0.1:6379}. */
    String local();

    /** Whether the peer is on this host and came by a loopback address or a local socket. */
    boolean loopback();

    /** Who the peer is, as the system knows it. */
    default Optional<String> identity() {
        return Optional.empty();
    }
}
