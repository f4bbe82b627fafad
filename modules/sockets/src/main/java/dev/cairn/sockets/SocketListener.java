package dev.cairn.sockets;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;
import dev.cairn.structures.LibC;

/** A listening socket of any family. Main thread. */
public class SocketListener implements Listener {
    private static final System.Logger LOG = System.getLogger(SocketListener.class.getName());

    /** How long to leave the queue alone when no descriptor or memory is left for the next connection. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final long LOG_INTERVAL_NANOS = 1_000_000_000;

    private final SocketCalls calls;
    private final Loop loop;
    private final IntSupplier acceptsPerTurn;
    private final Maker maker;
    private final Consumer<Connection> accepted;
    private final String address;
    private final int port;
    private final int descriptor;
    private final Loop.Watch watch;
    private Loop.@Nullable Timer pause;
    private long lastLogged = System.nanoTime() - LOG_INTERVAL_NANOS;
    private boolean closed;

    /** Makes a connection of an accepted socket. */
    @FunctionalInterface
    public interface Maker {
        /**
         * Takes over a socket that was accepted just now: {@link SocketCalls#accepted} is its peer.
         *
         * @param by the listener that has accepted it
         * @throws IOException when it cannot; the socket is not taken over then
         */
        Connection make(Listener by, int descriptor) throws IOException;
    }

    /**
     * Takes over a listening socket, unless that fails.
     *
     * @param calls accept the connections
     * @param acceptsPerTurn how many connections to accept in one turn of the loop
     * @param maker makes connections of sockets
     * @param accepted is given the connections
     */
    @SuppressWarnings("this-escape") // the loop calls only in a later turn
    public SocketListener(SocketCalls calls, Loop loop, IntSupplier acceptsPerTurn, Maker maker, Consumer<Connection> accepted,
            String address, int port, int descriptor) throws IOException {
        this.calls = calls;
        this.loop = loop;
        this.acceptsPerTurn = acceptsPerTurn;
        this.maker = maker;
        this.accepted = accepted;
        this.address = address;
        this.port = port;
        this.descriptor = descriptor;
        this.watch = loop.watch(descriptor, this::ready);
        watch.interest(true, false);
    }

    /** The address as in the configuration. */
    @Override
    public final String address() {
        return address;
    }

    @Override
    public final int port() {
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

    @Override
    public final boolean closed() {
        return closed;
    }

    private void ready(boolean readable, boolean writable) {
        int rest = acceptsPerTurn.getAsInt();
        while (rest-- > 0 && !closed) {
            int fd = calls.accept(descriptor);
            if (fd >= 0) {
                take(fd);
            } else if (!goOn(calls.errno())) {
                return;
            }
        }
    }

    private void take(int fd) {
        Connection connection;
        try {
            connection = maker.make(this, fd);
        } catch (IOException e) {
            Socket.close(fd);
            log(System.Logger.Level.WARNING, "Accepting client connection: " + e.getMessage());
            return;
        }
        if (LOG.isLoggable(System.Logger.Level.DEBUG)) {
            LOG.log(System.Logger.Level.DEBUG, "Accepted " + connection.peer());
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
