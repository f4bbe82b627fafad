package dev.cairn.transport.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** What is special about Unix sockets; the rest is in the contract. */
@Timeout(300)
class UnixTest {
    @TempDir Path folder;
    private Path path;

    @BeforeEach
    void choosePath() {
        path = folder.resolve("cairn.sock");
    }

    private TestServer start(String... config) {
        return TestServer.with(new SocketsModule(), new UnixModule()).config("unixsocket " + path).config(config).listening().start();
    }

    private static String call(UnixPeer client, String line) throws IOException {
        client.out().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        StringBuilder reply = new StringBuilder();
        while (reply.indexOf("\r\n") < 0) {
            int c = client.in().read();
            assertTrue(c >= 0, reply::toString);
            reply.append((char) c);
        }
        return reply.toString().strip();
    }

    private void leaveStaleFile() throws IOException {
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(UnixDomainSocketAddress.of(path));
        }
        assertTrue(Files.exists(path));
    }

    @Test
    void servesClientsAndRemovesItsFileAtTheEnd() throws Exception {
        try (TestServer server = start(); UnixPeer client = new UnixPeer(path)) {
            assertEquals("+PONG", call(client, "PING"));
            server.awaitTurn();
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void showsItsClientsWithThePathAndWhoTheyAre() throws Exception {
        try (TestServer server = start(); TestClient other = server.client(); UnixPeer client = new UnixPeer(path)) {
            call(client, "PING");
            String line = other.line("CLIENT LIST").lines().filter(l -> l.contains("flags=U")).findFirst().orElseThrow();
            assertTrue(line.contains(" addr=" + path + ":0 laddr=" + path + ":0 "), line);
            assertTrue(line.matches(".* identity=pid:" + ProcessHandle.current().pid() + ",uid:\\d+,gid:\\d+"), line);
            assertEquals("listener1:name=unix,bind=" + path,
                    other.line("INFO server").lines().filter(l -> l.contains("name=unix")).findFirst().orElseThrow().replaceFirst("\\d",
                            "1"));
            assertEquals("1", other.line("CLIENT KILL LADDR " + path + ":0"));
        }
    }

    @Test
    void replacesTheFileOfAServerThatIsGone() throws Exception {
        leaveStaleFile();
        try (TestServer server = start(); UnixPeer client = new UnixPeer(path)) {
            assertEquals("+PONG", call(client, "PING"));
            server.awaitTurn();
        }
    }

    @Test
    void leavesTheSocketOfALiveServerAlone() throws Exception {
        try (TestServer server = start()) {
            IllegalStateException e = assertThrows(IllegalStateException.class, this::start);
            assertEquals("the server does not start: Failed opening Unix socket: bind: Address already in use: a server listens on " + path,
                    e.getMessage());
            try (UnixPeer client = new UnixPeer(path)) {
                assertEquals("+PONG", call(client, "PING"));
            }
            server.awaitTurn();
        }
    }

    @Test
    void leavesAFileAloneThatIsNoSocket() throws Exception {
        Files.writeString(path, "precious");
        IllegalStateException e = assertThrows(IllegalStateException.class, this::start);
        assertTrue(e.getMessage().endsWith(path + " exists and is no socket"), e::getMessage);
        assertEquals("precious", Files.readString(path));
    }

    @Test
    void leavesAFileAloneThatHasTakenTheOnesPlace() throws Exception {
        try (TestServer server = start()) {
            server.awaitTurn();
            Files.delete(path);
            leaveStaleFile();
        }
        assertTrue(Files.exists(path));
    }

    @Test
    void setsThePermissionsOfItsFile() throws Exception {
        try (TestServer server = start("unixsocketperm 751")) {
            assertEquals("rwxr-x--x", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            server.awaitTurn();
        }
    }

    @Test
    void refusesAPathThatIsTooLongAndAGroupThatDoesNotExist() {
        path = folder.resolve("x".repeat(120));
        IllegalStateException e = assertThrows(IllegalStateException.class, this::start);
        assertEquals("the server does not start: Failed opening Unix socket: unix socket path too long (" + path.toString().length()
                + "), must be under 108", e.getMessage());
        choosePath();
        e = assertThrows(IllegalStateException.class, () -> start("unixsocketgroup nosuchgroup"));
        assertTrue(e.getMessage().contains("its group or permissions cannot be set"), e::getMessage);
        assertFalse(Files.exists(path));
    }
}
