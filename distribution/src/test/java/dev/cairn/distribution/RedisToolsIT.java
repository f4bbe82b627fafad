package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs redis-cli and redis-benchmark as an operator would. */
class RedisToolsIT {
    private static ServerProcess server;

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void startOnEmptyDatabases() throws IOException {
        // Not in @BeforeAll: a class that is skipped there leaves no trace in the report.
        if (server == null) {
            server = ServerProcess.cairn();
        }
        assertEquals("OK", cli("", "flushall"));
    }

    @Test
    void redisCliSetsAndGets() throws IOException {
        assertEquals("PONG", cli("", "ping"));
        assertEquals("OK", cli("", "set", "greeting", "hello world"));
        assertEquals("hello world", cli("", "get", "greeting"));
        assertEquals("(integer) 11", cli("", "--no-raw", "strlen", "greeting"));
        assertEquals("(nil)", cli("", "--no-raw", "get", "nosuchkey"));
        assertTrue(cli("", "nosuchcommand").startsWith("ERR unknown command"));
    }

    @Test
    void redisCliSpeaksResp3() throws IOException {
        assertEquals("OK", cli("", "-3", "set", "n", "1"));
        assertTrue(cli("", "-3", "--no-raw", "config", "get", "maxclients").contains("\"maxclients\" => "));
    }

    @Test
    void redisCliReadsCommandsFromStandardInput() throws IOException {
        assertEquals("OK\n2\n3\nOK\nQUEUED\n4", cli("set n 1\nincr n\nincr n\nmulti\nincr n\nexec\n"));
    }

    @Test
    void redisCliSelectsADatabase() throws IOException {
        assertEquals("OK", cli("", "-n", "5", "set", "k", "v"));
        assertEquals("0", cli("", "dbsize"));
        assertEquals("1", cli("", "-n", "5", "dbsize"));
    }

    @Test
    void redisCliScansAllKeys() throws IOException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            input.append("set key:").append(i).append(" v\n");
        }
        cli(input.toString());
        assertEquals(500, cli("", "--scan", "--pattern", "key:*").lines().distinct().count());
    }

    @Test
    void redisCliLoadsByPipe() throws IOException {
        String out = cli("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n".repeat(1000), "--pipe");
        assertTrue(out.contains("errors: 0, replies: 1000"), out);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void redisBenchmarkRunsWithoutErrors(int pipeline) throws IOException {
        Output output = run("",
                List.of(ServerProcess.tool("redis-benchmark"), "-p", Integer.toString(server.port()), "-q", "-n", "1000", "-P",
                        Integer.toString(pipeline), "-r", "1000", "-t", "ping,set,get,incr,mset"));
        assertEquals(0, output.status(), output.text());
        assertFalse(output.text().contains("Error") || output.text().contains("ERR") || output.text().contains("WARNING"), output.text());
        for (String test : List.of("PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)")) {
            assertTrue(output.text().contains(test + ": "), test + " in " + output.text());
        }
    }

    private record Output(int status, String text) {
    }

    private static String cli(String input, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(ServerProcess.tool("redis-cli"), "-p", Integer.toString(server.port())));
        line.addAll(List.of(arguments));
        return run(input, line).text().strip();
    }

    private static Output run(String input, List<String> line) throws IOException {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        try {
            // The inputs are small enough for the pipe and what the tool buffers.
            process.getOutputStream().write(input.getBytes(StandardCharsets.ISO_8859_1));
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> line + " does not end");
            return new Output(process.exitValue(), text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + line, e);
        } finally {
            process.destroyForcibly();
        }
    }
}
