package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Loads keys and drops them: what they took is accounted, and given back to the system. */
class MemoryIT {
    private static final int KEYS = 200_000;
    private static final int BATCH = 1000;
    private static final int VALUE = 300;
    private static final long MEGABYTE = 1 << 20;
    private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

    @Test
    void memoryIsGivenBackAfterFlushall() throws IOException {
        try (ServerProcess server = ServerProcess.cairn(); RespClient client = server.connect()) {
            long empty = used(client);
            load(client, KEYS);
            assertEquals("OK", client.call("FLUSHALL").text());
            await("used_memory returns", empty + MEGABYTE, () -> used(client));
            // From here on the JVM has compiled and loaded what it needs for this.
            long used = used(client);
            long resident = resident(server);
            load(client, KEYS);
            long data = (long) KEYS * VALUE;
            assertTrue(used(client) - used > data, "used_memory counts the values");
            assertTrue(used(client) - used < data + KEYS * 100L, "and little more");
            assertTrue(resident(server) - resident > data / 2, "the values are resident");
            assertEquals("OK", client.call("FLUSHALL").text());
            assertEquals(0, client.call("DBSIZE").number());
            await("used_memory returns", used + MEGABYTE, () -> used(client));
            await("the resident memory returns", resident + data / 4, () -> resident(server));
        }
    }

    private interface Figure {
        long read() throws IOException;
    }

    private static void await(String what, long most, Figure figure) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        long now = figure.read();
        while (now > most && System.nanoTime() < deadline) {
            now = figure.read();
        }
        assertTrue(now <= most, what + ": " + now + " bytes, at most " + most + " expected");
    }

    private static void load(RespClient client, int keys) throws IOException {
        String value = "v".repeat(VALUE);
        for (int from = 0; from < keys; from += BATCH) {
            List<List<byte[]>> batch = new ArrayList<>();
            for (int i = from; i < from + BATCH; i++) {
                batch.add(RespClient.command("SET", "key:" + i, value));
            }
            for (RespReply reply : client.pipeline(batch)) {
                assertEquals("OK", reply.text());
            }
        }
    }

    private static long used(RespClient client) throws IOException {
        Matcher matcher = USED.matcher(client.call("INFO", "memory").text());
        assertTrue(matcher.find(), "INFO memory has used_memory");
        return Long.parseLong(matcher.group(1));
    }

    private static long resident(ServerProcess server) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + server.process().pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS of process " + server.process().pid());
    }
}
