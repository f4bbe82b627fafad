package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestCertificates;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** What is special about OpenSSL: its objects are freed by hand. Skipped where there is none. */
@Timeout(300)
class OpenSslTest {
    @TempDir static Path folder;
    private static TestCertificates certificates;

    private final int port = TlsContractTest.freePort();

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = TestCertificates.make(folder, "EC");
    }

    @BeforeEach
    void needsOpenSsl() {
        assumeTrue(LibSsl.problem().isEmpty(), () -> LibSsl.problem().toString());
    }

    private TestServer start(String... config) {
        List<String> lines = new ArrayList<>(certificates.configuration());
        lines.addAll(List.of("bind 127.0.0.1", "tls-port " + port, "tls-auth-clients no", "max-new-tls-connections-per-cycle 100"));
        return TestServer.with(new SocketsModule(), new TlsModule()).config(lines.toArray(String[]::new)).config(config).listening()
                .start();
    }

    private Socket plain() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private SSLSocket secure(SSLContext context, Socket below) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, "127.0.0.1", port, true);
        socket.startHandshake();
        return socket;
    }

    private static void ping(Socket client) throws IOException {
        client.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("+PONG\r\n", new String(client.getInputStream().readNBytes(7), StandardCharsets.US_ASCII));
    }

    private static void awaitObjects(TestServer server, long expected) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (OpenSsl.objects() != expected) {
            assertTrue(System.nanoTime() < deadline, () -> OpenSsl.objects() + " objects and not " + expected);
            server.awaitTurn();
        }
    }

    @Test
    void isTheDefaultWhereItIs() throws Exception {
        long before = OpenSsl.objects();
        try (TestServer server = start()) {
            assertEquals(before + 1, OpenSsl.objects(), "no context was made");
            server.awaitTurn();
        }
    }

    @Test
    void freesEveryConnectionHoweverItEnds() throws Exception {
        long before = OpenSsl.objects();
        SSLContext context = certificates.client(false);
        try (TestServer server = start("tls-max-handshakes 20")) {
            for (int i = 0; i < 10; i++) {
                try (Socket client = secure(context, plain())) { // ends in order
                    ping(client);
                }
                Socket below = plain();
                ping(secure(context, below));
                below.setSoLinger(true, 0);
                below.close(); // breaks
                try (Socket stranger = plain()) { // speaks no TLS
                    stranger.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertEquals(-1, stranger.getInputStream().read());
                }
                plain().close(); // says nothing
                try (Socket halfway = plain()) { // leaves in the middle of a record
                    halfway.getOutputStream().write(new byte[]{0x16, 3, 1, 2, 0, 1});
                }
            }
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 50; i++) { // 30 of them give way
                silent.add(plain());
            }
            ping(secure(context, plain()));
            for (Socket socket : silent) {
                socket.close();
            }
            try (Socket client = secure(context, plain())) {
                client.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
                assertEquals('+', client.getInputStream().read());
            }
            awaitObjects(server, before + 2); // the context and the one that is open
        }
        assertEquals(before, OpenSsl.objects(), "something is left");
    }

    @Test
    void givesWayToTheJdksAndComesBackWithoutDroppingConnections() throws Exception {
        long before = OpenSsl.objects();
        SSLContext context = certificates.client(false);
        try (TestServer server = start(); TestClient other = server.client(); Socket first = secure(context, plain())) {
            ping(first);
            assertEquals("OK", other.text("CONFIG", "SET", "tls-engine", "jsse"));
            awaitObjects(server, before + 1); // the connection; its context is let go of
            try (Socket second = secure(context, plain())) {
                ping(second);
                ping(first);
                assertEquals("OK", other.text("CONFIG", "SET", "tls-engine", "openssl"));
                ping(second);
                ping(first);
                assertEquals(before + 2, OpenSsl.objects());
            }
        }
        assertEquals(before, OpenSsl.objects(), "something is left");
    }
}
