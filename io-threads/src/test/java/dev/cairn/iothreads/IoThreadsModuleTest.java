package dev.cairn.iothreads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

@Timeout(300)
class IoThreadsModuleTest extends ModuleContract {
    private static final String TOO_MANY = "Fatal: too many I/O threads configured. The maximum number is 128.";

    @Override
    protected ServerModule module() {
        return new IoThreadsModule();
    }

    private static TestServer.Builder server(String... lines) {
        return TestServer.with(new IoThreadsModule()).config(lines);
    }

    private static Set<String> workers() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(n -> n.startsWith("io_thd_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String field(String info, String name) {
        return info.lines().filter(l -> l.startsWith(name + ":")).findFirst().orElseThrow().substring(name.length() + 1).strip();
    }

    @Test
    void refusesMoreThreadsThanThereMayBe() throws Exception {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> server("io-threads 129").start());
        assertTrue(String.valueOf(e.getMessage()).contains(TOO_MANY), e::getMessage);
        try (TestServer server = server("io-threads 128").start(); TestClient client = server.client()) {
            assertEquals(127, workers().size());
            assertTrue(client.line("CONFIG SET io-threads 129").contains(TOO_MANY), "not refused");
            assertTrue(client.line("CONFIG SET io-threads 0").contains("argument must be between 1 and 128 inclusive"), "not refused");
            assertEquals("[io-threads, 128]", client.line("CONFIG GET io-threads"));
        }
        assertEquals(Set.of(), workers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void changesTheNumberOfThreadsWhileItRuns(String strategy) throws Exception {
        try (TestServer server = server("io-threads-strategy " + strategy).start(); TestClient client = server.client()) {
            assertEquals(Set.of(), workers());
            assertEquals("OK", client.line("CONFIG SET io-threads 3"));
            assertEquals(Set.of("io_thd_1", "io_thd_2"), workers());
            assertEquals("OK", client.line("CONFIG SET io-threads 2"));
            assertEquals(Set.of("io_thd_1"), workers());
            assertEquals("OK", client.line("CONFIG SET io-threads 1"));
            assertEquals(Set.of(), workers());
        }
    }

    @Test
    void bindsItsThreadsToTheCpusOfTheServer() throws Exception {
        String cpu = allowedOf(Files.readString(Path.of("/proc/thread-self/comm")).strip()).split("[,-]")[0];
        try (TestServer server = server("io-threads 2", "server-cpulist " + cpu).start(); TestClient client = server.client()) {
            server.await("the thread is bound", () -> cpu.equals(allowedOf("io_thd_1")));
            assertEquals("PONG", client.line("PING"));
        }
    }

    /** The CPUs that the thread of a name may run on; empty when there is none. */
    private static String allowedOf(String thread) {
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).strip().equals(thread)) {
                    return Files.readAllLines(task.resolve("status")).stream().filter(l -> l.startsWith("Cpus_allowed_list:"))
                            .findFirst().orElseThrow().substring(18).strip();
                }
            }
            return "";
        } catch (IOException e) {
            return ""; // a thread has ended meanwhile
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork-join", "rings"})
    void threadsTakePartFromTwoClientsAThreadOn(String strategy) throws Exception {
        try (TestServer server = server("io-threads 2", "io-threads-do-reads yes", "io-threads-strategy " + strategy, "hz 500").start()) {
            List<TestClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    clients.add(server.client());
                }
                String before = server.onMain(() -> server.info("server") + server.info("stats"));
                assertEquals("0", field(before, "io_threads_active"));
                for (int i = 0; i < 50; i++) {
                    assertEquals("PONG", clients.getFirst().line("PING"));
                }
                assertEquals("0", field(server.onMain(() -> server.info("stats")), "io_threaded_writes_processed"));
                for (int round = 0; round < 20; round++) {
                    // all are sent to within one turn of the loop, so that the next finds all of them
                    server.onMain(() -> {
                        clients.forEach(c -> c.send("PING"));
                        return true;
                    });
                    clients.forEach(c -> assertEquals("PONG", c.receiveText()));
                }
                String stats = server.onMain(() -> server.info("stats"));
                assertTrue(Long.parseLong(field(stats, "io_threaded_writes_processed")) >= 8, stats);
                assertTrue(Long.parseLong(field(stats, "io_threaded_reads_processed")) >= 8, stats);
                server.await("the threads are stopped again", () -> field(server.info("server"), "io_threads_active").equals("0"));
            } finally {
                clients.forEach(TestClient::close);
            }
        }
    }

    /** A number of a line of CLIENT LIST. */
    private static long number(String line, String name) {
        String from = line.substring(line.indexOf(" " + name + "=") + name.length() + 2);
        return Long.parseLong(from.substring(0, from.indexOf(' ')));
    }

    private static String lineOf(TestClient observer, String client) {
        return observer.line("CLIENT LIST").lines().filter(l -> l.contains(" name=" + client + " ")).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"io-threads 1", "io-threads-strategy fork-join", "io-threads-strategy rings"})
    void queryBuffersAreTheSameWhoeverReads(String how) throws Exception {
        String part = "*3\r\n$7\r\nPUBLISH\r\n$2\r\na";
        try (TestServer server = server("io-threads 2", "io-threads-do-reads yes", "events-per-io-thread 0", how).start();
                TestClient observer = server.client(); TestClient client = server.client()) {
            assertEquals("OK", client.line("CLIENT SETNAME tested"));
            assertEquals(0, number(lineOf(observer, "tested"), "qbuf"));
            assertEquals(0, number(lineOf(observer, "tested"), "qbuf-free"));
            assertEquals(0, number(client.line("CLIENT INFO"), "qbuf"), "a command waits behind itself");
            client.raw(part);
            await(observer, "qbuf", 1); // what is behind the last length
            client.raw("b\r\n$1\r\nx\r\n");
            assertEquals("0", client.receiveText());
            long kept = number(lineOf(observer, "tested"), "qbuf-free");
            assertTrue(kept >= 16_384 && kept <= 32_768, () -> "a buffer of " + kept + " bytes is kept");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            long free;
            do {
                client.raw("*2\r\n$4\r\nPING\r\n$400000\r\n" + "y".repeat(200_000));
                await(observer, "qbuf", 200_000);
                client.raw("y".repeat(200_000) + "\r\n");
                assertEquals(400_000, client.receiveText().length());
                free = number(lineOf(observer, "tested"), "qbuf-free");
            } while (free < 400_000 && System.nanoTime() < deadline); // on a busy machine the cron may have come between
            assertTrue(free >= 400_000, "the buffer is gone at once");
        }
    }

    /** Waits until CLIENT LIST says that of the client. */
    private static void await(TestClient observer, String field, long value) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long is = number(lineOf(observer, "tested"), field);
        while (is != value) {
            assertTrue(is >= 0 && System.nanoTime() < deadline, field + " is " + is);
            is = number(lineOf(observer, "tested"), field);
        }
    }

    @Test
    void changesTheStrategyWhileItRuns() throws Exception {
        try (TestServer server = server("io-threads 2", "io-threads-do-reads yes", "events-per-io-thread 0").start();
                TestClient client = server.client()) {
            for (int i = 0; i < 20; i++) {
                assertEquals("OK", client.line("CONFIG SET io-threads-strategy " + (i % 2 == 0 ? "rings" : "fork-join")));
                assertEquals(Set.of("io_thd_1"), workers());
                assertEquals("OK", client.line("CONFIG SET io-threads-do-reads " + (i % 3 == 0 ? "no" : "yes")));
                assertEquals("PONG", client.line("PING"));
            }
        }
    }
}
