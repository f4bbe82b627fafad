package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Runs cairn-check-aof and cairn-aof as an operator would, beside servers of Cairn and of Redis. */
class AofToolsIT {
    @TempDir private Path folder;

    private Launch tool(String name, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(ServerProcess.distribution().resolve("bin/" + name).toString()));
        line.addAll(List.of(arguments));
        return Launch.run(folder, Map.of(), "", line);
    }

    private String done(int code, String name, String... arguments) throws IOException {
        try (Launch launch = tool(name, arguments)) {
            int ended = launch.exitCode();
            assertEquals(code, ended, launch.output());
            return launch.output();
        }
    }

    private static void fill(RespClient client) throws IOException {
        for (int i = 0; i < 200; i++) {
            client.call("SET", "string:" + i, "value \r\n\u0000" + i);
            client.call("HSET", "hash:" + i % 20, "field" + i, Integer.toString(i));
            client.call("RPUSH", "list:" + i % 10, "element " + i);
        }
        client.call("SET", "expiring", "v", "EX", "100000");
        client.call("MULTI");
        client.call("INCR", "counter");
        client.call("SELECT", "3");
        client.call("INCR", "counter");
        client.call("EXEC");
        client.call("SELECT", "0");
        client.call("DEL", "string:7");
    }

    /** All that can be read of what {@link #fill} has written. */
    private static List<String> contents(RespClient client) throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(client.call("GET", "string:" + i).toString());
            all.add(client.call("HGET", "hash:" + i % 20, "field" + i).toString());
        }
        for (int i = 0; i < 10; i++) {
            all.add(client.call("LRANGE", "list:" + i, "0", "-1").toString());
        }
        all.add(client.call("PEXPIRETIME", "expiring").toString());
        for (String database : List.of("0", "3")) {
            client.call("SELECT", database);
            all.add(client.call("GET", "counter").toString());
            all.add(client.call("DBSIZE").toString());
        }
        client.call("SELECT", "0");
        return all;
    }

    private ServerProcess cairn(String directory) throws IOException {
        return ServerProcess.cairn("--appendonly", "yes", "--dir", Files.createDirectories(folder.resolve(directory)).toString());
    }

    private String files(String server) {
        return folder.resolve(server).resolve("appendonlydir").toString();
    }

    @Test
    void tailFollowsAServerThroughARewriteAndDumpReadsWhatItLeaves() throws IOException {
        try (ServerProcess server = cairn("a"); RespClient client = server.connect()) {
            client.call("SET", "before", "1");
            try (Launch tail = tool("cairn-check-aof", "tail", "-f", files("a"))) {
                tail.awaitOutput("\"SET\" \"before\" \"1\"");
                client.call("BGREWRITEAOF");
                awaitRewrite(client);
                client.call("SET", "after", "2");
                tail.awaitOutput("\"SET\" \"after\" \"2\"");
            }
            assertTrue(done(1, "cairn-check-aof", "--truncate-to-timestamp", "9999999999", "--yes", files("a")).contains("stop it first"));
        }
        assertTrue(done(0, "cairn-check-aof", files("a")).contains("is valid"));
        assertTrue(done(0, "cairn-server", "--check-aof", files("a")).contains("is valid"));
        String dump = done(0, "cairn-check-aof", "dump", files("a"));
        assertTrue(dump.contains("base ") && dump.contains("\"before\"") && dump.contains("\"SET\" \"after\" \"2\""), dump);
    }

    @Test
    void theExampleOfTheDocumentationFollowsAServer() throws IOException {
        String page = Files.readString(Path.of("docs/persistence.md"));
        int start = page.indexOf("```java\n") + "```java\n".length();
        Path program = Files.writeString(folder.resolve("Follow.java"), page.substring(start, page.indexOf("```", start)));
        List<String> line = List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "--module-path",
                ServerProcess.distribution().resolve("lib").toString(), "--add-modules", "dev.cairn.persistence.aof",
                "--enable-native-access=dev.cairn.structures", program.toString(), files("a"), "1");
        try (ServerProcess server = cairn("a"); RespClient client = server.connect()) {
            client.call("SET", "before", "1");
            try (Launch follow = Launch.run(folder, Map.of(), "", line)) {
                follow.awaitOutput("0 \"SET\" \"before\" \"1\"");
                client.call("SET", "after", "2");
                follow.awaitOutput("0 \"SET\" \"after\" \"2\"");
            }
        }
    }

    private static void awaitRewrite(RespClient client) throws IOException {
        long deadline = System.nanoTime() + Launch.DEADLINE.toNanos();
        String info;
        do {
            info = client.call("INFO", "persistence").text();
            assertTrue(System.nanoTime() < deadline, info);
        } while (!info.contains("aof_rewrite_in_progress:0") || !info.contains("aof_rewrites:1"));
    }

    @Test
    void whatIsExportedLoadsInRedisWithEqualData() throws IOException {
        ServerProcess.tool("redis-server");
        List<String> written;
        try (ServerProcess server = cairn("a"); RespClient client = server.connect()) {
            fill(client);
            client.call("BGREWRITEAOF");
            awaitRewrite(client);
            client.call("SET", "string:8", "changed");
            written = contents(client);
            Files.createDirectories(folder.resolve("single"));
            done(0, "cairn-aof", "export", files("a"), folder.resolve("single/appendonly.aof").toString());
        }
        Files.createDirectories(folder.resolve("multi"));
        done(0, "cairn-aof", "export", files("a"), files("multi"), "--multi-part");
        for (String directory : List.of("single", "multi")) {
            try (ServerProcess redis = ServerProcess.redis("--appendonly", "yes", "--dir", folder.resolve(directory).toString());
                    RespClient client = redis.connect()) {
                assertEquals(written, contents(client), directory);
            }
        }
    }

    @Test
    void whatRedisHasLoggedIsImportedWithEqualData() throws IOException {
        List<String> written;
        Path redisFolder = Files.createDirectories(folder.resolve("redis"));
        try (ServerProcess redis =
                ServerProcess.redis("--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--aof-timestamp-enabled", "yes",
                        "--dir", redisFolder.toString());
                RespClient client = redis.connect()) {
            fill(client);
            written = contents(client);
        }
        done(0, "cairn-aof", "import", files("redis"), files("b"));
        assertTrue(done(1, "cairn-aof", "import", files("redis"), files("b")).contains("already"));
        try (ServerProcess server = cairn("b"); RespClient client = server.connect()) {
            assertEquals(written, contents(client));
        }
    }

    @Test
    void filesWithAnRdbPreambleAreRefusedAndLeaveNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("appendonly.aof"), "REDIS0010 and so on");
        String output = done(1, "cairn-aof", "import", file.toString(), files("c"));
        assertTrue(output.contains("needs RDB") && output.contains("aof-use-rdb-preamble no"), output);
        Files.writeString(file, "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGE");
        output = done(1, "cairn-aof", "import", file.toString(), files("c"));
        assertTrue(output.contains("at byte 14"), output);
        try (var left = Files.list(Path.of(files("c")))) {
            assertEquals(List.of(), left.toList());
        }
    }
}
