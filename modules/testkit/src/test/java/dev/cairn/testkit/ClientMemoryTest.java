package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits on what clients leave unread and on the memory that all take together. */
@Timeout(300)
class ClientMemoryTest {
    private final SampleModule sample = new SampleModule();
    private TestServer server;
    private TestClient a;

    @BeforeEach
    void start() {
        server = TestServer.with(sample).start();
        a = server.client();
        a.line("CLIENT SETNAME control");
        a.line("CLIENT NO-EVICT ON");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static TestClient named(TestServer of, String name) {
        TestClient c = of.client();
        assertEquals("OK", c.line("CLIENT SETNAME " + name));
        return c;
    }

    /** A field of the client of this name in CLIENT LIST, -1 if there is no such client. */
    private long field(String name, String field) {
        Matcher m = Pattern.compile(" name=" + name + " .* " + field + "=(\\d+)").matcher(a.line("CLIENT LIST"));
        return m.find() ? Long.parseLong(m.group(1)) : -1;
    }

    private static void sendIncomplete(TestClient client, int bytes) {
        client.raw("*2\r\n$" + bytes + "\r\n" + "v".repeat(bytes));
    }

    /** Sends a command again and again until the server has closed the connection. */
    private static void sendUntilClosed(TestClient client, String... words) {
        try {
            for (int i = 0; i < 10_000; i++) {
                client.send(words);
            }
        } catch (UncheckedIOException closed) {
            return;
        }
        throw new AssertionError("the server has not closed the connection");
    }

    @Test
    void oneCommandsReplyIsBoundedWhileItRuns() throws Exception {
        a.call("CONFIG", "SET", "client-output-buffer-limit", "normal 200000 0 0");
        TestClient b = named(server, "greedy");
        // in one write: the client may be closed before a second one
        b.raw("BOX.FILL 1000000\r\nPING\r\n");
        assertEquals(0, b.receiveToEnd().length);
        assertTrue(sample.filled < 250, "replies written: " + sample.filled);
        assertTrue(a.line("INFO stats").contains("client_output_buffer_limit_disconnections:1\r\n"));
        assertEquals(-1, field("greedy", "omem"));
    }

    @Test
    void oneLargeStringIsHeldToTheLimitToo() {
        a.call("CONFIG", "SET", "client-output-buffer-limit", "normal 200000 0 0");
        TestClient b = named(server, "greedy");
        b.send("BOX.BYTES", "250000");
        assertEquals(0, b.receiveToEnd().length);
        assertEquals(150_000, server.client().line("BOX.BYTES 150000").length());
    }

    @Test
    void aTransactionIsExecutedWholeThoughItsReplyIsOverTheLimit() {
        a.call("CONFIG", "SET", "client-output-buffer-limit", "normal 200000 0 0");
        TestClient b = named(server, "greedy");
        b.line("MULTI");
        b.line("BOX.PUT k 1");
        b.line("BOX.FILL 1000");
        b.line("BOX.PUT l 2");
        b.send("EXEC");
        assertEquals(0, b.receiveToEnd().length);
        assertEquals("1", a.line("BOX.GET k"));
        assertEquals("2", a.line("BOX.GET l"));
    }

    @Test
    void evictsTheLargestClientsFirst() throws Exception {
        TestClient small = named(server, "small");
        TestClient middle = named(server, "middle");
        TestClient large = named(server, "large");
        sendIncomplete(small, 200_000);
        sendIncomplete(middle, 800_000);
        sendIncomplete(large, 3_000_000);
        server.await("all was received", () -> server.server().clients().all().stream().mapToLong(c -> c.bytesIn()).sum() > 4_000_000);
        assertEquals(200_000, field("small", "qbuf"));
        assertEquals(3_000_000, field("large", "qbuf"));
        assertTrue(field("large", "tot-mem") >= 3_000_000);
        a.line("CONFIG SET maxmemory-clients 2000000");
        assertEquals(0, large.receiveToEnd().length);
        assertEquals(-1, field("large", "qbuf"));
        assertEquals(800_000, field("middle", "qbuf"));
        a.line("CONFIG SET maxmemory 10000000");
        a.line("CONFIG SET maxmemory-clients 5%");
        assertEquals(0, middle.receiveToEnd().length);
        assertEquals(200_000, field("small", "qbuf"));
        assertTrue(a.line("INFO stats").contains("evicted_clients:2\r\n"));
        small.close();
    }

    @Test
    void sparesClientsThatAskedForIt() throws Exception {
        TestClient b = named(server, "spared");
        b.line("CLIENT NO-EVICT ON");
        a.line("CONFIG SET maxmemory-clients 200000");
        sendIncomplete(b, 900_000);
        server.await("all was received", () -> server.server().clients().all().stream().mapToLong(c -> c.bytesIn()).sum() > 900_000);
        server.awaitTurn();
        assertEquals(900_000, field("spared", "qbuf"));
        b.raw("\r\n$1\r\nx\r\n");
        assertTrue(b.receiveText().startsWith("ERR unknown command"));
        a.line("CONFIG SET maxmemory-clients 0");
        assertEquals("PONG", b.line("PING"));
    }

    /** Watches a hundred keys; false if the server has closed the connection. */
    private static boolean watches(TestClient client, int from) {
        String[] watch = new String[101];
        watch[0] = "WATCH";
        for (int k = 1; k <= 100; k++) {
            watch[k] = Integer.toString(from + k);
        }
        try {
            client.send(watch);
        } catch (UncheckedIOException closed) {
            return false;
        }
        return client.receiveBytes("+OK\r\n".length()).length > 0;
    }

    @Test
    void evictsTheClientWhoseOwnCommandsTakeTooMuch() {
        a.line("CONFIG SET maxmemory-clients 300000");
        TestClient b = named(server, "queuing");
        b.line("MULTI");
        sendUntilClosed(b, "BOX.PUT", "k", "v".repeat(10_000));
        assertEquals("nil", a.line("BOX.GET k"));
        TestClient c = named(server, "watching");
        int watched = 0;
        while (watched < 5000 && watches(c, watched)) {
            watched += 100;
        }
        assertTrue(watched < 5000, "the server has not closed the connection");
    }
}
