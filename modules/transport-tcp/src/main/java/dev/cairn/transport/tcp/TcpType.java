package dev.cairn.transport.tcp;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;
import dev.cairn.structures.LibC;

/**
 * The connection type {@code tcp}. Main thread.
 *
 * <p>When {@code port} or {@code bind} changes, listeners that stay are kept, new ones are opened and only then are old ones closed. An
 * address that an old listener covers cannot be opened before that one is closed, such as {@code 127.0.0.1} under {@code *}: then the old
 * ones are closed first and opened again should the new ones fail.
 */
final class TcpType implements ConnectionType {
    private static final System.Logger LOG = System.getLogger(TcpType.class.getName());

    /** What the type knows from its options. */
    interface Settings {
        int port();

        List<String> bind();

        int backlog();

        /** Seconds, 0 for no probes. */
        int keepAlive();

        int acceptsPerTurn();

        /** The firewall mark of listening sockets, 0 for none. */
        int mark();
    }

    private final Settings settings;
    private final SocketCalls calls = new SocketCalls();
    private final List<TcpListener> listeners = new ArrayList<>();
    private final List<Listener> view = Collections.unmodifiableList(listeners);
    private @Nullable Loop loop;
    private Consumer<Connection> accepted = connection -> {
    };
    private int openPort;
    private List<String> openBind = List.of();

    TcpType(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "tcp";
    }

    /**
     * Opens the listeners.
     *
     * @return a view that shows the open listeners also after the options have changed
     */
    @Override
    public List<Listener> listen(Loop on, Consumer<Connection> to) throws IOException {
        loop = on;
        accepted = to;
        relisten(settings.port(), settings.bind());
        return view;
    }

    /** Listens where the options say now; does nothing before {@link #listen}. When it fails, all is as before. */
    void relisten(int port, List<String> bind) throws IOException {
        if (loop == null) {
            return;
        }
        List<TcpListener> before = List.copyOf(listeners);
        List<TcpListener> after;
        try {
            after = open(port, bind, before);
        } catch (ListenFailed e) {
            if (!e.inUse() || before.isEmpty() || openPort != port) {
                throw e;
            }
            after = reopen(port, bind, before, e);
        }
        for (TcpListener listener : before) {
            if (!after.contains(listener)) {
                listener.close();
            }
        }
        listeners.clear();
        listeners.addAll(after);
        openPort = port;
        openBind = List.copyOf(bind);
    }

    /** Closes all listeners. */
    void close() {
        loop = null;
        listeners.forEach(TcpListener::close);
        listeners.clear();
    }

    /** The system calls, for the main thread. */
    SocketCalls calls() {
        return calls;
    }

    /** How many connections a listener accepts in one turn. */
    int acceptsPerTurn() {
        return settings.acceptsPerTurn();
    }

    /** Sets the options of an accepted socket. */
    void prepare(int descriptor) {
        calls.set(descriptor, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY, 1);
        int seconds = settings.keepAlive();
        if (seconds > 0) {
            calls.keepAlive(descriptor, seconds);
        }
    }

    /** Closes the old listeners that do not stay before it opens the new ones. */
    private List<TcpListener> reopen(int port, List<String> bind, List<TcpListener> before, ListenFailed first) throws IOException {
        for (TcpListener listener : before) {
            if (bind.stream().noneMatch(word -> listener.serves(word, port))) {
                listener.close();
            }
        }
        try {
            return open(port, bind, before);
        } catch (IOException second) {
            try {
                List<TcpListener> restored = open(openPort, openBind, before);
                listeners.clear();
                listeners.addAll(restored);
            } catch (IOException third) {
                listeners.removeIf(listener -> !listener.serves(listener.address(), listener.port()));
                second.addSuppressed(third);
            }
            second.addSuppressed(first);
            throw second;
        }
    }

    /** Opens listeners, taking over those that are open already; when it fails, it closes those that it has opened. */
    private List<TcpListener> open(int port, List<String> bind, List<TcpListener> existing) throws IOException {
        List<TcpListener> result = new ArrayList<>();
        if (port == 0) {
            return result;
        }
        try {
            for (String word : bind) {
                if (word.isEmpty() && bind.size() == 1) {
                    break;
                }
                TcpListener kept = null;
                for (TcpListener listener : existing) {
                    if (!result.contains(listener) && listener.serves(word, port)) {
                        kept = listener;
                        break;
                    }
                }
                TcpListener listener = kept == null ? open(word, port) : kept;
                if (listener != null) {
                    result.add(listener);
                }
            }
            return result;
        } catch (IOException | RuntimeException e) {
            for (TcpListener listener : result) {
                if (!existing.contains(listener)) {
                    listener.close();
                }
            }
            throw e;
        }
    }

    /** Opens one listener; null when its address may be and is unavailable. */
    private @Nullable TcpListener open(String word, int port) throws IOException {
        Loop on = loop;
        if (on == null) {
            throw new IllegalStateException("not listening yet");
        }
        BindAddress address = BindAddress.of(word);
        try {
            int descriptor = openSocket(address, port);
            try {
                return new TcpListener(this, on, accepted, word, port, descriptor);
            } catch (IOException e) {
                Socket.close(descriptor);
                throw e;
            }
        } catch (ListenFailed e) {
            if (e.skips(address.optional())) {
                LOG.log(System.Logger.Level.WARNING, "Warning: " + e.getMessage());
                return null;
            }
            throw e;
        }
    }

    private int openSocket(BindAddress address, int port) throws ListenFailed {
        Endpoint endpoint;
        try {
            endpoint = address.resolve(port);
        } catch (UnknownHostException e) {
            throw failed(address, port, String.valueOf(e.getMessage()), 0);
        }
        int descriptor = calls.socket(endpoint.family());
        if (descriptor < 0) {
            int errno = calls.errno();
            throw failed(address, port, "socket: " + LibC.text(errno), errno);
        }
        String step;
        if (endpoint.six() && !calls.set(descriptor, SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY, 1)) {
            step = "setsockopt";
        } else if (!calls.set(descriptor, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR, 1)) {
            step = "setsockopt SO_REUSEADDR";
        } else if (settings.mark() != 0 && !calls.set(descriptor, SocketCalls.SOL_SOCKET, SocketCalls.SO_MARK, settings.mark())) {
            step = "setsockopt SO_MARK";
        } else if (!calls.bind(descriptor, endpoint)) {
            step = "bind";
        } else if (!calls.listen(descriptor, settings.backlog())) {
            step = "listen";
        } else {
            return descriptor;
        }
        int errno = calls.errno();
        Socket.close(descriptor);
        throw failed(address, port, step + ": " + LibC.text(errno), errno);
    }

    private static ListenFailed failed(BindAddress address, int port, String reason, int errno) {
        return new ListenFailed("Could not create server TCP listening socket " + address.host() + ":" + port + ": " + reason, errno);
    }
}
