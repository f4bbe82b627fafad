package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/** The append-only file of the built server: what its clients see while it loads, at its end, and what the JVM says to it. */
class AppendOnlyIT {
    private static final int MANY = 200_000;
    private static final int AT_ONCE = 1000;

    @TempDir private Path directory;
    private int port;

    private Launch launch(String... more) throws IOException {
        port = ServerProcess.freePort();
        List<String> line = new ArrayList<>(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly",
                "yes"));
        line.addAll(List.of(more));
        return Launch.cairn(directory, line.toArray(String[]::new));
    }

    @Test
    void clientsAreToldThatTheServerLoadsAndSeeHowFarItIs() throws IOException {
        try (Launch server = launch().ready(); RespClient client = RespClient.connect(port)) {
            for (int i = 0; i < MANY; i += AT_ONCE) {
                List<List<byte[]>> batch = new ArrayList<>();
                for (int j = i; j < i + AT_ONCE; j++) {
                    batch.add(RespClient.command("SET", "key:" + j, "value"));
                }
                client.pipeline(batch);
            }
            server.signal("TERM");
            assertEquals(0, server.exitCode());
        }
        try (Launch server = launch("--loading-process-events-interval-bytes", "1024"); RespClient client = connected(server)) {
            List<RespReply> first = client.pipeline(List.of(RespClient.command("INFO", "persistence"), RespClient.command("GET", "key:1"),
                    RespClient.command("SET", "key:1", "changed"), RespClient.command("BGREWRITEAOF")));
            String info = first.getFirst().text();
            assertTrue(info.contains("loading:1\r\n"), info);
            assertTrue(info.contains("loading_loaded_perc:"), info);
            for (RespReply refused : first.subList(1, first.size())) {
                assertEquals("LOADING Redis is loading the dataset in memory", refused.text());
            }
            server.ready();
            assertEquals("value", client.call("GET", "key:1").text());
            assertEquals(MANY, client.call("DBSIZE").number());
            assertTrue(client.call("INFO", "persistence").text().contains("loading:0\r\n"));
        }
    }

    /** A connection to a server that may not accept any yet. */
    private RespClient connected(Launch server) throws IOException {
        long deadline = System.nanoTime() + Launch.DEADLINE.toNanos();
        while (System.nanoTime() < deadline && server.process().isAlive()) {
            try {
                return RespClient.connect(port);
            } catch (IOException notYet) {
                Thread.onSpinWait();
            }
        }
        return fail("no connection; the output:\n" + server.output());
    }

    @Test
    void eachWayToEndTheServerKeepsWhatWasWritten() throws IOException {
        List<List<String>> ways = List.of(List.of("SHUTDOWN"), List.of("SHUTDOWN", "NOSAVE"), List.of("SHUTDOWN", "NOW"),
                List.of("SHUTDOWN", "FORCE"), List.of("SHUTDOWN", "NOSAVE", "NOW", "FORCE"), List.of("SHUTDOWN", "SAVE", "FORCE"));
        for (int i = 0; i < ways.size(); i++) {
            try (Launch server = launch().ready(); RespClient client = RespClient.connect(port)) {
                assertEquals(i, client.call("DBSIZE").number(), "before " + ways.get(i));
                // there are no snapshot files yet: a client that insists on one is refused, and nothing ends
                assertTrue(client.call("SHUTDOWN", "SAVE").isError());
                assertEquals("OK", client.call("SET", "key" + i, "v").text());
                client.send(RespClient.command(ways.get(i).toArray(String[]::new)));
                client.flush();
                assertEquals(0, server.exitCode(), () -> String.valueOf(ways));
            }
        }
        try (Launch server = launch().ready(); RespClient client = RespClient.connect(port)) {
            assertEquals("OK", client.call("SET", "key", "v").text());
            server.signal("TERM");
            assertEquals(0, server.exitCode());
        }
        try (Launch server = launch().ready(); RespClient client = RespClient.connect(port)) {
            assertEquals(ways.size() + 1L, client.call("DBSIZE").number(), () -> "process " + server.process().pid());
        }
    }

    @Test
    void theJvmHasNothingToSayOfTheAppendOnlyFile() throws IOException {
        try (Launch server = launch("--appendfsync", "always").ready(); RespClient client = RespClient.connect(port)) {
            client.call("SET", "k", "v");
            client.call("BGREWRITEAOF");
            server.awaitOutput("Background AOF rewrite finished successfully");
            client.send(RespClient.command("SHUTDOWN"));
            client.flush();
            assertEquals(0, server.exitCode());
            String output = server.output();
            for (String sign : List.of("WARNING:", "[warning]", "OpenJDK", "Exception", "chronicle", "SLF4J")) {
                assertFalse(output.contains(sign), () -> sign + " in\n" + output);
            }
        }
    }

    @Test
    void aServerWithoutAnAppendOnlyFileLoadsNothingOfItsLibrary() throws IOException {
        port = ServerProcess.freePort();
        try (Launch server = Launch.cairn(directory, Map.of("CAIRN_JAVA_OPTS", "-Xlog:class+load:stdout"), "", "--port",
                Integer.toString(port), "--bind", "127.0.0.1", "--save", "").ready();
                RespClient client = RespClient.connect(port)) {
            client.call("SET", "k", "v");
            String output = server.output();
            assertTrue(output.contains("dev.cairn.persistence.aof.AofModule"), "classes are listed");
            assertFalse(output.contains("net.openhft"), output.lines().filter(line -> line.contains("net.openhft")).findFirst().orElse(""));
        }
    }
}
