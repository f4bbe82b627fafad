package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.command.Value;
import dev.cairn.structures.Pages;

/** What clients may do, and what happens when they do more. */
@Timeout(300)
class ClientLimitsTest {
    private final SampleModule sample = new SampleModule();

    private static String info(TestClient client, String section, String field) {
        return client.line("INFO " + section).lines().filter(l -> l.startsWith(field + ":")).findFirst().orElseThrow()
                .substring(field.length() + 1);
    }

    @Test
    void closesAClientOverTheHardOutputLimitAtOnce() throws Exception {
        try (TestServer server = TestServer.with(sample).config("client-output-buffer-limit normal 1mb 0 0").start();
                TestClient observer = server.client()) {
            server.transport().window(1000);
            TestClient slow = server.client();
            // in one write that fits into the window: the client is closed at the eleventh
            slow.raw("BOX.BYTES 100000\n".repeat(50));
            server.await("the slow client is closed", () -> server.server().clients().count() == 1);
            assertTrue(slow.receiveToEnd().length < 1_100_000);
            assertEquals("1", info(observer, "stats", "client_output_buffer_limit_disconnections"));
            assertEquals("PONG", observer.line("PING"));
        }
    }

    @Test
    void closesAClientOverTheSoftOutputLimitAfterItsTime() throws Exception {
        try (TestServer server = TestServer.with(sample).config("client-output-buffer-limit normal 0 100kb 1000").start();
                TestClient observer = server.client()) {
            server.transport().window(1000);
            TestClient slow = server.client();
            slow.send("BOX.BYTES", "150000").send("BOX.BYTES", "150000");
            server.await("replies wait", () -> server.server().stats().commands >= 2);
            server.advance(Duration.ofSeconds(500));
            server.await("the cron has run", () -> server.server().clients().count() == 2);
            assertEquals("PONG", observer.line("PING"));
            server.advance(Duration.ofSeconds(700));
            server.await("the slow client is closed", () -> server.server().clients().count() == 1);
            assertEquals("1", info(observer, "stats", "client_output_buffer_limit_disconnections"));
        }
    }

    @Test
    void writesARepliesRestWhenThereIsRoomAgain() throws Exception {
        try (TestServer server = TestServer.with(sample).start()) {
            server.transport().window(777);
            server.transport().maxWrite(500);
            try (TestClient client = server.client()) {
                client.send("BOX.BYTES", "300000").send("PING");
                assertEquals(300_000, ((Value.Bulk) client.receive()).bytes().length());
                assertEquals("PONG", client.receiveText());
            }
        }
    }

    @Test
    void closesAClientOverTheQueryBufferLimit() throws Exception {
        try (TestServer server = TestServer.with(sample).config("client-query-buffer-limit 1mb").start();
                TestClient observer = server.client()) {
            TestClient many = server.client();
            String argument = "$1000\r\n" + "x".repeat(1000) + "\r\n";
            many.raw("*2000\r\n" + argument.repeat(1500));
            assertEquals(0, many.receiveToEnd().length);
            TestClient large = server.client();
            // read up to the limit, though it is seen from its length that it is too large: its sender is not cut off while it writes
            large.raw("*3\r\n$7\r\nBOX.PUT\r\n$1\r\nk\r\n$1048576\r\n" + "x".repeat(1_048_000));
            server.await("all is read",
                    () -> server.server().clients().all().stream().mapToLong(c -> c.bytesIn()).max().orElse(0) > 1_048_000);
            assertEquals(2, server.onMain(() -> server.server().clients().count()));
            large.raw("x".repeat(576) + "\r\n");
            assertEquals(0, large.receiveToEnd().length);
            assertEquals("PONG", observer.line("PING"));
            assertEquals("2", info(observer, "stats", "client_query_buffer_limit_disconnections"));
        }
    }

    @Test
    void refusesClientsOverTheirGreatestNumber() throws Exception {
        try (TestServer server = TestServer.with(sample).config("maxclients 2").start();
                TestClient a = server.client()) {
            TestClient b = server.client();
            assertEquals("PONG", a.line("PING"));
            assertEquals("PONG", b.line("PING"));
            TestClient c = server.client();
            assertEquals("-ERR max number of clients reached\r\n", new String(c.receiveToEnd(), StandardCharsets.US_ASCII));
            assertEquals("1", info(a, "stats", "rejected_connections"));
            assertEquals("OK", b.line("QUIT"));
            server.await("a place is free", () -> server.server().clients().count() == 1);
            try (TestClient d = server.client()) {
                assertEquals("PONG", d.line("PING"));
            }
        }
    }

