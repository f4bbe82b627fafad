package dev.cairn.sockets;

import java.io.IOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;
import dev.cairn.structures.LibC;

/**
 * The listeners of one transport over IP: one port, at the addresses of the option {@code bind}. Main thread.
 *
 * <p>When the port or {@code bind} changes, listeners that stay are kept, new ones are opened and only then are old ones closed. An
 * address that an old listener covers cannot be opened before that one is closed, such as {@code 127.0.0.1} under {@code *}: then the old
 * ones are closed first and opened again should the new ones fail.
 */
public final class IpListeners {
    private static final System.Logger LOG = System.getLogger(IpListeners.class.getName());

    private final IpSettings settings;
    private final SocketCalls calls = new SocketCalls();
    private final IntSupplier acceptsPerTurn;
    private final Maker maker;
    private final List<IpListener> listeners = new ArrayList<>();
    private final List<Listener> view = Collections.unmodifiableList(listeners);
    private @Nullable Loop loop;
    private Consumer<Connection> accepted = connection -> {
    };
    private int openPort;
    private List<String> openBind = List.of();

    /** What the options that transports over IP share say. */
    public interface IpSettings {
        /** The addresses to listen on. */
        List<String> bind();

        /** How many connections may wait to be accepted. */
        int backlog();

        /** Seconds, 0 for no probes. */
        int keepAlive();

        /** The firewall mark of listening sockets, 0 for none. */
        int mark();
    }

    /** Makes a connection of an accepted socket, whose options are set. */
    @FunctionalInterface
    public interface Maker {
        /**
         * Takes over a socket.
         *
         * @param loop the event loop
         * @param calls the system calls of the main thread
         * @param by what has accepted it
         * @throws IOException when it cannot; the socket is not taken over then
         */
        Connection make(Loop loop, SocketCalls calls, Listener by, int descriptor, Endpoint peer) throws IOException;
    }

    /**
     * Listeners that are not open yet. A transport gets them of {@link Sockets}.
     *
     * @param acceptsPerTurn how many connections a listener accepts in one turn of the loop
     */
    public IpListeners(IpSettings settings, IntSupplier acceptsPerTurn, Maker maker) {
        this.settings = settings;
        this.acceptsPerTurn = acceptsPerTurn;
        this.maker = maker;
    }

    /**
     * Opens the listeners.
     *
     * @param port 0 for no listeners
     * @param to is given the connections
     * @return a view that shows the open listeners also after the options have changed
     * @throws IOException with a message for the operator when an address cannot be listened on; nothing stays open then
     */
    public List<Listener> listen(Loop on, int port, Consumer<Connection> to) throws IOException {
        loop = on;
        accepted = to;
        relisten(port, settings.bind());
        return view;
    }

    /** Listens on another port; does nothing before {@link #listen}. When it fails, all is as before. */
    public void port(int port) throws IOException {
        relisten(port, settings.bind());
    }

    /** Listens at other addresses, as {@link #port} does. */
    void bind(List<String> words) throws IOException {
        relisten(openPort, words);
    }

    private void relisten(int port, List<String> bind) throws IOException {
        if (loop == null) {
            return;
        }
        List<IpListener> before = List.copyOf(listeners);
        List<IpListener> after;
        try {
            after = open(port, bind, before);
        } catch (ListenFailed e) {
            if (!e.inUse() || before.isEmpty() || openPort != port) {
                throw e;
            }
            after = reopen(port, bind, before, e);
        }
        for (IpListener listener : before) {
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
    public void close() {
        loop = null;
        listeners.forEach(IpListener::close);
        listeners.clear();
    }

    /** The system calls, for the main thread. */
    public SocketCalls calls() {
        return calls;
    }

    /** Sets the options of an accepted socket and has a connection made of it. */
    private Connection make(Loop on, Listener by, int descriptor) throws IOException {
        Connection made = maker.make(on, calls, by, descriptor, calls.accepted());
        calls.set(descriptor, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY, 1);
        int seconds = settings.keepAlive();
        if (seconds > 0) {
            calls.keepAlive(descriptor, seconds);
        }
        return made;
    }

    /** Closes the old listeners that do not stay before it opens the new ones. */
    private List<IpListener> reopen(int port, List<String> bind, List<IpListener> before, ListenFailed first) throws IOException {
        for (IpListener listener : before) {
            if (bind.stream().noneMatch(word -> listener.serves(word, port))) {
                listener.close();
            }
        }
        try {
            return open(port, bind, before);
        } catch (IOException second) {
            try {
                List<IpListener> restored = open(openPort, openBind, before);
                listeners.clear();
                listeners.addAll(restored);
            } catch (IOException third) {
                listeners.removeIf(Listener::closed);
                second.addSuppressed(third);
            }
            second.addSuppressed(first);
            throw second;
        }
    }

    /** Opens listeners, taking over those that are open already; when it fails, it closes those that it has opened. */
    private List<IpListener> open(int port, List<String> bind, List<IpListener> existing) throws IOException {
        List<IpListener> result = new ArrayList<>();
        if (port == 0) {
            return result;
        }
        try {
            for (String word : bind) {
                if (word.isEmpty() && bind.size() == 1) {
                    break;
                }
                IpListener kept = null;
                for (IpListener listener : existing) {
                    if (!result.contains(listener) && listener.serves(word, port)) {
                        kept = listener;
                        break;
                    }
                }
                IpListener listener = kept == null ? open(word, port) : kept;
                if (listener != null) {
                    result.add(listener);
                }
            }
            return result;
        } catch (IOException | RuntimeException e) {
            for (IpListener listener : result) {
                if (!existing.contains(listener)) {
                    listener.close();
                }
            }
            throw e;
        }
    }

    /** Opens one listener; null when its address may be and is unavailable. */
    private @Nullable IpListener open(String word, int port) throws IOException {
        Loop on = loop;
        if (on == null) {
            throw new IllegalStateException("not listening yet");
        }
        BindAddress address = BindAddress.of(word);
        try {
            int descriptor = openSocket(address, port);
            try {
                return new IpListener(on, word, port, descriptor);
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

    /** A listener at one word of {@code bind}; its address is the word, the {@code -} included. */
    private final class IpListener extends SocketListener {
        IpListener(Loop on, String word, int port, int descriptor) throws IOException {
            super(calls, on, acceptsPerTurn, (by, accepted) -> make(on, by, accepted), accepted, word, port, descriptor);
        }

        /** Whether it listens where the given word of {@code bind} wants. */
        boolean serves(String word, int wantedPort) {
            return !closed() && port() == wantedPort && BindAddress.of(word).host().equals(BindAddress.of(address()).host());
        }
    }
}
