package dev.cairn.iothreads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Value;
import dev.cairn.resp.Resp;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** What happens to clients that threads read and write for while the server is busy, paused, at a limit, or ends. */
@Timeout(300)
class ThreadedClientsTest {
    private static final int CLIENTS = 8;
    private static final int COMMANDS = 30;

    /** A command that goes on, and lets others be served, until it is told to end. */
    private static final class Busy implements ServerModule {
        private volatile boolean running;
        private volatile boolean ending;

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("busy", 1);
        }

        @Override
        public void configure(Registrar registrar) {
            registrar.command(CommandSpec.of("BUSY", 1).flags(CommandFlag.READONLY).summary("Goes on."), (call, args, reply) -> {
                running = true;
                while (!ending) {
                    call.breathe();
                }
                running = false;
                reply.ok();
            });
        }
    }

    private final Busy busy = new Busy();

    private TestServer.Builder server(String strategy) {
        return TestServer.with(busy, new IoThreadsModule(), new StringModule()).config("io-threads 3", "io-threads-do-reads yes",
                "events-per-io-thread 0", "io-threads-strategy " + strategy, "busy-reply-threshold 1");
    }

    private TestServer start(String strategy) {
        return server(strategy).start();
    }

    private TestServer start(String strategy, Wire.Place place) {
        TestServer.Builder builder = server(strategy).config(place.configuration());
        for (ServerModule module : place.modules()) {
            builder.module(module);
        }
        return builder.listening().start();
    }

    private static List<TestClient> connect(TestServer server) {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(server.client());
        }
        return clients;
    }

    private static byte[] many(String... words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < COMMANDS; i++) {
            bytes.writeBytes(Resp.request(words));
        }
        return bytes.toByteArray();
    }

    /** Sends the same command many times in one piece. */
    private static void send(TestClient client, String... words) {
        client.raw(many(words));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void areServedWhileACommandGoesOn(String strategy, @TempDir Path folder) throws Exception {
        Wire.Place place = new Wire.Place(Wire.Transport.TCP, folder);
        List<Wire> clients = new ArrayList<>();
        try (TestServer server = start(strategy, place); Wire one = place.connect()) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(place.connect());
            }
            ask(clients, "before");
            one.send(Resp.request("BUSY"));
            while (!busy.running) {
                Thread.onSpinWait(); // bounded by the test's timeout
            }
            expectAnswers(clients, ""); // some before it, some within it
            for (int round = 0; round < 20; round++) {
                ask(clients, "within");
                expectAnswers(clients, "BUSY");
            }
            ask(clients, "around");
            busy.ending = true;
            assertEquals("OK", one.receiveText());
            expectAnswers(clients, "");
            ask(clients, "after");
            expectAnswers(clients, "after");
            server.awaitTurn();
        } finally {
            busy.ending = true;
            for (Wire client : clients) {
                client.close();
            }
        }
    }

    private static void ask(List<Wire> clients, String word) throws IOException {
        for (Wire client : clients) {
            client.send(many("ECHO", word));
        }
    }

    private static void expectAnswers(List<Wire> clients, String beginning) throws IOException {
        for (Wire client : clients) {
            for (int i = 0; i < COMMANDS; i++) {
                String reply = client.receiveText();
                assertTrue(reply.startsWith(beginning), reply);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void waitForTheEndOfAPause(String strategy) throws Exception {
        try (TestServer server = start(strategy); TestClient one = server.client()) {
            List<TestClient> clients = connect(server);
            assertEquals("OK", one.line("SET counter 0"));
            for (int round = 0; round < 20; round++) {
                assertEquals("OK", one.line("CLIENT PAUSE 60000 WRITE"));
                clients.forEach(c -> send(c, "INCR", "counter"));
                server.awaitTurn();
                assertEquals(Integer.toString(round * CLIENTS * COMMANDS), one.line("GET counter"));
                assertEquals("OK", one.line("CLIENT UNPAUSE"));
                for (int i = 0; i < CLIENTS * COMMANDS; i++) {
                    assertTrue(clients.get(i % CLIENTS).receive() instanceof Value.Int);
                }
            }
            assertEquals(Integer.toString(20 * CLIENTS * COMMANDS), one.line("GET counter"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void areEvictedNoMoreThanTheLimitAsksFor(String strategy) throws Exception {
        byte[] part = ("*2\r\n$100000\r\n" + "x".repeat(90_000)).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try (TestServer server = start(strategy); TestClient one = server.client()) {
            assertEquals("OK", one.line("CLIENT NO-EVICT on"));
            one.line("CLIENT SETNAME one");
            for (int round = 0; round < 20; round++) {
                one.expect("CONFIG SET maxmemory-clients 0", "OK");
                List<TestClient> clients = connect(server);
                clients.forEach(c -> c.raw(part));
                while (memory(one, "").stream().anyMatch(m -> m < part.length)) {
                    Thread.onSpinWait(); // bounded by the test's timeout
                }
                long each = memory(one, "").getFirst();
                long limit = CLIENTS / 2 * each + memory(one, "one").getFirst();
                one.expect("CONFIG SET maxmemory-clients " + limit, "OK");
                assertEquals(CLIENTS / 2, memory(one, "").size(), "round " + round);
                clients.forEach(TestClient::close);
                server.await("they have gone", () -> server.info("clients").contains("connected_clients:1\r\n"));
            }
        }
    }

    /** What the clients of a name take, in bytes. */
    private static List<Long> memory(TestClient by, String name) {
        return by.line("CLIENT LIST").lines().filter(l -> l.contains(" name=" + name + " "))
                .map(l -> Long.valueOf(l.replaceFirst(".* tot-mem=(\\d+).*", "$1"))).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void areClosedWhenTheyLeaveTooMuchUnread(String strategy) throws Exception {
        try (TestServer server = start(strategy); TestClient one = server.client()) {
            assertEquals("OK", one.text("CONFIG", "SET", "client-output-buffer-limit", "normal 200000 0 0"));
            assertEquals("OK", one.text("SET", "large", "x".repeat(20_000)));
            List<TestClient> clients = connect(server);
            for (TestClient client : clients) {
                send(client, "GET", "large");
            }
            server.await("all are closed",
                    () -> server.info("stats").contains("client_output_buffer_limit_disconnections:" + CLIENTS + "\r\n"));
            for (TestClient client : clients) {
                assertTrue(client.receiveToEnd().length < COMMANDS * 20_000);
            }
            assertEquals("PONG", one.line("PING"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void areTakenBackWhenTheServerEnds(String strategy) throws Exception {
        TestServer server = start(strategy);
        List<TestClient> clients = connect(server);
        List<Thread> senders = new ArrayList<>();
        for (TestClient client : clients) {
            senders.add(Thread.ofPlatform().daemon().start(() -> {
                int all = COMMANDS * ("$1000\r\n".length() + 1000 + "\r\n".length());
                try {
                    do {
                        send(client, "ECHO", "x".repeat(1000));
                    } while (client.receiveBytes(all).length == all);
                } catch (UncheckedIOException closed) {
                    return; // as it should be
                }
            }));
        }
        server.await("threads have read", () -> !server.info("stats").contains("io_threaded_reads_processed:0\r\n"));
        server.close();
        for (Thread sender : senders) {
            sender.join();
        }
    }
}
