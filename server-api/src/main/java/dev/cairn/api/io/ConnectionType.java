package dev.cairn.api.io;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * A way for clients to connect, such as TCP. It has its own options and knows from them where to listen. Main thread.
 */
public interface ConnectionType {
    /** The name, as in the {@code listener} fields of INFO: {@code tcp}, {@code unix}, {@code tls}. */
    String name();

    /**
     * Opens the listeners that the configuration asks for.
     *
     * @param accepted is given each connection that was accepted; it sets the handlers
     * @return the open listeners, none when the configuration asks for none; the list follows when the type opens and closes listeners
     *         later, because its options change
     * @throws IOException with a message for the operator when an address cannot be listened on; nothing stays open then
     */
    List<Listener> listen(Loop loop, Consumer<Connection> accepted) throws IOException;

    /**
     * Whether a connection with a readable handler holds bytes that no readiness event will tell of: the loop must not sleep then. Called
     * every turn.
     */
    default boolean holdsBuffered() {
        return false;
    }

    /** Calls the readable handlers of the connections that hold such bytes, once each. */
    default void serveBuffered() {
    }

    /** Reads again what its options name, such as certificates; open connections stay. */
    default void reload() throws IOException {
    }
}
