package dev.cairn.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.cairn.api.io.Connection;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is special about TCP; the rest is in the contract. */
@Timeout(300)
class TcpTest {
    private static final String NO_PORT = "Unable to listen on this port. Check server logs.";
    private static final String NO_BIND = "Failed to bind to specified addresses.";

    private final int port = freePort();
    private final int otherPort = otherThan(port);
    private final MemorySegment buffer = Arena.ofAuto().allocate(1 << 20);

    private TestServer.Builder server(String... config) {
        return TestServer.with(new SocketsModule(), new TcpModule()).config("port " + port, "bind 127.0.0.1").config(config);
    }

    /** The listener fields of INFO, but for the test's own transport. */
    private static String listeners(TestClient client) {
        return String.join(" ", client.line("INFO server").lines().filter(l -> l.startsWith("listener"))
                .map(l -> l.substring(l.indexOf(':') + 1)).filter(l -> l.startsWith("name=tcp")).toList());
    }

    private static void set(TestClient client, String... words) {
        assertEquals("OK", client.text(config(words)), () -> String.join(" ", words));
    }

    private static void fails(String option, String reason, TestClient client, String... words) {
        assertEquals("ERR CONFIG SET failed (possibly related to argument '" + option + "') - " + reason, client.text(config(words)));
    }

    private static String[] config(String... words) {
        String[] command = new String[words.length + 2];
        command[0] = "CONFIG";
        command[1] = "SET";
        System.arraycopy(words, 0, command, 2, words.length);
        return command;
    }

    @Test
    void changesPortAndBindAtOnceOrNotAtAll() throws Exception {
        try (TestServer server = server().listening().start(); TestClient client = server.client()) {
            assertEquals("name=tcp,bind=127.0.0.1,port=" + port, listeners(client));
            set(client, "port", Integer.toString(otherPort));
            assertEquals("name=tcp,bind=127.0.0.1,port=" + otherPort, listeners(client));
            try (ServerSocket taken = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.1"))) {
                assertEquals(port, taken.getLocalPort());
                fails("port", NO_PORT, client, "port", Integer.toString(port));
                assertEquals("name=tcp,bind=127.0.0.1,port=" + otherPort, listeners(client));
                ping(otherPort);
            }
            fails("bind", NO_BIND, client, "bind", "999.999.999.999");
            fails("bind", NO_BIND, client, "bind", "127.0.0.1 192.0.2.77");
            ping(otherPort);
            set(client, "bind", "127.0.0.1 127.0.0.2 -192.0.2.77");
            assertEquals("name=tcp,bind=127.0.0.1,bind=127.0.0.2,port=" + otherPort, listeners(client));
            set(client, "bind", "localhost", "port", Integer.toString(port));
            assertEquals("name=tcp,bind=localhost,port=" + port, listeners(client));
            set(client, "bind", "");
            assertEquals("", listeners(client));
            set(client, "bind", "127.0.0.1");
            set(client, "port", "0");
            assertEquals("", listeners(client));
            assertThrows(ConnectException.class, () -> connect(port));
            set(client, "port", Integer.toString(port));
            ping(port);
        }
    }

    @Test
    void refusesMoreThanSixteenAddresses() {
        try (TestServer server = server().start(); TestClient client = server.client()) {
            fails("bind", "Too many bind addresses specified.", client, "bind", "127.0.0.1 ".repeat(17).strip());
        }
    }

    @Test
    void movesBetweenAWildcardAndOneAddressOnTheSamePort() throws Exception {
        try (TestServer server = server().listening().start(); TestClient client = server.client()) {
            set(client, "bind", "*");
            assertEquals("name=tcp,bind=*,port=" + port, listeners(client));
            set(client, "bind", "127.0.0.1");
            assertEquals("name=tcp,bind=127.0.0.1,port=" + port, listeners(client));
            set(client, "bind", "*");
            fails("bind", NO_BIND, client, "bind", "* 192.0.2.77");
            ping(port);
            assertEquals("name=tcp,bind=*,port=" + port, listeners(client));
        }
    }

    @Test
    void keepsTheClientsOfAClosedListener() throws Exception {
        try (TestServer server = server().listening().start(); TestClient client = server.client(); Socket old = connect(port)) {
            ping(old);
            set(client, "port", Integer.toString(otherPort));
            assertThrows(ConnectException.class, () -> connect(port));
            server.advance(java.time.Duration.ofSeconds(1));
            ping(old);
        }
    }

