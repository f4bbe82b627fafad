package dev.cairn.transport.tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.cairn.api.io.Connection;
import dev.cairn.core.loop.EventLoop;

/** A loop on a thread of its own with a TCP type. */
@SuppressWarnings("try") // a test that is interrupted fails
final class TestServer implements AutoCloseable, TcpType.Settings {
    int port;
    List<String> bind = List.of("127.0.0.1");
    int acceptsPerTurn = 10;
    int keepAlive = 300;
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final TcpType type = new TcpType(this);
    final EventLoop loop;
    private final Thread thread;

    TestServer(int port) throws Exception {
        this.port = port;
        CompletableFuture<EventLoop> made = new CompletableFuture<>();
        thread = Thread.ofPlatform().name("main").start(() -> {
            try (EventLoop own = new EventLoop(failures::add)) {
                made.complete(own);
                own.run(new EventLoop.Hooks() {
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        loop = made.get(10, TimeUnit.SECONDS);
    }

    /** Runs on the loop's thread. */
    <T> T call(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.post(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        try {
            return result.get(10, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    TestServer listen(Consumer<Connection> accepted) throws Exception {
        call(() -> type.listen(loop, accepted));
        return this;
    }

    List<String> addresses() throws Exception {
        return call(() -> {
            List<String> result = new ArrayList<>();
            type.listen(loop, c -> c.close()).forEach(l -> result.add(l.address() + " " + l.port()));
            return result;
        });
    }

    @Override
    public void close() throws Exception {
        call(() -> {
            type.close();
            return 0;
        });
        loop.stop();
        thread.join(10_000);
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.getFirst());
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public List<String> bind() {
        return bind;
    }

    @Override
    public int backlog() {
        return 511;
    }

    @Override
    public int keepAlive() {
        return keepAlive;
    }

    @Override
    public int acceptsPerTurn() {
        return acceptsPerTurn;
    }

    @Override
    public int mark() {
        return 0;
    }

    /** Sends back what comes, with the given length of reads. */
    static final class Echo {
        final Connection connection;
        private final MemorySegment buffer = Arena.ofAuto().allocate(64 * 1024);
        private final int readSize;
        private int from;
        private int to;

        Echo(Connection connection, int readSize) {
            this.connection = connection;
            this.readSize = readSize;
            connection.onReadable(this::read);
        }

        private void read() {
            try {
                int n = connection.read(buffer, 0, readSize);
                if (n < 0) {
                    connection.close();
                } else if (n > 0) {
                    from = 0;
                    to = n;
                    connection.onReadable(null);
                    write();
                }
            } catch (IOException e) {
                connection.close();
            }
        }

        private void write() {
            try {
                from += connection.write(buffer, from, to - from);
                if (from < to) {
                    connection.onWritable(this::write, Connection.WriteOrder.AFTER_READ);
                } else {
                    connection.onWritable(null, Connection.WriteOrder.AFTER_READ);
                    connection.onReadable(this::read);
                }
            } catch (IOException e) {
                connection.close();
            }
        }
    }
}
