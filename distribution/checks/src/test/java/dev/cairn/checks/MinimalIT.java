package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/** The least distribution: it serves strings over TCP, and the rest is not only switched off but not there. */
@Timeout(300)
class MinimalIT {
    @TempDir Path folder;
    private Path home;

    @BeforeEach
    void unpack() throws Exception {
        home = Ready.unpack(Ready.MINIMAL, "cairn-minimal", folder);
    }

    @Test
    void itStartsFromItsTarFile() throws Exception {
        Ready.assertChecksums(home);
        try (ServerProcess server = Ready.start(home); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
            assertEquals("OK", client.call("SET", "k", "v").text());
            assertEquals("v", client.call("GET", "k").text());
        }
    }

    @Test
    void itHasNoCommandOfOtherTypesOfPersistenceAndOfModules() throws Exception {
        try (ServerProcess server = Ready.start(home); RespClient client = server.connect()) {
            List<String> commands = client.call("COMMAND", "LIST").elements().stream().map(RespReply::text).toList();
            assertTrue(commands.contains("incr"), () -> "commands: " + commands);
            for (String absent : List.of("module", "hset", "hget", "lpush", "blpop", "bgrewriteaof")) {
                assertFalse(commands.contains(absent), () -> absent + " is among " + commands);
                String said = client.call(absent.toUpperCase(java.util.Locale.ROOT), "a", "b", "c").text();
                assertTrue(said.startsWith("ERR unknown command '" + absent.toUpperCase(java.util.Locale.ROOT) + "'"), said);
            }
        }
        String document = Ready.run(folder, List.of(home.resolve("bin/cairn").toString(), "modules", "--json"));
        assertEquals(1, document.split("\"types\": \\[\"", -1).length - 1, document);
        assertEquals(1, document.split("\"transports\": \\[\"", -1).length - 1, document);
        assertTrue(document.contains("\"types\": [\"string\"]"), document);
        assertTrue(document.contains("\"transports\": [\"tcp\"]"), document);
        assertTrue(document.contains("\"loadsModules\": false"), document);
        assertFalse(document.contains("\"persistence\": true"), document);
    }

    @Test
    void itsFilesAreThoseOfItsModulesAndNothingElse() throws Exception {
        List<String> jars = Ready.names(home.resolve("lib")).stream().filter(n -> n.endsWith(".jar"))
                .map(n -> n.replaceFirst("-[0-9].*", "")).toList();
        assertEquals(List.of("HdrHistogram", "cairn-bio", "cairn-resp", "cairn-server-api", "cairn-server-core", "cairn-sockets",
                "cairn-structures", "cairn-transport-tcp", "cairn-types-string", "slf4j-api"), jars);
        assertEquals(List.of("cairn", "cairn-server"), Ready.names(home.resolve("bin")));
        assertFalse(Files.exists(home.resolve("plugins")));
        String java = Ready.run(folder, List.of(home.resolve("runtime/bin/java").toString(), "--list-modules"));
        assertEquals(List.of("java.base", "java.management", "jdk.unsupported"),
                java.lines().map(l -> l.replaceFirst("@.*", "")).sorted().toList());
    }

    @Test
    void twoBuildsOfItGiveTheSameBytes() throws Exception {
        Path again = Path.of(System.getProperty("basedir", "."), "target/again").toAbsolutePath();
        String tar = "cairn-minimal-" + Ready.VERSION + ".tar.gz";
        assertEquals(Ready.sha256(Ready.MINIMAL.resolve(tar)), Ready.sha256(again.resolve(tar)));
        assertArrayEquals(Files.readAllBytes(Ready.MINIMAL.resolve("cairn-minimal-oci/index.json")),
                Files.readAllBytes(again.resolve("cairn-minimal-oci/index.json")));
    }

    @Test
    void theCacheOfLoadedClassesIsMadeWhereItIsInstalled() throws Exception {
        Ready.run(folder, List.of(home.resolve("bin/cairn").toString(), "cache"));
        assertTrue(Files.size(home.resolve("lib/cairn.aot")) > 0);
        try (ServerProcess server = Ready.start(home); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
    }
}