    @Test
    void closesTheClientsOfAClosedListenerOnceTheyAreIdleIfTold() throws Exception {
        try (TestServer server = server("drain-closed-listeners yes").listening().start(); TestClient client = server.client();
                Socket idle = connect(port); Socket busy = connect(port)) {
            ping(idle);
            busy.getOutputStream().write("MULTI\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("+OK\r\n", read(busy, 5));
            set(client, "port", Integer.toString(otherPort));
            assertEquals(-1, idle.getInputStream().read());
            ping(otherPort);
            busy.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("+QUEUED\r\n", read(busy, 9));
            busy.getOutputStream().write("EXEC\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("*1\r\n+PONG\r\n", read(busy, 11));
            assertEquals(-1, busy.getInputStream().read());
        }
    }

    @Test
    void listensAtOnceWhenItIsLoadedIntoARunningServer() throws Exception {
        try (TestServer server = TestServer.with(new SocketsModule()).config("port " + port, "bind 127.0.0.1").start();
                TestClient client = server.client()) {
            server.load(new TcpModule());
            assertEquals("name=tcp,bind=127.0.0.1,port=" + port, listeners(client));
            ping(port);
        }
    }

    @Test
    void isRefusedAtRunTimeWhenItCannotListen() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.1"));
                TestServer server = TestServer.with(new SocketsModule()).config("port " + port, "bind 127.0.0.1").start()) {
            Exception e = assertThrows(Exception.class, () -> server.load(new TcpModule()));
            assertEquals("module 'transport-tcp' cannot listen on tcp: Could not create server TCP listening socket 127.0.0.1:"
                    + taken.getLocalPort() + ": bind: Address already in use", e.getMessage());
        }
    }

    @Test
    void showsAddressesAsRedisDoes() throws Exception {
        Path interfaces = Path.of("/proc/net/if_inet6");
        boolean six = Files.exists(interfaces) && Files.readString(interfaces).contains("00000000000000000000000000000001");
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (TestServer server = server(six ? "bind 127.0.0.1 ::1" : "").start()) {
            server.listen("tcp", c -> {
                seen.add(c.peer() + " " + c.local() + " " + c.loopback() + " " + c.type().name());
                c.close();
            });
            try (Socket client = connect(port)) {
                assertEquals("127.0.0.1:" + client.getLocalPort() + " 127.0.0.1:" + port + " true tcp", seen.take());
            }
            assumeTrue(six, "no IPv6 here");
            try (Socket client = new Socket(InetAddress.getByName("::1"), port)) {
                assertEquals("[::1]:" + client.getLocalPort() + " [::1]:" + port + " true tcp", seen.take());
            }
        }
    }

    @Test
    void saysThatAPortIsInUseAndLeavesNothingOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.2"));
                TestServer server = server("bind 127.0.0.1 127.0.0.2").start()) {
            assertNotNull(taken);
            IOException e = assertThrows(IOException.class, () -> server.listen("tcp", c -> c.close()));
            assertEquals("Could not create server TCP listening socket 127.0.0.2:" + port + ": bind: Address already in use",
                    e.getMessage());
            assertThrows(ConnectException.class, () -> connect(port));
        }
    }

    @Test
    void setsNoDelayAndKeepAliveOnAcceptedSockets() throws Exception {
        BlockingQueue<List<Integer>> seen = new LinkedBlockingQueue<>();
        try (TestServer server = server("tcp-keepalive 60").start()) {
            SocketCalls calls = server.onMain(SocketCalls::new);
            server.listen("tcp", c -> {
                int fd = c.descriptor();
                seen.add(List.of(calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY),
                        calls.get(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_KEEPALIVE),
                        calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPIDLE),
                        calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPINTVL),
                        calls.get(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPCNT)));
                c.close();
                assertEquals(-1, c.descriptor());
            });
            try (Socket client = connect(port)) {
                assertEquals(List.of(1, 1, 60, 20, 3), seen.take());
                assertEquals(-1, client.getInputStream().read());
            }
        }
    }

    @Test
    void refusesHeapMemoryAndBadRanges() throws Exception {
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        try (TestServer server = server().start()) {
            server.listen("tcp", accepted::complete);
            try (Socket client = connect(port)) {
                Connection c = accepted.get(60, TimeUnit.SECONDS);
                assertTrue(client.isConnected());
                server.onMain(() -> {
                    assertThrows(IllegalArgumentException.class, () -> c.read(MemorySegment.ofArray(new byte[10]), 0, 10));
                    assertThrows(IndexOutOfBoundsException.class, () -> c.write(buffer, 1 << 20, 1));
                    assertEquals(0, c.read(buffer, 0, 0));
                    c.close();
                    return 0;
                });
            }
        }
    }

    @Test
    void readingAndWritingAllocateNothing() throws Exception {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        try (TestServer server = server().start()) {
            server.listen("tcp", accepted::complete);
            try (Socket client = connect(port)) {
                Connection c = accepted.get(60, TimeUnit.SECONDS);
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
                long allocated = server.onMain(() -> {
                    long result = Long.MAX_VALUE;
                    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                    while (result >= 10_000 && System.nanoTime() < deadline) { // until the JIT compiler has seen enough
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
    }

    private static void ping(int port) throws IOException {
        try (Socket client = connect(port)) {
            ping(client);
        }
    }

    private static void ping(Socket client) throws IOException {
        client.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("+PONG\r\n", read(client, 7));
    }

    private static String read(Socket client, int length) throws IOException {
        byte[] bytes = client.getInputStream().readNBytes(length);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static int otherThan(int port) {
        int other;
        do {
            other = freePort();
        } while (other == port);
        return other;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
