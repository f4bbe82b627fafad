package dev.cairn.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.command.Value;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.transport.inprocess.InProcessClient;
import dev.cairn.transport.tcp.TcpModule;
import dev.cairn.types.string.StringModule;

@Timeout(300)
class CairnServerTest {
    /** Tests run on the class path, where modules are not found. */
    private static CairnServer.Builder builder() {
        return CairnServer.builder().withoutDiscovery().module(new StringModule());
    }

    private static String text(Value value) {
        return switch (value) {
            case Value.Simple simple -> simple.text();
            case Value.Bulk bulk -> bulk.bytes().toString();
            case Value.Failure failure -> failure.toString();
            default -> value.toString();
        };
    }

    @Test
    void servesWithoutASocket() throws Exception {
        try (CairnServer server = builder().start(); InProcessClient client = server.client()) {
            assertEquals("OK", text(client.call("SET", "greeting", "hello")));
            assertInstanceOf(Value.Bulk.class, client.call("GET", "greeting"));
            assertInstanceOf(Value.Failure.class, client.call("NOSUCHCOMMAND"));
            assertTrue(text(client.call("CLIENT", "LIST")).contains("addr=inprocess:1 laddr=inprocess:0 "));
        }
    }

    @Test
    void listensWhereItsConfigurationSays() throws Exception {
        int port;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        try (CairnServer server =
                builder().module(new SocketsModule()).module(new TcpModule()).config("port " + port, "bind 127.0.0.1").start();
                InProcessClient client = server.client(); Socket socket = new Socket("127.0.0.1", port)) {
            client.call("SET", "n", "41");
            socket.getOutputStream().write("INCR n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(":42\r\n", new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void runsTwiceInOneProcess() throws Exception {
        try (CairnServer one = builder().start(); CairnServer two = builder().start();
                InProcessClient first = one.client(); InProcessClient second = two.client()) {
            first.call("SET", "k", "v");
            assertInstanceOf(Value.Nil.class, second.call("GET", "k"));
        }
    }

    @Test
    void endsItsClientsWithItself() throws Exception {
        CairnServer server = builder().start();
        InProcessClient client = server.client();
        client.call("PING");
        CompletableFuture<Throwable> failure = CompletableFuture
                .supplyAsync(() -> assertThrows(IOException.class, client::receive));
        server.close();
        assertInstanceOf(IOException.class, failure.get(30, TimeUnit.SECONDS));
        server.close();
    }

    @Test
    void saysWhyItDoesNotStart() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> builder().config("nosuchoption 1").start());
        assertTrue(String.valueOf(e.getMessage()).contains("nosuchoption"), e::getMessage);
    }

    @Test
    void hasOnlyTheModulesThatItIsGivenIfTold() throws Exception {
        try (CairnServer server = CairnServer.builder().withoutDiscovery().start(); InProcessClient client = server.client()) {
            assertInstanceOf(Value.Failure.class, client.call("GET", "k"));
        }
    }
}