    @Test
    void refusesOtherHostsInProtectedMode() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient local = server.client()) {
            TestClient other = new TestClient(server.transport().connect(false));
            String refusal = new String(other.receiveToEnd(), StandardCharsets.US_ASCII);
            assertTrue(refusal.startsWith("-DENIED Cairn is running in protected mode because protected mode is enabled and no password"),
                    refusal);
            assertTrue(refusal.endsWith("accepting connections from the outside.\r\n"), refusal);
            assertEquals("OK", local.line("CONFIG SET protected-mode no"));
            try (TestClient allowed = new TestClient(server.transport().connect(false))) {
                assertEquals("PONG", allowed.line("PING"));
            }
        }
    }

    @Test
    void asksForThePasswordAndLetsOtherHostsInWithIt() throws Exception {
        try (TestServer server = TestServer.with(sample).config("requirepass secret").start();
                TestClient client = new TestClient(server.transport().connect(false))) {
            assertEquals("NOAUTH Authentication required.", client.line("BOX.GET k"));
            assertTrue(client.line("AUTH wrong").startsWith("WRONGPASS"));
            assertEquals("OK", client.line("AUTH secret"));
            assertEquals("nil", client.line("BOX.GET k"));
        }
    }

    @Test
    void closesIdleClients() throws Exception {
        try (TestServer server = TestServer.with(sample).config("timeout 30").start();
                TestClient idle = server.client(); TestClient waiting = server.client()) {
            assertEquals("PONG", idle.line("PING"));
            waiting.send("BOX.TAKE", "k", "0");
            server.await("it waits", () -> server.server().blockedClients() == 1);
            server.advance(Duration.ofSeconds(31));
            assertEquals(0, idle.receiveToEnd().length);
            assertEquals(1, server.onMain(() -> server.server().blockedClients()));
        }
    }

    @Test
    void keepsQuietWhenTold() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            client.send("CLIENT", "REPLY", "OFF").send("PING").send("BOX.PUT", "k", "v").send("NOSUCH").send("CLIENT", "REPLY", "ON");
            assertEquals("OK", client.receiveText());
            assertEquals("v", client.line("BOX.GET k"));
            client.send("CLIENT", "REPLY", "SKIP").send("PING").send("ECHO", "heard");
            assertEquals("heard", client.receiveText());
            client.send("CLIENT", "REPLY", "SKIP").send("CLIENT", "REPLY", "SKIP").send("PING").send("ECHO", "heard too");
            assertEquals("heard too", client.receiveText());
            client.send("CLIENT", "REPLY", "OFF").send("CLIENT", "REPLY", "SKIP").send("PING").send("PING").send("CLIENT", "REPLY", "ON");
            assertEquals("OK", client.receiveText());
            client.send("CLIENT", "REPLY", "OFF").send("MULTI").send("BOX.PUT", "k", "w").send("EXEC").send("CLIENT", "REPLY", "ON");
            assertEquals("OK", client.receiveText());
            assertEquals("w", client.line("BOX.GET k"));
        }
    }

    @Test
    void takesInlineCommands() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            client.raw("PING\r\nbox.put k \"a \\x41\\n\"\nBOX.GET 'k'\r\n\r\n\nECHO ''\r\nECHO \"unbalanced\r\n");
            assertEquals(List.of("PONG", "OK", "a A\n", ""),
                    List.of(client.receiveText(), client.receiveText(), client.receiveText(), client.receiveText()));
            assertEquals("-ERR Protocol error: unbalanced quotes in request\r\n",
                    new String(client.receiveToEnd(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void takesCommandsByteByByte() throws Exception {
        try (TestServer server = TestServer.with(sample).start()) {
            server.transport().maxRead(1);
            server.transport().maxWrite(1);
            try (TestClient client = server.client(3)) {
                client.send("BOX.PUT", "key", "value").send("BOX.GET", "key").raw("PING\r\n").send("BOX.SHAPES");
                assertEquals("OK", client.receiveText());
                assertEquals("value", client.receiveText());
                assertEquals("PONG", client.receiveText());
                assertEquals("[-1, bulk, nil, nil, 1.5, true, 1208925819614629174706176, text, {k=1}, [1, 2]]", client.receiveText());
            }
        }
    }

    @Test
    void executesTenThousandCommandsOfOneWriteInOrder() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            List<String[]> commands = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                commands.add(i % 2 == 0 ? new String[]{"BOX.PUT", "k", "v" + i} : new String[]{"BOX.GET", "k"});
            }
            List<Value> replies = client.pipeline(commands);
            for (int i = 0; i < 10_000; i++) {
                assertEquals(i % 2 == 0 ? "OK" : "v" + (i - 1), Values.text(replies.get(i)));
            }
        }
    }

    @Test
    void executesALongTransactionInOrder() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            List<String[]> commands = new ArrayList<>();
            commands.add(new String[]{"MULTI"});
            for (int i = 0; i < 3000; i++) {
                commands.add(i % 2 == 0 ? new String[]{"BOX.PUT", "k", "v" + i} : new String[]{"BOX.GET", "k"});
            }
            commands.add(new String[]{"EXEC"});
            List<Value> replies = client.pipeline(commands);
            assertEquals("QUEUED", Values.text(replies.get(3000)));
            List<Value> results = Values.elements(replies.getLast());
            assertEquals(3000, results.size());
            for (int i = 0; i < 3000; i++) {
                assertEquals(i % 2 == 0 ? "OK" : "v" + (i - 1), Values.text(results.get(i)));
            }
            client.line("MULTI");
            assertTrue(client.line("BOX.GET").startsWith("ERR wrong number"));
            assertEquals("EXECABORT Transaction discarded because of previous errors.", client.line("EXEC"));
        }
    }

    @Test
    void takesABigArgumentWithoutASecondCopy() throws Exception {
        int size = 64 << 20;
        try (TestServer server = TestServer.with(sample).start(); TestClient client = server.client()) {
            client.line("PING");
            long mappedBefore = Pages.mappedBytes();
            long usedBefore = server.onMain(() -> server.server().usedMemory());
            client.raw("*3\r\n$7\r\nBOX.PUT\r\n$1\r\nk\r\n$" + size + "\r\n");
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < size; i += piece.length) {
                piece[0] = (byte) (i >> 20);
                client.raw(piece);
            }
            client.raw("\r\n");
            assertEquals("OK", client.receiveText());
            long used = server.onMain(() -> server.server().usedMemory()) - usedBefore;
            long mapped = sample.mappedAtPut - mappedBefore;
            assertTrue(used >= size && used < size + (1 << 20), () -> used + " bytes used");
            assertTrue(mapped < size + (8L << 20), () -> mapped + " bytes mapped when the command was executed");
            server.onMain(() -> {
                var value = server.database(0).peek(dev.cairn.api.command.Bytes.of("k")).bytes();
                assertEquals(size, value.length());
                for (int i = 0; i < size; i += piece.length) {
                    assertEquals((byte) (i >> 20), value.at(i));
                }
                return true;
            });
            assertEquals("1", client.line("DEL k"));
            assertTrue(server.onMain(() -> server.server().usedMemory()) - usedBefore < 1 << 20);
            server.await("the memory is given back", () -> Pages.mappedBytes() - mappedBefore < 8 << 20);
        }
    }

    @Test
    void answersAProtocolErrorAndCloses() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient observer = server.client()) {
            for (String[] wrong : new String[][]{{"*1\r\n:1\r\n", "expected '$', got ':'"}, {"*x\r\n", "invalid multibulk length"},
                    {"*1\r\n$-5\r\n", "invalid bulk length"}}) {
                TestClient client = server.client();
                client.raw("PING\r\n" + wrong[0]);
                assertEquals("+PONG\r\n-ERR Protocol error: " + wrong[1] + "\r\n",
                        new String(client.receiveToEnd(), StandardCharsets.US_ASCII));
            }
            assertEquals("PONG", observer.line("PING"));
        }
    }

    @Test
    void outlivesClientsThatBreakOffAnywhere() throws Exception {
        try (TestServer server = TestServer.with(sample).start(); TestClient observer = server.client()) {
            byte[] request = dev.cairn.resp.Resp.request("BOX.PUT", "key", "value");
            for (int cut = 0; cut <= request.length; cut++) {
                TestClient client = server.client();
                client.raw(java.util.Arrays.copyOf(request, cut));
                if (cut % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
            }
            server.await("all have gone", () -> server.server().clients().count() == 1);
            assertEquals("PONG", observer.line("PING"));
        }
    }
}
