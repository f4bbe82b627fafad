package dev.cairn.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.Listener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@SuppressWarnings("try") // servers run while their tests look at clients only
class TcpTest {
    private static final int PORT = 7300;
    private static final int OTHER_PORT = 7301;

    private final MemorySegment buffer = Arena.ofAuto().allocate(1 << 20);

    @Test
    void echoesWithReadsOfOneByte() throws Exception {
        try (TestServer server = new TestServer(PORT).listen(c -> new TestServer.Echo(c, 1)); Socket client = connect(PORT)) {
            byte[] sent = random(3000);
            client.getOutputStream().write(sent);
            assertArrayEquals(sent, client.getInputStream().readNBytes(sent.length));
        }
    }

    @Test
    void servesManyConnectionsAcceptedOneATurn() throws Exception {
        try (TestServer server = new TestServer(PORT)) {
            server.acceptsPerTurn = 1;
            server.listen(c -> new TestServer.Echo(c, 4096));
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                clients.add(connect(PORT));
            }
            byte[] sent = random(5000);
            for (int round = 0; round < 3; round++) {
                for (Socket c : clients) {
                    c.getOutputStream().write(sent);
                }
                for (Socket c : clients) {
                    assertArrayEquals(sent, c.getInputStream().readNBytes(sent.length));
                }
            }
            for (Socket c : clients) {
                c.close();
            }
        }
    }

    @Test
    void writesOnWhenAFullSocketHasRoomAgain() throws Exception {
        int total = 3_000_000;
        CompletableFuture<Integer> stalls = new CompletableFuture<>();
        try (TestServer server = new TestServer(PORT)) {
            server.listen(c -> {
                assertTrue(server.type.calls().set(c.descriptor(), SocketCalls.SOL_SOCKET, SocketCalls.SO_SNDBUF, 4096));
                int[] state = new int[2];
                for (int i = 0; i < 1 << 20; i++) {
                    buffer.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 >> 3));
                }
                c.onWritable(() -> {
                    try {
                        while (state[0] < total) {
                            int at = state[0] & (1 << 20) - 1;
                            int n = c.write(buffer, at, Math.min(total - state[0], (1 << 20) - at));
                            if (n == 0) {
                                state[1]++;
                                return;
                            }
                            state[0] += n;
                        }
                        stalls.complete(state[1]);
                        c.close();
                    } catch (IOException e) {
                        stalls.completeExceptionally(e);
                    }
                }, Connection.WriteOrder.AFTER_READ);
            });
            try (Socket client = connect(PORT)) {
                byte[] received = client.getInputStream().readAllBytes();
                assertEquals(total, received.length);
                for (int i = 0; i < total; i++) {
                    int at = i & (1 << 20) - 1;
                    assertEquals((byte) (at * 31 >> 3), received[i]);
                }
            }
            assertTrue(stalls.get(10, TimeUnit.SECONDS) > 1);
        }
    }

    @Test
    void tellsTheEndOfTheStreamAndAReset() throws Exception {
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        try (TestServer server = new TestServer(PORT).listen(c -> c.onReadable(() -> {
            try {
                int n = c.read(buffer, 0, 100);
                results.add(Integer.toString(n));
                if (n < 0) {
                    c.close();
                }
            } catch (IOException e) {
                results.add(String.valueOf(e.getMessage()));
                assertEquals(0, e.getStackTrace().length);
                c.close();
            }
        }))) {
            try (Socket client = connect(PORT)) {
                client.getOutputStream().write(7);
                assertEquals("1", results.take());
            }
            assertEquals("-1", results.take());
            try (Socket client = connect(PORT)) {
                client.getOutputStream().write(7);
                assertEquals("1", results.take());
                client.setSoLinger(true, 0);
            }
            assertEquals("Connection reset by peer", results.take());
        }
    }

    @Test
    void closesInsideAHandlerAndMoreThanOnce() throws Exception {
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        try (TestServer server = new TestServer(PORT).listen(c -> {
            c.onWritable(() -> results.add("written"), Connection.WriteOrder.AFTER_READ);
            c.onReadable(() -> {
                try {
                    assertEquals(1, c.read(buffer, 0, 10)); // unread bytes would turn the end into a reset
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                c.close();
                c.close();
                assertEquals(-1, c.descriptor());
                c.onReadable(() -> results.add("read"));
                results.add(assertThrows(IOException.class, () -> c.read(buffer, 0, 1)).getMessage());
            });
        }); Socket client = connect(PORT)) {
            while (!results.contains("written")) {
                Thread.onSpinWait();
            }
            client.getOutputStream().write(1);
            assertEquals(-1, client.getInputStream().read());
            String result = results.take();
            while (result.equals("written")) {
                result = results.take();
            }
            assertEquals("Bad file descriptor", result);
        }
    }

    @Test
    void writesBeforeItReadsWhenTold() throws Exception {
        BlockingQueue<String> order = new LinkedBlockingQueue<>();
        for (Connection.WriteOrder wanted : Connection.WriteOrder.values()) {
            order.clear();
            CompletableFuture<Connection> accepted = new CompletableFuture<>();
            try (TestServer server = new TestServer(PORT).listen(accepted::complete); Socket client = connect(PORT)) {
                client.getOutputStream().write(1);
                Connection connection = accepted.get(10, TimeUnit.SECONDS);
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                while (!order.contains("read")) {
                    assertTrue(System.nanoTime() < deadline);
                    order.clear();
                    server.call(() -> {
                        connection.onReadable(() -> {
                            order.add("read");
                            connection.onReadable(null);
                            connection.onWritable(null, wanted);
                        });
                        connection.onWritable(() -> order.add("write"), wanted);
                        return 0;
                    });
                    // A turn that had both is over once a post after it has run.
                    server.call(() -> 0);
                }
                server.call(() -> {
                    connection.close();
                    return 0;
                });
                List<String> seen = List.copyOf(order);
                int read = seen.indexOf("read");
                if (wanted == Connection.WriteOrder.BEFORE_READ) {
                    assertEquals("write", seen.get(read - 1));
                } else {
                    assertFalse(seen.subList(read, seen.size()).contains("write"));
                }
            }
        }
    }

    @Test
    void aLentConnectionBelongsToTheOtherThread() throws Exception {
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (TestServer server = new TestServer(PORT).listen(c -> {
            c.onReadable(() -> seen.add("read"));
            c.lend();
            accepted.complete(c);
        }); Socket client = connect(PORT)) {
            Connection connection = accepted.get(10, TimeUnit.SECONDS);
            assertEquals(0, connection.read(buffer, 0, 10));
            client.getOutputStream().write(42);
            int n;
            do {
                n = connection.read(buffer, 0, 10);
            } while (n == 0);
            assertEquals(1, n);
            assertEquals(1, connection.write(buffer, 0, 1));
            assertEquals(42, client.getInputStream().read());
            client.getOutputStream().write(43);
            server.call(() -> 0);
            server.call(() -> 0);
            assertTrue(seen.isEmpty());
            server.call(() -> {
                connection.settle();
                return 0;
            });
            assertEquals("read", seen.take());
            server.call(() -> {
                connection.close();
                return 0;
            });
        }
    }

    @Test
    void showsAddressesAsRedisDoes() throws Exception {
        boolean six = Files.exists(Path.of("/proc/net/if_inet6")) && Files.size(Path.of("/proc/net/if_inet6")) >= 0
                && Files.readString(Path.of("/proc/net/if_inet6")).contains("00000000000000000000000000000001");
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (TestServer server = new TestServer(PORT)) {
            server.bind = six ? List.of("127.0.0.1", "::1") : List.of("127.0.0.1");
            server.listen(c -> {
                seen.add(c.peer() + " " + c.local() + " " + c.loopback() + " " + c.type().name());
                c.close();
            });
            try (Socket client = connect(PORT)) {
                assertEquals("127.0.0.1:" + client.getLocalPort() + " 127.0.0.1:7300 true tcp", seen.take());
            }
            assumeTrue(six, "no IPv6 here");
            try (Socket client = new Socket(InetAddress.getByName("::1"), PORT)) {
                assertEquals("[::1]:" + client.getLocalPort() + " [::1]:7300 true tcp", seen.take());
            }
        }
    }

    @Test
    void writesIpv6AddressesInTheirShortForm() {
        assertEquals("[2001:db8::5]:1", new Endpoint(true, 0x20010db8_00000000L, 5, 0, 1).toString());
        assertEquals("[::]:0", new Endpoint(true, 0, 0, 0, 0).toString());
        assertEquals("192.0.2.255:65535", new Endpoint(false, 0, 0xc00002ffL, 0, 65535).toString());
        assertFalse(new Endpoint(false, 0, 0xc00002ffL, 0, 1).loopback());
        assertFalse(new Endpoint(true, 0, 2, 0, 1).loopback());
        assertTrue(new Endpoint(false, 0, 0x7f010203L, 0, 1).loopback());
    }

    @Test
    void saysThatAPortIsInUseAndLeavesNothingOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(OTHER_PORT, 5, InetAddress.getByName("127.0.0.2"));
                TestServer server = new TestServer(OTHER_PORT)) {
            server.bind = List.of("127.0.0.1", "127.0.0.2");
            IOException e = assertThrows(IOException.class, () -> server.listen(c -> c.close()));
            assertEquals("Could not create server TCP listening socket 127.0.0.2:7301: bind: Address already in use", e.getMessage());
            assertThrows(ConnectException.class, () -> connect(OTHER_PORT));
        }
    }

    @Test
    void skipsOptionalAddressesThatAreUnavailableAndNoOthers() throws Exception {
        try (TestServer server = new TestServer(PORT)) {
            server.bind = List.of("127.0.0.1", "-192.0.2.77");
            assertEquals(List.of("127.0.0.1 7300"), server.addresses());
            server.bind = List.of("127.0.0.1", "192.0.2.77");
            IOException e = assertThrows(IOException.class, server::addresses);
            assertEquals("Could not create server TCP listening socket 192.0.2.77:7300: bind: Cannot assign requested address",
                    e.getMessage());
            server.bind = List.of("999.999.999.999");
            e = assertThrows(IOException.class, server::addresses);
            assertEquals("Could not create server TCP listening socket 999.999.999.999:7300: Name or service not known", e.getMessage());
            server.bind = List.of("localhost");
            assertEquals(List.of("localhost 7300"), server.addresses());
            server.bind = List.of("");
            assertEquals(List.of(), server.addresses());
            server.bind = List.of("127.0.0.1");
            server.port = 0;
            assertEquals(List.of(), server.addresses());
        }
    }

    @Test
    void movesBetweenAWildcardAndOneAddressOnTheSamePort() throws Exception {
        try (TestServer server = new TestServer(PORT)) {
            server.bind = List.of("*");
            assertEquals(List.of("* 7300"), server.addresses());
            server.bind = List.of("127.0.0.1");
            assertEquals(List.of("127.0.0.1 7300"), server.addresses());
            server.bind = List.of("*", "192.0.2.77");
            assertThrows(IOException.class, server::addresses);
            connect(PORT).close();
            server.bind = List.of("*");
            assertEquals(List.of("* 7300"), server.addresses());
            connect(PORT).close();
        }
    }

    @Test
    void changesThePortWithoutLosingConnectionsOrLeavingTheOldOneOnFailure() throws Exception {
        try (TestServer server = new TestServer(PORT).listen(c -> new TestServer.Echo(c, 100));
                Socket old = connect(PORT);
                ServerSocket taken = new ServerSocket(OTHER_PORT, 5, InetAddress.getByName("127.0.0.1"))) {
            assertThrows(IOException.class, () -> server.call(() -> {
                server.type.relisten(OTHER_PORT, server.bind);
                return 0;
            }));
            echo(old);
            try (Socket client = connect(PORT)) {
                echo(client);
            }
            taken.close();
            server.call(() -> {
                server.type.relisten(OTHER_PORT, server.bind);
                return 0;
            });
            echo(old);
            try (Socket client = connect(OTHER_PORT)) {
                echo(client);
            }
            assertThrows(ConnectException.class, () -> connect(PORT));
        }
    }

    @Test
    void closingAListenerStopsItOnce() throws Exception {
        try (TestServer server = new TestServer(PORT)) {
            List<Listener> listeners = server.call(() -> server.type.listen(server.loop, c -> c.close()));
            server.call(() -> {
                listeners.getFirst().close();
                listeners.getFirst().close();
                return 0;
            });
            assertThrows(ConnectException.class, () -> connect(PORT));
        }
    }

    @Test
    void setsNoDelayAndKeepAliveOnAcceptedSockets() throws Exception {
        BlockingQueue<List<Integer>> seen = new LinkedBlockingQueue<>();
        try (TestServer server = new TestServer(PORT)) {
            server.keepAlive = 60;
            SocketCalls calls = server.type.calls();
            server.listen(c -> {
                int fd = c.descriptor();
                seen.add(List.of(calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY),
                        calls.get(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_KEEPALIVE),
                        calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPIDLE),
                        calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPINTVL),
                        calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPCNT)));
                c.close();
            });
            try (Socket client = connect(PORT)) {
                assertEquals(List.of(1, 1, 60, 20, 3), seen.take());
                assertEquals(-1, client.getInputStream().read());
            }
        }
    }

    @Test
    void refusesHeapMemoryAndBadRanges() throws Exception {
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        try (TestServer server = new TestServer(PORT).listen(accepted::complete); Socket client = connect(PORT)) {
            Connection c = accepted.get(10, TimeUnit.SECONDS);
            assertTrue(client.isConnected());
            server.call(() -> {
                assertThrows(IllegalArgumentException.class, () -> c.read(MemorySegment.ofArray(new byte[10]), 0, 10));
                assertThrows(IndexOutOfBoundsException.class, () -> c.write(buffer, 1 << 20, 1));
                assertEquals(0, c.read(buffer, 0, 0));
                c.close();
                return 0;
            });
        }
    }

    @Test
    void readingAndWritingAllocateNothing() throws Exception {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        try (TestServer server = new TestServer(PORT).listen(accepted::complete); Socket client = connect(PORT)) {
            Connection c = accepted.get(10, TimeUnit.SECONDS);
            Thread drain = Thread.ofPlatform().start(() -> {
                try {
                    InputStream in = client.getInputStream();
                    byte[] bytes = new byte[1 << 16];
                    while (in.read(bytes) >= 0) {
                        continue;
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            long allocated = server.call(() -> {
                long result = Long.MAX_VALUE;
                for (int round = 0; round < 40 && result >= 10_000; round++) { // until the JIT compiler has seen enough
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int i = 0; i < 10_000; i++) {
                        assertEquals(0, c.read(buffer, 0, 100));
                        c.write(buffer, 0, 10);
                    }
                    result = threads.getCurrentThreadAllocatedBytes() - before;
                }
                c.close();
                return result;
            });
            drain.join();
            assertTrue(allocated < 10_000, () -> allocated + " bytes in 10000 reads and writes");
        }
    }

    private static void echo(Socket client) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(new byte[]{1, 2, 3});
        assertArrayEquals(new byte[]{1, 2, 3}, client.getInputStream().readNBytes(3));
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
