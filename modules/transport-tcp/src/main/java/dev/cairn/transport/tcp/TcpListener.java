package dev.cairn.transport.tcp;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;
import dev.cairn.structures.LibC;

/** A listening TCP socket. Main thread. */
final class TcpListener implements Listener {
    private static final System.Logger LOG = System.getLogger(TcpListener.class.getName());

    /** How long to leave the queue alone when no descriptor or memory is left for the next connection. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final long LOG_INTERVAL_NANOS = 1_000_000_000;

    private final TcpType type;
    private final Loop loop;
    private final Consumer<Connection> accepted;
    private final String address;
    private final int port;
    private final int descriptor;
    private final Loop.Watch watch;
    private Loop.@Nullable Timer pause;
    private long lastLogged = System.nanoTime() - LOG_INTERVAL_NANOS;
    private boolean closed;

    /** Takes over a listening socket, unless that fails. */
    TcpListener(TcpType type, Loop loop, Consumer<Connection> accepted, String address, int port, int descriptor) throws IOException {
        this.type = type;
        this.loop = loop;
        this.accepted = accepted;
        this.address = address;
        this.port = port;
        this.descriptor = descriptor;
        this.watch = loop.watch(descriptor, this::ready);
        watch.interest(true, false);
    }

    /** The address as in the option {@code bind}, the {@code -} included. */
    @Override
    public String address() {
        return address;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (pause != null) {
                pause.cancel();
            }
            watch.close();
            Socket.close(descriptor);
        }
    }

    /** Whether it listens where the given word of {@code bind} wants. */
    boolean serves(String word, int wantedPort) {
        return !closed && port == wantedPort && BindAddress.of(word).host().equals(BindAddress.of(address).host());
    }

    private void ready(boolean readable, boolean writable) {
        int rest = type.acceptsPerTurn();
        while (rest-- > 0 && !closed) {
            int fd = type.calls().accept(descriptor);
            if (fd >= 0) {
                take(fd, type.calls().accepted());
            } else if (!goOn(type.calls().errno())) {
                return;
            }
        }
    }

    private void take(int fd, Endpoint peer) {
        TcpConnection connection;
        try {
            connection = new TcpConnection(type, loop, fd, peer);
        } catch (IOException e) {
            Socket.close(fd);
            log(System.Logger.Level.WARNING, "Accepting client connection: " + e.getMessage());
            return;
        }
        type.prepare(fd);
        if (LOG.isLoggable(System.Logger.Level.DEBUG)) {
            LOG.log(System.Logger.Level.DEBUG, "Accepted " + peer.address() + ":" + peer.port());
        }
        try {
            accepted.accept(connection);
        } catch (RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    /** Whether to try the next connection after a failure: not when there is none, or nothing to take it with. */
    private boolean goOn(int errno) {
        switch (errno) {
            case Errno.EAGAIN -> {
                return false;
            }
            case Errno.EINTR -> {
                return true;
            }
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> {
                watch.interest(false, false);
                pause = loop.after(PAUSE, () -> watch.interest(true, false));
                log(System.Logger.Level.WARNING, "Accepting client connection: accept: " + LibC.text(errno));
                return false;
            }
            default -> {
                // The connection broke while it waited in the queue.
                log(System.Logger.Level.DEBUG, "Accepting client connection: accept: " + LibC.text(errno));
                return true;
            }
        }
    }

    private void log(System.Logger.Level level, String message) {
        long now = System.nanoTime();
        if (now - lastLogged >= LOG_INTERVAL_NANOS) {
            lastLogged = now;
            LOG.log(level, message);
        }
    }
}
