package dev.cairn.api.command;

/** A connected client, as modules see it. Main thread. */
public interface Client {
    /** The number of the client, unique in the server's life, from 1. */
    long id();

    /** The name that the client gave itself, empty when it gave none. */
    String name();

    /** The address of the peer, such as {@code 127.0.0.1:50000}. */
    String address();

    /** The protocol that the client speaks: 2 or 3. */
    int protocol();

    /** The index of the selected database. */
    int database();

    /** Where the stream of changes stood after the client's last command that changed something, see {@code PersistenceHost.offset}. */
    default long writeOffset() {
        return 0;
    }

    /** The name of the user that the client is authenticated as. */
    String user();
}
