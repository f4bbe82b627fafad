package dev.cairn.sample.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** Clients that do not keep to the protocol, and what is at its edges. */
@Timeout(900)
class HostileInputTest {
    private final int port = WebSocketContractTest.freePort();
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.with(new WebSocketModule(), new SocketsModule())
                .config("bind 127.0.0.1", "ws-port " + port, "ws-max-frame 1mb", "ws-allow-origins https://good.example").listening()
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        try (RawClient next = connect()) {
            assertEquals("+PONG\r\n", ask(next, "PING\r\n"), "the next client is served");
        }
        server.close();
    }

    private RawClient connect() throws IOException {
        RawClient client = new RawClient(port);
        client.handshake();
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String ask(RawClient client, String command) throws IOException {
        client.write(RawClient.frame(0x82, bytes(command)));
        return new String(client.read().payload(), StandardCharsets.ISO_8859_1);
    }

    private static int closeCode(RawClient client) throws IOException {
        RawClient.Frame frame = client.read();
        assertEquals(Frames.CLOSE, frame.opcode());
        try {
            assertNull(client.read(), "something comes after the close");
        } catch (SocketException e) {
            assertTrue(e.getMessage().contains("reset"), e.getMessage());
        }
        return (frame.payload()[0] & 0xff) << 8 | frame.payload()[1] & 0xff;
    }

    @ParameterizedTest
    @CsvSource({"83,1002,a code that no frame has", "8b,1002,a control code that no frame has", "80,1002,a part of no message",
            "c2,1002,a reserved bit", "81,1003,text", "09,1002,a ping in parts"})
    void aWrongFirstByteIsAnsweredByItsCode(String first, int code, String what) throws IOException {
        try (RawClient client = connect()) {
            client.write(RawClient.frame(Integer.parseInt(first, 16), bytes("PING\r\n")));
            assertEquals(code, closeCode(client), what);
        }
    }

    @Test
    void aFrameWithoutMaskIsRefused() throws IOException {
        try (RawClient client = connect()) {
            client.write(new byte[]{(byte) 0x82, 1, 'x'});
            assertEquals(1002, closeCode(client));
        }
    }

    @Test
    void aMessageInsideAnotherIsRefused() throws IOException {
        try (RawClient client = connect()) {
            client.write(RawClient.frame(0x02, bytes("PI")));
            client.write(RawClient.frame(0x82, bytes("NG\r\n")));
            assertEquals(1002, closeCode(client));
        }
    }

    @Test
    void aLongPingIsRefused() throws IOException {
        try (RawClient client = connect()) {
            client.write(RawClient.frame(0x89, new byte[126]));
            assertEquals(1002, closeCode(client));
        }
    }

    @Test
    void aFrameLargerThanTheOptionSaysIsRefusedByItsHeader() throws IOException {
        try (RawClient client = connect()) {
            client.write(new byte[]{(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0, 0});
            assertEquals(1009, closeCode(client));
        }
        try (RawClient client = connect()) {
            client.write(new byte[]{(byte) 0x82, (byte) 0xff, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0});
            assertEquals(1002, closeCode(client));
        }
        try (RawClient client = connect()) {
            client.write(new byte[]{(byte) 0x82, (byte) 0xfe, 0, 5, 0, 0, 0, 0});
            assertEquals(1002, closeCode(client), "a length that is longer than it needs to be");
        }
    }

    @ParameterizedTest
    @CsvSource({"'',1000", "03e8,1000", "0bb8,3000", "03,1002", "03ed,1002", "0000,1002", "1388,1002", "03e8ff,1007", "03e8c3a9,1000"})
    void aCloseIsAnsweredByItsCodeOrByWhatIsWrongWithIt(String payload, int code) throws IOException {
        try (RawClient client = connect()) {
            client.write(RawClient.frame(0x88, java.util.HexFormat.of().parseHex(payload)));
            assertEquals(code, closeCode(client));
        }
    }

    @Test
    void whatComesBeforeACloseIsServedAndWhatComesAfterIsNot() throws IOException {
        try (RawClient client = connect(); TestClient other = server.client()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(RawClient.frame(0x82, bytes("CLIENT SETNAME before\r\n")));
            all.writeBytes(RawClient.frame(0x88, new byte[0]));
            all.writeBytes(RawClient.frame(0x82, bytes("CONFIG SET hz 99\r\n")));
            client.write(all.toByteArray());
            RawClient.Frame frame = client.read();
            while (frame.opcode() != Frames.CLOSE) {
                frame = client.read();
            }
            other.expect("CONFIG GET hz", "[hz, 10]");
            assertTrue(other.line("INFO commandstats").contains("cmdstat_client|setname:calls=1"));
        }
    }

    @Test
    void pingsAreAnsweredWithTheirBytesWhereverTheyCome() throws IOException {
        try (RawClient client = connect()) {
            byte[] most = new byte[125];
            new Random(1).nextBytes(most);
            client.write(RawClient.frame(0x02, bytes("PI")));
            client.write(RawClient.frame(0x89, most));
            client.write(RawClient.frame(0x8a, bytes("not asked for")));
            RawClient.Frame pong = client.read();
            assertEquals(Frames.PONG, pong.opcode());
            assertArrayEquals(most, pong.payload());
            client.write(RawClient.frame(0x00, bytes("NG")));
            client.write(RawClient.frame(0x00, new byte[0]));
            client.write(RawClient.frame(0x80, bytes("\r\n")));
            assertEquals("+PONG\r\n", new String(client.read().payload(), StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void framesInAnyPiecesAreTheSame() throws IOException {
        try (RawClient client = connect()) {
            Random random = new Random(2);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            int commands = 200;
            for (int i = 0; i < commands; i++) {
                byte[] command = bytes("*2\r\n$4\r\nECHO\r\n$" + Integer.toString(1000 + i) + "\r\n" + "y".repeat(1000 + i) + "\r\n");
                int cut = random.nextInt(command.length);
                all.writeBytes(RawClient.frame(0x02, command, 0, cut));
                all.writeBytes(RawClient.frame(0x80, command, cut, command.length - cut));
            }
            byte[] bytes = all.toByteArray();
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (int at = 0; at < bytes.length;) {
                        int n = Math.min(bytes.length - at, 1 + random.nextInt(3000));
                        client.socket.getOutputStream().write(bytes, at, n);
                        at += n;
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            StringBuilder replies = new StringBuilder();
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < commands; i++) {
                expected.append('$').append(1000 + i).append("\r\n").append("y".repeat(1000 + i)).append("\r\n");
            }
            while (replies.length() < expected.length()) {
                replies.append(new String(client.read().payload(), StandardCharsets.ISO_8859_1));
            }
            assertEquals(expected.toString(), replies.toString());
            writer.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void randomBytesHarmNobody() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            try (RawClient client = i % 2 == 0 ? connect() : new RawClient(port)) {
                byte[] noise = new byte[1 + random.nextInt(300)];
                random.nextBytes(noise);
                client.write(noise);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\nHost: x\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", "GET /\r\n\r\n", "*1\r\n$4\r\nPING\r\n\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"})
    void aWrongRequestIsRefused(String request) throws IOException {
        try (RawClient client = new RawClient(port)) {
            String response = client.request(request);
            assertTrue(response.startsWith("HTTP/1.1 40"), response);
        }
    }

    @Test
    void aHandshakeThatLacksSomethingIsRefused() throws IOException {
        assertRefused("426", RawClient.upgrade("").replace("Version: 13", "Version: 8"));
        assertRefused("400", RawClient.upgrade("").replace(RawClient.KEY, "short"));
        assertRefused("400", RawClient.upgrade("").replace("Connection: keep-alive, Upgrade", "Connection: close"));
        assertRefused("400", RawClient.upgrade("") + "bytes that come too early");
        assertRefused("431", "GET / HTTP/1.1\r\nHost: " + "x".repeat(8192) + "\r\n\r\n");
    }

    @Test
    void pagesOfOtherSitesMayNotConnectUnlessTheOptionNamesThem() throws IOException {
        assertRefused("403", RawClient.upgrade("Origin: https://evil.example\r\n"));
        assertRefused("403", RawClient.upgrade("Origin: null\r\n"));
        // a name that its owner has let lead here
        assertRefused("403", RawClient.upgrade("Origin: http://evil.example\r\n").replace("Host: 127.0.0.1", "Host: evil.example"));
        try (RawClient client = new RawClient(port)) {
            assertTrue(client.request(RawClient.upgrade("Origin: https://good.example\r\n")).startsWith("HTTP/1.1 101 "));
        }
    }

    private void assertRefused(String status, String request) throws IOException {
        try (RawClient client = new RawClient(port)) {
            String response = client.request(request);
            assertTrue(response.startsWith("HTTP/1.1 " + status + " "), response);
        }
    }
}
