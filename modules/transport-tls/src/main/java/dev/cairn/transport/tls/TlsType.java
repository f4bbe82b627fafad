package dev.cairn.transport.tls;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.Registrar;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.Endpoint;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.IpListeners;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.Sockets;
import org.jspecify.annotations.Nullable;

/**
 * The connection type {@code tls}. Main thread.
 *
 * <p>A connection is handed over once its handshake is done. Until then it stands in a queue by age: it has a deadline, and where too many
 * wait, the oldest that waits for its peer gives its place to the newest, so that peers who never finish cannot keep others out.
 */
final class TlsType implements ConnectionType {
    private static final System.Logger LOG = System.getLogger(TlsType.class.getName());
    private static final String NOT_UPDATED = "Unable to update TLS configuration. Check server logs.";
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int FAILURES_LOGGED_A_SECOND = 10;
    private static final long SECOND = 1_000_000_000;

    private final TlsOptions options;
    /** Connections with a handshake under way, the oldest first. */
    private final LinkedHashSet<TlsConnection> handshakes = new LinkedHashSet<>();
    /** Connections that are closed and wait for the handshake thread that has them. */
    private final Set<TlsConnection> abandoned = new HashSet<>();
    /** Connections that hold bytes which no event tells of; some of them no more. */
    private List<TlsConnection> buffered = new ArrayList<>();
    private List<TlsConnection> served = new ArrayList<>();
    private @Nullable ModuleContext module;
    private @Nullable Sockets sockets;
    private @Nullable IpListeners listeners;
    private @Nullable HandshakeThreads threads;
    private @Nullable TlsContext context;
    /** Whose TLS it is, as the log says. */
    private String logged = "";
    private Loop.@Nullable Timer look;
    private @Nullable Consumer<Connection> accepted;
    private long secondOfFailures;
    private int failures;

    TlsType(Registrar registrar) {
        options = new TlsOptions(registrar, this::portChanged, this::settingsChanged);
    }

    void start(ModuleContext context) {
        module = context;
        sockets = Sockets.of(context);
        threads = new HandshakeThreads(context);
        listeners = sockets.listeners(options::acceptsPerTurn, this::make);
    }

    private Connection make(Loop loop, SocketCalls calls, Listener listener, int descriptor, Endpoint peer) throws IOException {
        TlsContext current = context;
        if (current == null) {
            throw new IOException("TLS is not configured");
        }
        TlsEngine engine = current.engine(descriptor);
        try {
            return new TlsConnection(this, engine, loop, calls, listener, descriptor, new IpEnds(calls, descriptor, peer));
        } catch (IOException e) {
            engine.close(false);
            throw e;
        }
    }

    void stop() {
        if (sockets != null && listeners != null) {
            sockets.release(listeners);
        }
        List.copyOf(handshakes).forEach(TlsConnection::close);
        if (threads != null && threads.stop()) {
            List.copyOf(abandoned).forEach(TlsConnection::computed);
        }
        if (look != null) {
            look.cancel();
            look = null;
        }
        use(null);
    }

    private ModuleContext module() {
        return Objects.requireNonNull(module, "used before its start");
    }

    @Override
    public String name() {
        return "tls";
    }

    @Override
    public List<Listener> listen(Loop loop, Consumer<Connection> to) throws IOException {
        accepted = to;
        if (options.port() != 0) {
            reload();
        }
        return Objects.requireNonNull(listeners, "listens before its start").listen(loop, options.port(), this::begin);
    }

    /** Reads the files again; handshakes from now on use them. */
    @Override
    public void reload() throws IOException {
        TlsContext made = TlsContext.of(options.settings(module().directory()));
        String implementation = made.implementation();
        if (!implementation.equals(logged)) {
            logged = implementation;
            LOG.log(System.Logger.Level.INFO, "TLS by " + implementation);
        }
        use(made);
    }

    private void use(@Nullable TlsContext next) {
        TlsContext last = context;
        context = next;
        if (last != null) {
            last.close();
        }
    }

    private void settingsChanged() throws OptionError {
        if (listeners == null || accepted == null || options.port() == 0) {
            return;
        }
        try {
            reload();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
            throw new OptionError(NOT_UPDATED);
        }
    }

