package dev.cairn.transport.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestCertificates;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** What is special about TLS, with both engines; the rest is in the contract. */
@ParameterizedClass
@ValueSource(strings = {"jsse", "openssl"})
@Timeout(300)
class TlsTest {
    private static final String NOT_UPDATED = "Unable to update TLS configuration. Check server logs.";
    @TempDir static Path folder;
    private static TestCertificates certificates;
    private static TestCertificates others;

    private final int port = TlsContractTest.freePort();
    private final String engine;

    TlsTest(String engine) {
        this.engine = engine;
    }

    @BeforeEach
    void needsTheEngine() {
        assumeTrue(!engine.equals("openssl") || LibSsl.problem().isEmpty(), () -> LibSsl.problem().toString());
    }

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = TestCertificates.make(folder.resolve("ours"), "RSA");
        others = TestCertificates.make(folder.resolve("others"), "RSA");
    }

    private TestServer start(String... config) {
        List<String> lines = new ArrayList<>(certificates.configuration());
        lines.addAll(List.of("bind 127.0.0.1", "tls-port " + port, "tls-engine " + engine));
        return TestServer.with(new SocketsModule(), new TlsModule()).config(lines.toArray(String[]::new)).config(config).listening()
                .start();
    }

    private SSLSocket connect(SSLContext context, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getByName("127.0.0.1"), port);
        socket.setSoTimeout(60_000);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        return socket;
    }

    private SSLSocket connect() throws IOException, GeneralSecurityException {
        return connect(certificates.client(true));
    }

    private static String call(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        StringBuilder reply = new StringBuilder();
        while (reply.indexOf("\r\n") < 0) {
            int c = client.getInputStream().read();
            if (c < 0) {
                throw new IOException("end");
            }
            reply.append((char) c);
        }
        return reply.toString().strip();
    }

    private static X509Certificate shown(SSLSocket client) throws IOException {
        client.startHandshake();
        return (X509Certificate) client.getSession().getPeerCertificates()[0];
    }

    private static void set(TestClient client, String... words) {
        assertEquals("OK", configSet(client, words), () -> String.join(" ", words));
    }

    private static String configSet(TestClient client, String... words) {
        List<String> command = new ArrayList<>(List.of("CONFIG", "SET"));
        command.addAll(List.of(words));
        return client.text(command.toArray(String[]::new));
    }

    @Test
    void speaksBothVersionsAndShowsTheClientsSubject() throws Exception {
        try (TestServer server = start(); TestClient other = server.client()) {
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                try (SSLSocket client = connect(certificates.client(true), version)) {
                    assertEquals("+PONG", call(client, "PING"));
                    assertEquals(version, client.getSession().getProtocol());
                    String line = other.line("CLIENT LIST").lines().filter(l -> l.contains(":" + client.getLocalPort() + " "))
                            .findFirst().orElseThrow();
                    assertTrue(line.endsWith(" identity=CN:client,O:Acme%20Inc."), line);
                    assertTrue(line.contains(" laddr=127.0.0.1:" + port + " "), line);
                }
            }
            assertTrue(other.line("INFO server").contains(":name=tls,bind=127.0.0.1,port=" + port), "the listener is not shown");
        }
    }

    @Test
    void asksForCertificatesAsTold() throws Exception {
        try (TestServer server = start(); TestClient other = server.client()) {
            assertRefused(certificates.client(false));
            assertRefused(untrusted());
            set(other, "tls-auth-clients", "optional");
            assertServed(certificates.client(false));
            assertServed(certificates.client(true));
            assertRefused(untrusted());
            set(other, "tls-auth-clients", "no");
            assertServed(untrusted());
        }
    }

    /** A client that trusts the server and shows a certificate that the server does not trust. */
    private static SSLContext untrusted() throws Exception {
        return certificates.client(others);
    }

    private void assertServed(SSLContext context) throws IOException {
        try (SSLSocket client = connect(context)) {
            assertEquals("+PONG", call(client, "PING"));
        }
    }

    private void assertRefused(SSLContext context) throws IOException {
        try (SSLSocket client = connect(context)) {
            assertThrows(IOException.class, () -> call(client, "PING"));
        }
    }

    @Test
    void changesCertificatesWithoutDroppingConnections() throws Exception {
        Path live = Files.createDirectories(folder.resolve("live"));
        Path certificate = live.resolve("server.crt");
        Path key = live.resolve("server.key");
        Files.copy(certificates.certificate("server"), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificates.key("server"), key, StandardCopyOption.REPLACE_EXISTING);
        try (TestServer server = start("tls-cert-file " + certificate, "tls-key-file " + key, "tls-auth-clients no");
                TestClient other = server.client(); SSLSocket old = connect()) {
            X509Certificate first = shown(old);
            assertEquals("+PONG", call(old, "PING"));
            // the same name with another content
            Files.copy(others.certificate("server"), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(others.key("server"), key, StandardCopyOption.REPLACE_EXISTING);
            set(other, "tls-cert-file", certificate.toString());
            try (SSLSocket later = connect(others.client(false))) {
                assertFalse(first.equals(shown(later)), "still the old certificate");
                assertEquals("+PONG", call(later, "PING"));
            }
            assertEquals("+PONG", call(old, "PING"));
        }
    }

    @Test
    void keepsTheOldSettingsWhenNewOnesAreBad() throws Exception {
        Path garbage = folder.resolve("garbage.pem");
        Files.writeString(garbage, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        String[][] bad = {{"tls-cert-file", garbage.toString()}, {"tls-cert-file", folder.resolve("missing").toString()},
                {"tls-cert-file", ""}, {"tls-key-file", others.key("server").toString()}, {"tls-key-file", garbage.toString()},
                {"tls-ca-cert-file", garbage.toString()}, {"tls-ca-cert-file", ""}, {"tls-ca-cert-dir", garbage.toString()},
                {"tls-protocols", "SSLv3"}, {"tls-ciphers", "nonsense"}, {"tls-ciphersuites", "nonsense"}};
        try (TestServer server = start(); TestClient other = server.client()) {
            String before = other.line("CONFIG GET tls-*");
            for (String[] pair : bad) {
                assertEquals("ERR CONFIG SET failed (possibly related to argument '" + pair[0] + "') - " + NOT_UPDATED,
                        configSet(other, pair), () -> String.join(" ", pair));
                assertEquals(before, other.line("CONFIG GET tls-*"));
                assertServed(certificates.client(true));
            }
        }
    }

    @Test
    void opensAndClosesItsPortWhileTheServerRuns() throws Exception {
        try (TestServer server = start("tls-port 0"); TestClient other = server.client()) {
            assertThrows(IOException.class, this::connect);
            set(other, "tls-port", Integer.toString(port));
            try (SSLSocket client = connect()) {
                assertEquals("+PONG", call(client, "PING"));
                set(other, "tls-port", "0");
                assertThrows(IOException.class, this::connect);
                assertEquals("+PONG", call(client, "PING"));
            }
        }
    }

    @Test
    void opensNoPortWithoutACertificate() throws Exception {
        try (TestServer server = TestServer.with(new SocketsModule(), new TlsModule()).config("bind 127.0.0.1").listening().start();
                TestClient other = server.client()) {
            assertEquals("ERR CONFIG SET failed (possibly related to argument 'tls-port') - " + NOT_UPDATED,
                    configSet(other, "tls-port", Integer.toString(port)));
            assertEquals("tls-port 0", other.line("CONFIG GET tls-port").replaceAll("[^a-z0-9-]+", " ").strip());
        }
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> TestServer.with(new SocketsModule(), new TlsModule()).config("tls-port " + port).listening().start());
        assertTrue(e.getMessage().endsWith("No tls-cert-file configured!"), e::getMessage);
    }

    @Test
    void honoursVersionsAndCiphers() throws Exception {
        try (TestServer server = start("tls-auth-clients no"); TestClient other = server.client()) {
            set(other, "tls-protocols", "TLSv1.2");
            assertRefused(certificates.client(false), "TLSv1.3");
            set(other, "tls-ciphers", "ECDHE-RSA-AES256-GCM-SHA384");
            assertEquals("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", suite("TLSv1.2"));
            set(other, "tls-protocols", "TLSv1.2 TLSv1.3", "tls-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256");
            assertEquals("TLS_CHACHA20_POLY1305_SHA256", suite("TLSv1.3"));
            set(other, "tls-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384", "tls-prefer-server-ciphers", "yes");
            assertEquals("TLS_CHACHA20_POLY1305_SHA256", suite("TLSv1.3"));
            set(other, "tls-prefer-server-ciphers", "no");
            assertEquals("TLS_AES_256_GCM_SHA384", suite("TLSv1.3"));
        }
    }

    private String suite(String version) throws Exception {
        try (SSLSocket client = connect(certificates.client(false), version)) {
            client.startHandshake();
            return client.getSession().getCipherSuite();
        }
    }

    private void assertRefused(SSLContext context, String version) throws IOException {
        try (SSLSocket client = connect(context, version)) {
            assertThrows(SSLException.class, client::startHandshake);
        }
    }

    @Test
    void resumesSessionsOnlyIfTold() throws Exception {
        try (TestServer server = start("tls-auth-clients no"); TestClient other = server.client()) {
            assertTrue(resumes(), "no session was resumed");
            set(other, "tls-session-caching", "no");
            assertFalse(resumes(), "a session was resumed");
        }
    }

    /** Whether a second connection of a client goes on with the session of its first. */
    private boolean resumes() throws Exception {
        SSLContext context = certificates.client(false);
        long created;
        try (SSLSocket client = connect(context, "TLSv1.2")) {
            call(client, "PING");
            created = client.getSession().getCreationTime();
            String id = java.util.HexFormat.of().formatHex(client.getSession().getId());
            try (SSLSocket again = connect(context, "TLSv1.2")) {
                call(again, "PING");
                return created == again.getSession().getCreationTime()
                        && id.equals(java.util.HexFormat.of().formatHex(again.getSession().getId()));
            }
        }
    }

    @Test
    void givesUpHandshakesThatTakeTooLong() throws Exception {
        try (TestServer server = start("tls-handshake-timeout 1"); TestClient other = server.client();
                Socket silent = new Socket("127.0.0.1", port)) {
            silent.setSoTimeout(60_000);
            silent.getOutputStream().write(new byte[]{0x16, 3, 1});
            assertEquals(-1, silent.getInputStream().read());
            set(other, "tls-handshake-timeout", "60");
            assertServed(certificates.client(true));
            server.awaitTurn();
        }
    }

    @Test
    void servesOthersWhilePeersLeaveTheirHandshakesUnfinished() throws Exception {
        try (TestServer server = start("tls-max-handshakes 20", "max-new-tls-connections-per-cycle 1000")) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                silent.add(new Socket("127.0.0.1", port));
            }
            assertServed(certificates.client(true));
            silent.getFirst().setSoTimeout(60_000);
            assertTrue(ended(silent.getFirst()), "the oldest was not closed");
            for (Socket socket : silent) {
                socket.close();
            }
            assertServed(certificates.client(true));
            server.awaitTurn();
        }
    }

    private static boolean ended(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void refusesToNegotiateAgain() throws Exception {
        try (TestServer server = start("tls-auth-clients no"); SSLSocket client = connect(certificates.client(false), "TLSv1.2")) {
            assertEquals("+PONG", call(client, "PING"));
            client.startHandshake();
            assertThrows(IOException.class, () -> call(client, "PING"));
            assertServed(certificates.client(true));
            server.awaitTurn();
        }
    }

    @Test
    void goesOnAfterTheKeysWereChanged() throws Exception {
        try (TestServer server = start("tls-auth-clients no"); SSLSocket client = connect(certificates.client(false), "TLSv1.3")) {
            assertEquals("+PONG", call(client, "PING"));
            client.startHandshake(); // in TLS 1.3 this is a change of keys
            assertEquals("+PONG", call(client, "PING"));
            server.awaitTurn();
        }
    }

    @Test
    void goesOnAfterTheKeysWereChangedWhileItCouldNotSend() throws Exception {
        int length = 1 << 20;
        int replies = 40;
        try (TestServer server = start("tls-auth-clients no"); SSLSocket client = connect(certificates.client(false), "TLSv1.3")) {
            String command = "*2\r\n$4\r\nPING\r\n$" + length + "\r\n" + "x".repeat(length) + "\r\n";
            for (int i = 0; i < replies; i++) {
                client.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
            }
            client.startHandshake();
            client.getOutputStream().write("PING last\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] reply = command.substring(command.indexOf("$1")).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < replies; i++) {
                assertArrayEquals(reply, client.getInputStream().readNBytes(reply.length));
            }
            assertEquals("$4\r\nlast\r\n", new String(client.getInputStream().readNBytes(10), StandardCharsets.US_ASCII));
            server.awaitTurn();
        }
    }

    @Test
    void saysGoodByeWhenItCloses() throws Exception {
        try (TestServer server = start(); SSLSocket client = connect()) {
            assertEquals("+OK", call(client, "QUIT"));
            assertEquals(-1, client.getInputStream().read()); // an end without a good-bye would be a failure
            server.awaitTurn();
        }
    }

    @Test
    void executesAPipelineThatComesWithTheLastMessageOfTheHandshake() throws Exception {
        try (TestServer server = start("tls-auth-clients no")) {
            for (int i = 0; i < 20; i++) {
                try (SSLSocket client = connect(certificates.client(false), "TLSv1.3")) {
                    StringBuilder pipeline = new StringBuilder();
                    for (int k = 0; k < 2000; k++) {
                        pipeline.append("PING ").append(k).append("\r\n");
                    }
                    client.getOutputStream().write(pipeline.toString().getBytes(StandardCharsets.US_ASCII));
                    for (int k = 0; k < 2000; k++) {
                        String text = Integer.toString(k);
                        String reply = "$" + text.length() + "\r\n" + text + "\r\n";
                        assertEquals(reply, new String(client.getInputStream().readNBytes(reply.length()), StandardCharsets.US_ASCII));
                    }
                }
            }
            server.awaitTurn();
        }
    }

    @Test
    void whoSpeaksNoTlsIsToldNothing() throws Exception {
        try (TestServer server = start(); Socket plain = new Socket("127.0.0.1", port)) {
            plain.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            plain.setSoTimeout(60_000);
            assertEquals(-1, plain.getInputStream().read());
            server.awaitTurn();
        }
    }
}
