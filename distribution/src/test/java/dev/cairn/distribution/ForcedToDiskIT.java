package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/** That the append-only file is forced to disk by the system's own call, as strace sees it; skipped where there is no strace. */
class ForcedToDiskIT {
    private static final Pattern FORCE = Pattern.compile("fdatasync\\(|fsync\\(");

    @TempDir private Path directory;

    private long forces(Path trace) throws IOException {
        Matcher m = FORCE.matcher(Files.readString(trace, StandardCharsets.ISO_8859_1));
        return m.results().count();
    }

    @Test
    void underAlwaysEachTurnIsForcedOnceBeforeItsReplies() throws IOException {
        String strace = ServerProcess.tool("strace");
        try (Launch probe = Launch.run(directory, Map.of(), "", List.of(strace, "-o", "/dev/null", "true"))) {
            assumeTrue(probe.exitCode() == 0, "strace may trace nothing here: " + probe.output());
        }
        int port = ServerProcess.freePort();
        Path trace = directory.resolve("trace");
        List<String> line = List.of(strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace.toString(),
                ServerProcess.distribution().resolve("bin/cairn-server").toString(), "--port", Integer.toString(port), "--bind",
                "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always");
        try (Launch server = Launch.run(directory, Map.of(), "", line).ready(); RespClient client = RespClient.connect(port)) {
            client.call("SET", "warm", "up");
            long before = forces(trace);
            for (int i = 0; i < 20; i++) {
                client.call("SET", "k" + i, "v");
            }
            long single = forces(trace) - before;
            assertTrue(single >= 20, () -> single + " forces for 20 writes, each waited for");
            List<List<byte[]>> many = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                many.add(RespClient.command("SET", "p" + i, "v"));
            }
            long start = forces(trace);
            List<RespReply> replies = client.pipeline(many);
            assertEquals(500, replies.size());
            long grouped = forces(trace) - start;
            assertTrue(grouped >= 1 && grouped < 100, () -> grouped + " forces for 500 writes at once");
            // the server ends by itself: strace lets go of it rather than ending it
            client.send(RespClient.command("SHUTDOWN", "NOSAVE"));
            client.flush();
            assertEquals(0, server.exitCode());
        }
    }
}
