package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.Connection.WriteOrder;
import dev.cairn.api.io.Listener;

/**
 * What every connection type keeps: bytes arrive whole and in order however they are cut, ends and failures are told, handlers run in the
 * order that was asked for and not after a close.
 */
@Timeout(300)
public abstract class ConnectionTypeContract extends Contract {
    private static final int PATIENCE_SECONDS = TestServer.PATIENCE_SECONDS;

    private final MemorySegment buffer = Arena.ofAuto().allocate(1 << 20);
    private final List<Peer> peers = new ArrayList<>();
    private @Nullable TestServer server;
    private @Nullable List<Listener> listeners;

    /** What a type may do differently; each is an explicit exception from the contract, and what it does instead is tested. */
    public enum Leeway {
        /** A connection that its peer breaks looks like one that ends, as on a Unix socket. */
        RESETS_LOOK_LIKE_ENDS,
        /** Whoever connects is accepted at once: there is no handshake that could fail. */
        NO_HANDSHAKE
    }

    /** The client's end of a connection. */
    public interface Peer extends AutoCloseable {
        /** What the server sends. */
        InputStream in() throws IOException;

        /** What the server receives. */
        OutputStream out() throws IOException;

        /** Closes the connection in order. */
        @Override
        void close() throws IOException;

        /** Breaks the connection. */
        void reset() throws IOException;
    }

    /** For subclasses. */
    protected ConnectionTypeContract() {
    }

    /** The name of the type. */
    protected abstract String typeName();

    /** Lines of configuration with which the type listens in one place at least. */
    @Override
    protected abstract List<String> configuration();

    /** Connects as a client to what the type listens on. */
    protected abstract Peer connect(Listener listener) throws IOException;

    /** What the type does differently; {@link Leeway#NO_HANDSHAKE} by default. */
    protected Set<Leeway> leeways() {
        return Set.of(Leeway.NO_HANDSHAKE);
    }

