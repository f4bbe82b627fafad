package dev.cairn.sample.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.TestServer;

/** What a browser does, by the JDK's client, which is another implementation of the protocol. */
@Timeout(900)
class BrowserTest {
    private final int port = WebSocketContractTest.freePort();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.with(new WebSocketModule(), new SocketsModule()).config("bind 127.0.0.1", "ws-port " + port).listening()
                .start();
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        server.close();
    }

    /** Puts what comes into {@link #events}; data as the bytes of a message. */
    private final class Listener implements WebSocket.Listener {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            message.writeBytes(bytes);
            if (last) {
                events.add(message.toString(StandardCharsets.ISO_8859_1));
                message.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            events.add("pong " + StandardCharsets.UTF_8.decode(data));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("close " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            events.add("error " + error);
        }
    }

    private URI uri(String scheme) {
        return URI.create(scheme + "://127.0.0.1:" + port + "/");
    }

    private WebSocket connect() {
        return http.newWebSocketBuilder().subprotocols("resp").buildAsync(uri("ws"), new Listener()).join();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String next() throws InterruptedException {
        String event = events.poll(20, TimeUnit.SECONDS);
        return event == null ? "nothing happened" : event;
    }

    @Test
    void commandsAreAnswered() throws Exception {
        WebSocket socket = connect();
        assertEquals("resp", socket.getSubprotocol());
        socket.sendBinary(bytes("*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n"), true).join();
        assertEquals("$5\r\nhello\r\n", next());
        socket.sendBinary(bytes("PING\r\nPING\r\n"), true).join();
        String replies = next();
        while (replies.length() < 14) {
            replies += next();
        }
        assertEquals("+PONG\r\n+PONG\r\n", replies);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        assertEquals("close 1000", next());
    }

    @Test
    void aCommandInManyFragmentsIsOneCommandAndPingsComeBetween() throws Exception {
        WebSocket socket = connect();
        String word = "x".repeat(100_000);
        socket.sendBinary(bytes("*2\r\n$4\r\nEC"), false).join();
        socket.sendPing(bytes("now")).join();
        assertEquals("pong now", next());
        socket.sendBinary(bytes("HO\r\n$100000\r\n" + word.substring(0, 50_000)), false).join();
        socket.sendBinary(bytes(word.substring(50_000) + "\r\n"), true).join();
        StringBuilder reply = new StringBuilder();
        while (reply.length() < word.length() + 11) {
            reply.append(next());
        }
        assertEquals("$100000\r\n" + word + "\r\n", reply.toString());
    }

    @Test
    void textIsRefusedByItsCode() throws Exception {
        WebSocket socket = connect();
        socket.sendText("PING\r\n", true).join();
        assertEquals("close 1003", next());
    }

    @Test
    void thePageIsThereAndMayConnect() throws Exception {
        HttpResponse<String> page = http.send(HttpRequest.newBuilder(uri("http")).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("new WebSocket("), page.body());
        HttpResponse<String> none =
                http.send(HttpRequest.newBuilder(uri("http").resolve("/x")).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(404, none.statusCode());
        CompletableFuture<WebSocket> own = http.newWebSocketBuilder().header("Origin", "http://127.0.0.1:" + port).buildAsync(uri("ws"),
                new Listener());
        own.join().sendBinary(bytes("PING\r\n"), true).join();
        assertEquals("+PONG\r\n", next());
    }
}
