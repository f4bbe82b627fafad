package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/** The least distribution: it serves strings over TCP, and the rest is not only switched off but not there. */
@Timeout(900)
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
    void itTakesAtMost45MegabytesWithItsCache() throws Exception {
        String said = Ready.run(folder, List.of("du", "--block-size=1", "--summarize", home.toString()));
        long bytes = Long.parseLong(said.split("\\s", 2)[0]);
        assertTrue(bytes <= 45_000_000, said);
    }

    @Test
    void itsCacheIsPackedAndServesWhereverItIsUnpacked() throws Exception {
        assertTrue(Files.exists(home.resolve("lib/cairn.aot.gz")));
        assertTrue(cairn("doctor", "--port", "0").contains("the cache of loaded classes fits"));
        Path classes = folder.resolve("classes.txt");
        try (ServerProcess server = Ready.startNoting(classes, home); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
        Ready.assertFromCache(classes);
    }

    @Test
    void itStartsWithoutACacheAndMakesOne() throws Exception {
        Files.delete(home.resolve("lib/cairn.aot.gz"));
        assertTrue(cairn("doctor", "--port", "0").contains("there is no cache of loaded classes"));
        try (ServerProcess server = Ready.start(home); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
        assertTrue(cairn("cache").contains(home.toRealPath().resolve("lib/cairn.aot.gz").toString()));
        assertTrue(cairn("doctor", "--port", "0").contains("the cache of loaded classes fits"));
    }

    @Test
    void itStartsWithoutTheCacheWhereNothingUnpacksIt() throws Exception {
        Path path = Files.createDirectory(folder.resolve("path"));
        Files.createSymbolicLink(path.resolve("rm"), Path.of(ServerProcess.tool("rm")));
        Path classes = folder.resolve("classes.txt");
        String script = home.resolve("bin/cairn-server").toString();
        try (ServerProcess server = ServerProcess.start("without gzip", List.of(ServerProcess.tool("env"), "PATH=" + path,
                "CAIRN_JAVA_OPTS=-Xlog:class+load:file=" + classes, script)); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
        assertFalse(Files.readString(classes).contains("shared objects file"));
    }

    private String cairn(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/cairn").toString()));
        line.addAll(List.of(words));
        return Ready.run(folder, line);
    }

    @Test
    void twoBuildsOfItGiveTheSameBytesButForTheCache() throws Exception {
        Path again = Path.of(System.getProperty("basedir", "."), "target/again").toAbsolutePath();
        String deb = Ready.names(again).stream().filter(n -> n.endsWith(".deb")).findFirst().orElseThrow();
        assertEquals(Ready.sha256(Ready.MINIMAL.resolve(deb)), Ready.sha256(again.resolve(deb)));
        assertEquals(entries(again), entries(Ready.MINIMAL));
        assertEquals(Ready.sha256(again.resolve("cairn-minimal/SHA256SUMS")), Ready.sha256(home.resolve("SHA256SUMS")));
        List<String> layers = layers(Ready.MINIMAL);
        assertEquals(2, layers(again).size());
        assertEquals(layers(again), layers.subList(0, 2));
        assertEquals(3, layers.size(), "the cache is a layer of its own");
    }

    /** What a tar file holds, with modes, times and sizes; the cache left out. */
    private List<String> entries(Path target) throws Exception {
        String file = target.resolve("cairn-minimal-" + Ready.VERSION + ".tar.gz").toString();
        String list = Ready.run(folder, List.of("tar", "--list", "--verbose", "--full-time", "--utc", "--file", file));
        return list.lines().filter(l -> !l.contains("/cairn.aot")).toList();
    }

    private static List<String> layers(Path target) throws Exception {
        return new OciImage(target.resolve("cairn-minimal-oci")).layers();
    }
}
