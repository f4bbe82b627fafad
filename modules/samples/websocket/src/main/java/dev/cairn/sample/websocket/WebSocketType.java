package dev.cairn.sample.websocket;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.IpListeners;
import dev.cairn.sockets.Sockets;

/**
 * The connection type {@code websocket}, with its options. Main thread.
 *
 * <p>A connection is handed over once it has asked for WebSocket and was answered. Until then it has a deadline, and where too many wait the
 * oldest gives its place to the newest, so that peers who never ask cannot keep others out.
 */
final class WebSocketType implements ConnectionType {
    private static final System.Logger LOG = System.getLogger(WebSocketType.class.getName());
    private static final int MOST_HANDSHAKES = 1024;
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final long HANDSHAKE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Option<Long> port;
    private final Option<Long> mostFrame;
    private final Option<List<String>> origins;
    /** Connections that have not asked for WebSocket yet, the oldest first. */
    private final LinkedHashSet<WebSocketConnection> handshakes = new LinkedHashSet<>();
    private @Nullable Loop loop;
    private @Nullable Sockets sockets;
    private @Nullable IpListeners listeners;
    private Loop.@Nullable Timer look;
    private @Nullable Consumer<Connection> accepted;

    WebSocketType(Registrar registrar) {
        port = registrar.option(OptionSpec.integer("ws-port", 0, 0, 65535)
                .doc("The port to accept WebSocket connections on; 0 for none.")
                .onChange(this::relisten));
        mostFrame = registrar.option(OptionSpec.memory("ws-max-frame", 64 << 20, 125, Integer.MAX_VALUE)
                .doc("The largest frame that a client may send."));
        origins = registrar.option(OptionSpec.words("ws-allow-origins")
                .doc("The origins whose pages may connect, such as https://example.com, or * for all. "
                        + "The module's own page may, where its address is a number or localhost; so may what is no browser."));
    }

    void start(ModuleContext context) {
        loop = context.loop();
        sockets = Sockets.of(context);
        listeners = sockets.listeners(sockets.acceptsPerTurn(), (l, calls, listener, descriptor, peer) -> new WebSocketConnection(this, l,
                calls, listener, descriptor, new IpEnds(calls, descriptor, peer)));
    }

    void stop() {
        if (sockets != null && listeners != null) {
            sockets.release(listeners);
        }
        List.copyOf(handshakes).forEach(WebSocketConnection::close);
        stopLooking();
    }

    @Override
    public String name() {
        return "websocket";
    }

    @Override
    public List<Listener> listen(Loop on, Consumer<Connection> to) throws IOException {
        accepted = to;
        return Objects.requireNonNull(listeners, "listens before its start").listen(on, Math.toIntExact(port.value()), this::begin);
    }

    private void relisten(long to) throws OptionError {
        if (listeners == null) {
            return;
        }
        try {
            listeners.port((int) to);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Warning: " + e.getMessage());
            throw new OptionError("Unable to listen on this port. Check server logs.");
        }
    }

    /** The largest frame that a client may send. */
    long mostFrame() {
        return mostFrame.value();
    }

    /** The origins whose pages may connect. */
    List<String> origins() {
        return origins.value();
    }

    /** The event loop. */
    Loop loop() {
        return Objects.requireNonNull(loop, "used before its start");
    }

    private void begin(Connection connection) {
        WebSocketConnection begun = (WebSocketConnection) connection;
        if (handshakes.size() >= MOST_HANDSHAKES) {
            handshakes.getFirst().close();
        }
        begun.deadline = System.nanoTime() + HANDSHAKE_NANOS;
        handshakes.add(begun);
        if (look == null) {
            look = loop().every(LOOK, this::expire);
        }
        begun.handshake();
    }

    private void expire() {
        long now = System.nanoTime();
        List.copyOf(handshakes).stream().takeWhile(c -> c.deadline - now <= 0).forEach(WebSocketConnection::close);
        if (handshakes.isEmpty()) {
            stopLooking();
        }
    }

    private void stopLooking() {
        if (look != null) {
            look.cancel();
            look = null;
        }
    }

    /** Hands a connection over that speaks WebSocket from now on. */
    void established(WebSocketConnection connection) {
        handshakes.remove(connection);
        Consumer<Connection> to = accepted;
        if (to == null) {
            connection.close();
            return;
        }
        try {
            to.accept(connection);
        } catch (RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    /** Hears that a connection is closed. */
    void closed(WebSocketConnection connection) {
        handshakes.remove(connection);
    }
}
