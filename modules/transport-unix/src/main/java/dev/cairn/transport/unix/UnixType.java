package dev.cairn.transport.unix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.config.OptionTypes;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.ListenFailed;
import dev.cairn.sockets.Socket;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.SocketConnection;
import dev.cairn.sockets.SocketListener;
import dev.cairn.sockets.Sockets;
import dev.cairn.structures.LibC;
import org.jspecify.annotations.Nullable;

/** The connection type {@code unix}, with its options. Main thread. */
final class UnixType implements ConnectionType {
    private static final System.Logger LOG = System.getLogger(UnixType.class.getName());

    private final Option<String> path;
    private final Option<String> group;
    private final Option<Long> permissions;
    private final SocketCalls calls = new SocketCalls();
    private @Nullable Sockets sockets;
    private Path directory = Path.of("");
    /** The open listener, if there is one. */
    private final List<Listener> open = new ArrayList<>(1);

    UnixType(Registrar registrar) {
        path = registrar.option(OptionSpec.text("unixsocket", "")
                .doc("The path of the Unix socket to accept connections on; empty for none.")
                .immutable());
        group = registrar.option(OptionSpec.text("unixsocketgroup", "")
                .doc("The group of the Unix socket's file; empty for the server's own.")
                .immutable());
        permissions = registrar.option(OptionSpec.of("unixsocketperm", OptionTypes.octal(0, 0777), 0L)
                .doc("The permissions of the Unix socket's file, in octal; 0 for the system's default.")
                .immutable());
    }

    void start(Sockets by, Path in) {
        sockets = by;
        directory = in;
    }

    void stop() {
        List.copyOf(open).forEach(Listener::close);
    }

    @Override
    public String name() {
        return "unix";
    }

    @Override
    public List<Listener> listen(Loop loop, Consumer<Connection> accepted) throws IOException {
        Sockets shared = sockets;
        if (shared == null) {
            throw new IllegalStateException("listens before its start");
        }
        if (path.value().isEmpty()) {
            return List.of();
        }
        String name = new String(path.value().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8); // options are byte strings
        Path file = directory.resolve(name);
        byte[] bytes = file.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > UnixAddress.LONGEST) {
            throw new ListenFailed("Failed opening Unix socket: unix socket path too long (" + bytes.length + "), must be under "
                    + (UnixAddress.LONGEST + 1), 0);
        }
        UnixAddress address = new UnixAddress(bytes);
        SocketFile socketFile = new SocketFile(file, address);
        socketFile.clear(calls);
        int descriptor = open(address, socketFile, shared.backlog());
        try {
            open.add(new UnixListener(loop, shared, accepted, name, socketFile, descriptor));
            return Collections.unmodifiableList(open);
        } catch (IOException e) {
            Socket.close(descriptor);
            socketFile.remove();
            throw e;
        }
    }

    private int open(UnixAddress address, SocketFile file, int backlog) throws ListenFailed {
        int descriptor = calls.socket(address.family());
        if (descriptor < 0) {
            throw failed("socket");
        }
        ListenFailed failure;
        if (!calls.bind(descriptor, address)) {
            failure = failed("bind");
        } else {
            try {
                file.restrict(Math.toIntExact(permissions.value()), group.value());
                if (calls.listen(descriptor, backlog)) {
                    return descriptor;
                }
                failure = failed("listen");
            } catch (IOException e) {
                failure = new ListenFailed("Failed opening Unix socket: its group or permissions cannot be set: " + e.getMessage(), 0);
                failure.initCause(e);
            }
            file.remove();
        }
        Socket.close(descriptor);
        throw failure;
    }

    private ListenFailed failed(String step) {
        return new ListenFailed("Failed opening Unix socket: " + step + ": " + LibC.text(calls.errno()), calls.errno());
    }

    /** A listener that removes its file. */
    private final class UnixListener extends SocketListener {
        private final SocketFile file;

        UnixListener(Loop loop, Sockets shared, Consumer<Connection> accepted, String name, SocketFile file, int descriptor)
                throws IOException {
            super(calls, loop, shared.acceptsPerTurn(), (by, fd) -> new SocketConnection(UnixType.this, loop, calls, by, fd,
                    new UnixEnds(calls, fd, name + ":0")), accepted, name, 0, descriptor);
            this.file = file;
        }

        @Override
        public void close() {
            if (!closed()) {
                open.remove(this);
                LOG.log(System.Logger.Level.INFO, "Removing the unix socket file.");
                if (!file.remove()) {
                    LOG.log(System.Logger.Level.WARNING, "The unix socket file is not there any more, or is another server's: left alone");
                }
            }
            super.close();
        }
    }
}
