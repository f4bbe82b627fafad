package dev.cairn.core.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;

/**
 * The open listeners of all connection types. Main thread.
 *
 * <p>A type opens and closes listeners itself as its options change: what it returned from {@link ConnectionType#listen} always shows
 * those that are open. Types come and go with their modules.
 */
public final class Listeners {
    private final Loop loop;
    private final Consumer<Connection> accepted;
    private final Map<ConnectionType, List<Listener>> byType = new LinkedHashMap<>();
    /** Types that are gone, as long as they have connections: those hold them. */
    private final Set<ConnectionType> gone = Collections.newSetFromMap(new WeakHashMap<>());
    /** The keys of {@link #byType}, for every turn of the loop. */
    private ConnectionType[] types = {};
    private boolean drain;

    /**
     * An open listener and its type.
     *
     * @param type what opened it
     * @param listener the listener
     */
    public record Open(ConnectionType type, Listener listener) {
    }

    Listeners(Loop loop, Consumer<Connection> accepted) {
        this.loop = loop;
        this.accepted = accepted;
    }

    /**
     * Opens the listeners of a connection type; it may have none now and open some later.
     *
     * @throws IOException with a message for the operator when an address cannot be listened on
     */
    public void open(ConnectionType type) throws IOException {
        open(type, accepted);
    }

    /** Opens the listeners of a connection type whose connections are not to be clients. */
    public List<Listener> open(ConnectionType type, Consumer<Connection> to) throws IOException {
        if (byType.containsKey(type)) {
            throw new IllegalStateException("connection type '" + type.name() + "' listens already");
        }
        List<Listener> open = type.listen(loop, to);
        byType.put(type, open);
        gone.remove(type);
        types = byType.keySet().toArray(ConnectionType[]::new);
        return open;
    }

    /** Closes the listeners of a connection type for good; its connections are closed as soon as they are idle. */
    public void close(ConnectionType type) {
        List<Listener> open = byType.remove(type);
        if (open != null) {
            List.copyOf(open).forEach(Listener::close);
            gone.add(type);
            types = byType.keySet().toArray(ConnectionType[]::new);
        }
    }

    /** Closes all listeners. */
    void closeAll() {
        byType.values().forEach(open -> List.copyOf(open).forEach(Listener::close));
    }

    /** Whether a connection type was opened: modules that come from now on listen at once. */
    public boolean serving() {
        return types.length > 0;
    }

    /** The listeners that are open now, by type in the order in which the types came. */
    public List<Open> all() {
        List<Open> all = new ArrayList<>();
        byType.forEach((type, open) -> open.forEach(listener -> all.add(new Open(type, listener))));
        return all;
    }

    /** Sets whether connections of a listener that was closed are closed too once they are idle; else they stay. */
    public void drain(boolean value) {
        drain = value;
    }

    /** Whether a connection is to be closed once it is idle. */
    boolean draining(Connection connection) {
        return !gone.isEmpty() && gone.contains(connection.type())
                || drain && connection.listener().map(Listener::closed).orElse(false);
    }

    /** Has connections read what they hold already, which the loop is not told of. */
    void serveBuffered() {
        for (ConnectionType type : types) {
            if (type.holdsBuffered()) {
                type.serveBuffered();
            }
        }
    }

    /** Whether a connection still holds bytes that the loop is not told of: it must not sleep. */
    boolean buffered() {
        for (ConnectionType type : types) {
            if (type.holdsBuffered()) {
                return true;
            }
        }
        return false;
    }
}