    /** What no peer that shakes hands begins with; a request of HTTP by default. */
    protected byte[] noHandshake() {
        return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    /** Connects as a peer that has not shaken hands, for types that shake hands. */
    protected Peer connectWithoutHandshake(Listener listener) throws IOException {
        return connect(listener);
    }

    @BeforeEach
    void start() {
        server = server(module()).start();
    }

    @AfterEach
    void stop() throws Exception {
        for (Peer peer : peers) {
            peer.close();
        }
        TestServer s = server();
        List<Listener> open = listeners;
        if (open != null) {
            s.onMain(() -> {
                open.forEach(Listener::close);
                return true;
            });
        }
        s.close();
    }

    private TestServer server() {
        return Objects.requireNonNull(server);
    }

    private void listen(Consumer<Connection> accepted) throws Exception {
        listeners = server().listen(typeName(), accepted);
        assertFalse(Objects.requireNonNull(listeners).isEmpty(), "the type listens nowhere: is it configured to?");
    }

    private Peer peer() throws IOException {
        Peer peer = connect(Objects.requireNonNull(listeners).getFirst());
        peers.add(peer);
        return peer;
    }

    private <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(taken, "nothing happened");
        return Objects.requireNonNull(taken);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Sends back what comes. */
    private static final class Echo {
        private final Connection connection;
        private final MemorySegment bytes = Arena.ofAuto().allocate(64 << 10);
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
                int n = connection.read(bytes, 0, readSize);
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
                from += connection.write(bytes, from, to - from);
                if (from < to) {
                    connection.onWritable(this::write, WriteOrder.AFTER_READ);
                } else {
                    connection.onWritable(null, WriteOrder.AFTER_READ);
                    connection.onReadable(this::read);
                }
            } catch (IOException e) {
                connection.close();
            }
        }
    }

    @Test
    void readsOneByteAtATime() throws Exception {
        listen(c -> new Echo(c, 1));
        Peer peer = peer();
        byte[] sent = random(3000);
        peer.out().write(sent);
        assertArrayEquals(sent, peer.in().readNBytes(sent.length));
    }

    @Test
    void servesManyConnections() throws Exception {
        listen(c -> new Echo(c, 4096));
        List<Peer> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(peer());
        }
        byte[] sent = random(5000);
        for (int round = 0; round < 3; round++) {
            for (Peer p : many) {
                p.out().write(sent);
            }
            for (Peer p : many) {
                assertArrayEquals(sent, p.in().readNBytes(sent.length));
            }
        }
    }

    @Test
    void writesOnWhenThereIsRoomAgain() throws Exception {
        int total = 40_000_000;
        for (int i = 0; i < 1 << 20; i++) {
            buffer.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 >> 3));
        }
        CompletableFuture<Integer> stalled = new CompletableFuture<>();
        listen(c -> {
            int[] state = new int[1];
            c.onWritable(() -> {
                try {
                    while (state[0] < total) {
                        int at = state[0] & (1 << 20) - 1;
                        int n = c.write(buffer, at, Math.min(total - state[0], (1 << 20) - at));
                        if (n == 0) {
                            stalled.complete(state[0]);
                            return;
                        }
                        state[0] += n;
                    }
                    c.close();
                } catch (IOException e) {
                    c.close();
                    stalled.completeExceptionally(e);
                }
            }, WriteOrder.AFTER_READ);
        });
        Peer peer = peer();
        assertTrue(stalled.get(PATIENCE_SECONDS, TimeUnit.SECONDS) < total, "no write was short");
        byte[] received = peer.in().readAllBytes();
        assertEquals(total, received.length);
        for (int i = 0; i < total; i++) {
            int at = i & (1 << 20) - 1;
            if ((byte) (at * 31 >> 3) != received[i]) {
                throw new AssertionError("byte " + i + " is another");
            }
        }
    }

    @Test
    void tellsTheEndAfterTheLastByte() throws Exception {
        BlockingQueue<Integer> results = new LinkedBlockingQueue<>();
        listen(c -> c.onReadable(() -> {
            try {
                int n = c.read(buffer, 0, 100);
                if (n != 0) {
                    results.add(n);
                }
                if (n < 0) {
                    c.close();
                }
            } catch (IOException e) {
                results.add(Integer.MIN_VALUE);
                c.close();
            }
        }));
        Peer peer = peer();
        peer.out().write(7);
        assertEquals(1, take(results));
        peer.close();
        assertEquals(-1, take(results));
    }

    @Test
    void tellsABrokenConnection() throws Exception {
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        listen(c -> c.onReadable(() -> {
            try {
                int n = c.read(buffer, 0, 100);
                if (n != 0) {
                    results.add(n < 0 ? "end" : "bytes");
                }
                if (n < 0) {
                    c.close();
                }
            } catch (IOException e) {
                results.add("failure");
                c.close();
            }
        }));
        Peer peer = peer();
        peer.out().write(7);
        assertEquals("bytes", take(results));
        peer.reset();
        assertEquals(leeways().contains(Leeway.RESETS_LOOK_LIKE_ENDS) ? "end" : "failure", take(results));
    }

    @Test
    void failsToWriteToAPeerThatHasGone() throws Exception {
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
        listen(c -> {
            accepted.add(c);
            c.onWritable(() -> {
                try {
                    if (c.write(buffer, 0, 1 << 16) == 0) {
                        results.offer("full");
                    }
                } catch (IOException e) {
                    results.add("failure");
                    c.close();
                }
            }, WriteOrder.AFTER_READ);
        });
        Peer peer = peer();
        take(accepted);
        peer.reset();
        String result = take(results);
        while (result.equals("full")) {
            result = take(results);
        }
        assertEquals("failure", result);
    }

    @Test
    void closesInsideAHandlerAndMoreThanOnce() throws Exception {
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        listen(c -> c.onReadable(() -> {
            try {
                if (c.read(buffer, 0, 10) == 0) {
                    return;
                }
            } catch (IOException e) {
                results.add(String.valueOf(e.getMessage()));
            }
            c.close();
            c.close();
            c.onReadable(() -> results.add("called after the close"));
            c.onWritable(() -> results.add("called after the close"), WriteOrder.BEFORE_READ);
            assertThrows(IOException.class, () -> c.read(buffer, 0, 1));
            assertThrows(IOException.class, () -> c.write(buffer, 0, 1));
            results.add("closed");
        }));
        Peer peer = peer();
        peer.out().write(1);
        assertEquals(-1, peer.in().read());
        assertEquals("closed", take(results));
        server().awaitTurn();
        server().awaitTurn();
        assertTrue(results.isEmpty(), results::toString);
    }

    @Test
    void writesBeforeItReadsWhenTold() throws Exception {
        BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
        listen(accepted::add);
        for (WriteOrder wanted : WriteOrder.values()) {
            BlockingQueue<String> order = new LinkedBlockingQueue<>();
            Peer peer = peer();
            peer.out().write(1);
            Connection connection = take(accepted);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            // on the main thread, so that no handler runs between the look and the setting
            while (!server().onMain(() -> {
                if (order.contains("read")) {
                    return true;
                }
                order.clear();
                connection.onReadable(() -> {
                    order.add("read");
                    connection.onReadable(null);
                    connection.onWritable(null, wanted);
                });
                connection.onWritable(() -> order.add("write"), wanted);
                return false;
            })) {
                assertTrue(System.nanoTime() < deadline, "the byte did not arrive");
                // a turn that had both is over once a post after it has run
                server().awaitTurn();
            }
            server().onMain(() -> {
                connection.close();
                return 0;
            });
            List<String> seen = List.copyOf(order);
            int read = seen.indexOf("read");
            if (wanted == WriteOrder.BEFORE_READ) {
                assertTrue(read > 0, "read before it wrote");
                assertEquals("write", seen.get(read - 1));
            } else {
                assertFalse(seen.subList(read, seen.size()).contains("write"), "wrote after the handler was taken away");
            }
        }
    }

    @Test
    void leavesALentConnectionToTheOtherThread() throws Exception {
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        listen(c -> {
            c.onReadable(() -> {
                seen.add("read");
                c.onReadable(null);
            });
            c.lend();
            accepted.complete(c);
        });
        Peer peer = peer();
        Connection connection = accepted.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertEquals(0, connection.read(buffer, 0, 10));
        peer.out().write(42);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        int n;
        do {
            n = connection.read(buffer, 0, 10);
            assertTrue(System.nanoTime() < deadline, "the byte did not arrive");
        } while (n == 0);
        assertEquals(1, n);
        assertEquals(1, connection.write(buffer, 0, 1));
        assertEquals(42, peer.in().read());
        peer.out().write(43);
        server().awaitTurn();
        assertTrue(seen.isEmpty(), "a handler was called while the connection is lent");
        server().onMain(() -> {
            connection.settle();
            return 0;
        });
        assertEquals("read", take(seen));
        server().onMain(() -> {
            connection.close();
            return 0;
        });
    }

    @Test
    void stopsAcceptingWhenAListenerIsClosed() throws Exception {
        BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
        listen(accepted::add);
        peer();
        Connection first = take(accepted);
        List<Listener> open = Objects.requireNonNull(listeners);
        server().onMain(() -> {
            open.forEach(Listener::close);
            open.forEach(Listener::close);
            return 0;
        });
        try (Peer late = connect(open.getFirst())) {
            assertEquals(-1, late.in().read(), "a closed listener served a connection");
        } catch (IOException e) {
            assertNotNull(e);
        }
        assertTrue(accepted.isEmpty());
        server().onMain(() -> {
            first.close();
            return 0;
        });
    }

    @Test
    void readsOnFromWhatOneSegmentHasBrought() throws Exception {
        BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        listen(c -> c.onReadable(() -> {
            try {
                int n = c.read(buffer, 0, 7);
                sizes.add(n);
                if (n < 0) {
                    c.close();
                }
            } catch (IOException e) {
                sizes.add(Integer.MIN_VALUE);
                c.close();
            }
        }));
        Peer peer = peer();
        peer.out().write(random(50_000));
        int total = 0;
        while (total < 50_000) {
            int n = take(sizes);
            assertTrue(n >= 0, "the connection has ended");
            total += n;
        }
        assertEquals(50_000, total);
    }

    @Test
    void goesOnWithWhatIsBufferedWhenAHandlerIsSetAgain() throws Exception {
        BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        listen(c -> {
            c.onReadable(() -> {
                try {
                    if (sizes.add(c.read(buffer, 0, 10))) {
                        c.onReadable(null);
                    }
                } catch (IOException e) {
                    c.close();
                }
            });
            accepted.add(c);
        });
        Peer peer = peer();
        peer.out().write(random(25));
        Connection connection = take(accepted);
        int first = take(sizes);
        server().awaitTurn();
        assertTrue(sizes.isEmpty(), "the handler was called though it was taken away");
        server().onMain(() -> {
            connection.onReadable(() -> {
                try {
                    sizes.add(connection.read(buffer, 0, 10));
                } catch (IOException e) {
                    connection.close();
                }
            });
            return 0;
        });
        int total = first;
        while (total < 25) {
            total += take(sizes);
        }
        assertEquals(25, total);
    }

    @Test
    void keepsOrderWhileItIsLentAndSettledUnderLoad() throws Exception {
        try (ExecutorService other = Executors.newFixedThreadPool(2)) {
            CountDownLatch open = new CountDownLatch(6);
            listen(c -> new LentEcho(c, other, open));
            List<Peer> many = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                many.add(peer());
            }
            List<CompletableFuture<Void>> checks = new ArrayList<>();
            for (Peer p : many) {
                checks.add(CompletableFuture.runAsync(() -> {
                    try {
                        byte[] sent = random(300_000);
                        for (int from = 0; from < sent.length; from += 10_000) {
                            p.out().write(sent, from, 10_000);
                            assertArrayEquals(Arrays.copyOfRange(sent, from, from + 10_000), p.in().readNBytes(10_000));
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
            }
            for (CompletableFuture<Void> check : checks) {
                check.get(2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            for (Peer p : many) {
                p.close();
            }
            assertTrue(open.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "an end was not told");
        }
    }

    /** Sends back what comes, by another thread that the connection is lent to for each event. */
    private final class LentEcho {
        private final Connection connection;
        private final ExecutorService other;
        private final CountDownLatch open;
        private final MemorySegment bytes = Arena.ofAuto().allocate(3000);

        LentEcho(Connection connection, ExecutorService other, CountDownLatch open) {
            this.connection = connection;
            this.other = other;
            this.open = open;
            connection.onReadable(this::lend);
        }

        private void lend() {
            connection.lend();
            other.execute(() -> {
                boolean ended = false;
                try {
                    int n = connection.read(bytes, 0, (int) bytes.byteSize());
                    ended = n < 0;
                    for (int written = 0; written < n;) {
                        written += connection.write(bytes, written, n - written);
                    }
                } catch (IOException e) {
                    ended = true;
                }
                settle(ended);
            });
        }

        private void settle(boolean ended) {
            server().server().loop().post(() -> {
                connection.settle();
                if (ended) {
                    connection.close();
                    open.countDown();
                }
            });
        }
    }

    @Test
    void reloadsWithoutHarmToOpenConnections() throws Exception {
        listen(c -> new Echo(c, 4096));
        Peer old = peer();
        echo(old);
        server().onMain(() -> {
            server().connectionType(typeName()).reload();
            return 0;
        });
        echo(old);
        echo(peer());
    }

    private static void echo(Peer peer) throws IOException {
        byte[] sent = random(1000);
        peer.out().write(sent);
        assertArrayEquals(sent, peer.in().readNBytes(sent.length));
    }

    @Test
    void closesAPeerWhoseHandshakeFailsAndServesTheNext() throws Exception {
        BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
        listen(c -> {
            accepted.add(c);
            new Echo(c, 4096);
        });
        try (Peer stranger = connectWithoutHandshake(Objects.requireNonNull(listeners).getFirst())) {
            if (leeways().contains(Leeway.NO_HANDSHAKE)) {
                echo(stranger);
                assertEquals(1, accepted.size());
                return;
            }
            stranger.out().write(noHandshake());
            try {
                stranger.in().readAllBytes();
            } catch (IOException e) {
                assertNotNull(e); // a reset is as good as an end
            }
            assertTrue(accepted.isEmpty(), "a connection without a handshake was handed over");
        }
        echo(peer());
    }

    @Test
    void knowsItsTypeAndAddresses() throws Exception {
        BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
        listen(accepted::add);
        peer();
        Connection c = take(accepted);
        server().onMain(() -> {
            assertEquals(typeName(), c.type().name());
            assertFalse(c.peer().isBlank());
            assertFalse(c.local().isBlank());
            c.close();
            return 0;
        });
    }
}