    private void portChanged(int port) throws OptionError {
        settingsChanged();
        if (listeners == null) {
            return;
        }
        try {
            listeners.port(port);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Warning: " + e.getMessage());
            throw new OptionError("Unable to listen on this port. Check server logs.");
        }
    }

    // Handshakes.

    private void begin(Connection connection) {
        TlsConnection begun = (TlsConnection) connection;
        if (handshakes.size() >= options.mostHandshakes()) {
            evict();
        }
        begun.deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.handshakeSeconds());
        handshakes.add(begun);
        if (look == null) {
            look = module().loop().every(LOOK, this::expire);
        }
        begun.step();
    }

    /** Makes room for a handshake: the oldest one that waits for its peer ends, or, if all are being computed, the oldest. */
    private void evict() {
        TlsConnection oldest = handshakes.getFirst();
        for (TlsConnection connection : handshakes) {
            if (!connection.computes()) {
                oldest = connection;
                break;
            }
        }
        failed(oldest, new IOException("too many handshakes are under way"));
    }

    private void expire() {
        long now = System.nanoTime();
        Iterator<TlsConnection> oldest = List.copyOf(handshakes).iterator();
        while (oldest.hasNext()) {
            TlsConnection connection = oldest.next();
            if (connection.deadline - now > 0) {
                break;
            }
            failed(connection, new IOException("the handshake took more than " + options.handshakeSeconds() + " seconds"));
        }
        if (handshakes.isEmpty() && look != null) {
            look.cancel();
            look = null;
        }
    }

    /** Has a handshake thread compute a step of a handshake. */
    void compute(TlsConnection connection) {
        Objects.requireNonNull(threads).run(connection::compute, connection::computed);
    }

    /** Hands a connection over. */
    void established(TlsConnection connection) {
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

    /** Closes a connection whose handshake has failed. */
    void failed(TlsConnection connection, IOException reason) {
        long second = System.nanoTime() / SECOND;
        if (second != secondOfFailures) {
            if (failures > FAILURES_LOGGED_A_SECOND) {
                LOG.log(System.Logger.Level.WARNING,
                        "Error accepting a client connection: " + (failures - FAILURES_LOGGED_A_SECOND) + " more TLS handshakes failed");
            }
            secondOfFailures = second;
            failures = 0;
        }
        if (failures++ < FAILURES_LOGGED_A_SECOND) {
            LOG.log(System.Logger.Level.WARNING, "Error accepting a client connection: " + reason.getMessage() + " (addr="
                    + connection.peer() + " laddr=" + connection.local() + ")");
        }
        connection.close();
    }

    /** Forgets a connection, but for one that a handshake thread has. */
    void closed(TlsConnection connection) {
        handshakes.remove(connection);
        if (connection.computes()) {
            abandoned.add(connection);
        }
    }

    /** Forgets a connection that holds nothing any more. */
    void ended(TlsConnection connection) {
        abandoned.remove(connection);
    }

    // Buffered bytes.

    /** Notes that a connection holds bytes which no event tells of; does nothing while it is lent. */
    void list(TlsConnection connection) {
        if (!connection.listed && module().loop().onMain()) {
            connection.listed = true;
            buffered.add(connection);
        }
    }

    @Override
    public boolean holdsBuffered() {
        if (buffered.isEmpty()) {
            return false;
        }
        for (int i = buffered.size() - 1; i >= 0; i--) {
            TlsConnection connection = buffered.get(i);
            if (connection.waits()) {
                return true;
            }
            // it comes back when it has a handler again
            connection.listed = false;
            buffered.remove(i);
        }
        return false;
    }

    @Override
    public void serveBuffered() {
        List<TlsConnection> round = buffered;
        buffered = served;
        for (int i = 0; i < round.size(); i++) {
            TlsConnection connection = round.get(i);
            connection.listed = false;
            if (connection.waits()) {
                connection.serveBuffered();
                if (connection.waits()) {
                    list(connection);
                }
            }
        }
        round.clear();
        served = round;
    }
}
