package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Unpacks the distribution with everything elsewhere, and uses it with the Java that it brings. */
@Timeout(900)
class FullIT {
    @TempDir Path folder;

    @Test
    void itStartsFromItsTarFileAndKeepsEveryType() throws Exception {
        Path home = Ready.unpack(Ready.FULL, "cairn", folder);
        Ready.assertChecksums(home);
        String modules = Ready.run(folder, List.of(home.resolve("bin/cairn").toString(), "modules"));
        assertTrue(modules.startsWith("cairn " + Ready.VERSION + ", Java 25"), modules);
        assertTrue(modules.contains(" in " + home.toRealPath().resolve("runtime")), modules);
        Path data = Files.createDirectory(folder.resolve("data"));
        String[] kept = {"--dir", data.toString(), "--appendonly", "yes"};
        try (ServerProcess server = Ready.start(home, kept); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
            assertEquals("OK", client.call("SET", "string", "value").text());
            assertEquals(1, client.call("HSET", "hash", "field", "value").number());
            assertEquals(2, client.call("RPUSH", "list", "a", "b").number());
        }
        try (ServerProcess server = Ready.start(home, kept); RespClient client = server.connect()) {
            assertEquals("value", client.call("GET", "string").text());
            assertEquals("value", client.call("HGET", "hash", "field").text());
            assertEquals("b", client.call("LINDEX", "list", "1").text());
        }
    }

    @Test
    void itHasTheModulesOfTheDistributionThatTheOtherTestsRun() throws Exception {
        Path home = Ready.unpack(Ready.FULL, "cairn", folder);
        Path tested = Path.of(System.getProperty("basedir", "."), "../target/cairn/lib").normalize();
        assertEquals(jars(tested), jars(home.resolve("lib")));
    }

    private static List<String> jars(Path lib) throws Exception {
        return Ready.names(lib).stream().filter(n -> n.endsWith(".jar")).toList();
    }

    @Test
    void itsJavaHasNoDesktop() throws Exception {
        Path home = Ready.unpack(Ready.FULL, "cairn", folder);
        String java = Ready.run(folder, List.of(home.resolve("runtime/bin/java").toString(), "--list-modules"));
        assertTrue(java.contains("java.management@"), java);
        assertFalse(java.contains("java.desktop"), java);
        assertTrue(Files.notExists(home.resolve("runtime/lib/libawt.so")));
    }

    @Test
    void itsCacheServesWhereverItIsUnpacked() throws Exception {
        Path home = Ready.unpack(Ready.FULL, "cairn", folder);
        Path classes = folder.resolve("classes.txt");
        try (ServerProcess server = Ready.startNoting(classes, home); RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
        Ready.assertFromCache(classes);
    }

    @Test
    void theListOfItsPartsNamesEveryJarAndTheJava() throws Exception {
        Path home = Ready.unpack(Ready.FULL, "cairn", folder);
        String sbom = Files.readString(home.resolve("sbom.cdx.json"));
        assertEquals(List.of(), new JsonParser().validate(home.resolve("sbom.cdx.json").toFile(), Version.VERSION_16));
        for (String file : Ready.names(home.resolve("lib"))) {
            if (file.endsWith(".jar")) {
                assertTrue(sbom.contains("\"lib/" + file + "\""), () -> file + " is not in\n" + sbom);
                assertTrue(sbom.contains(Ready.sha256(home.resolve("lib").resolve(file))), () -> file + " has another digest in\n" + sbom);
            }
        }
        assertTrue(sbom.contains("\"name\": \"OpenJDK\""), sbom);
        assertTrue(sbom.contains("Apache License"), sbom);
    }
}
