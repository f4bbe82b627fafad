package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.DistributionCopy;
import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Runs {@code bin/cairn} as an operator would: what does this distribution hold, can it run here, make its start quick. */
class DistributionToolsIT {
    @TempDir private Path folder;

    private String cairn(int code, Path home, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/cairn").toString()));
        line.addAll(List.of(arguments));
        try (Launch launch = Launch.run(folder, Map.of(), "", line)) {
            int ended = launch.exitCode();
            assertEquals(code, ended, launch.output());
            return launch.output();
        }
    }

    private String cairn(int code, String... arguments) throws IOException {
        return cairn(code, ServerProcess.distribution(), arguments);
    }

    private Path copy() throws IOException {
        Path home = folder.resolve("copy");
        DistributionCopy.copy(ServerProcess.distribution(), home);
        return home;
    }

    /** A copy whose {@code lib/distribution.properties} says that no module may be added. */
    private Path sealedCopy() throws IOException {
        Path home = copy();
        Files.writeString(home.resolve("lib/distribution.properties"), "name=sealed\nversion=7.1\nloads-modules=no\n");
        return home;
    }

    private static long count(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE).matcher(text).results().count();
    }

    @Test
    void modulesTellsEachModuleWithWhatItProvides() throws IOException {
        String table = cairn(0, "modules");
        assertEquals(1,
                count("^types-string +1 \\([0-9.]+(-SNAPSHOT)?\\) +cairn-types-string-\\S+\\.jar +type string, \\d+ commands$", table),
                table);
        assertEquals(1, count("^transport-tcp .* transport tcp, 1 option$", table), table);
        assertEquals(1, count("^persistence-aof .* persistence, ", table), table);
        assertEquals(1, count("^HdrHistogram +\\S+ +HdrHistogram-\\S+\\.jar$", table), table);
        String one = cairn(0, "modules", "types-list");
        assertTrue(one.contains("\n    lpush\n"), one);
        assertTrue(one.contains("\n    list-max-listpack-size\n"), one);
        assertTrue(cairn(1, "modules", "types-of-the-moon").contains("no module is called 'types-of-the-moon'; there are bio, core, "));
        assertTrue(cairn(2, "modules", "--yaml").contains("usage: cairn modules"));
    }

    @Test
    void modulesTellsThoseOfTheFolderForPluginsToo() throws IOException {
        Path home = copy();
        Path plugin = Files.createDirectory(home.resolve("plugins/strings-again"));
        try (var jars = Files.newDirectoryStream(home.resolve("lib"), "cairn-types-list-*.jar")) {
            for (Path jar : jars) {
                Files.move(jar, plugin.resolve(jar.getFileName()));
            }
        }
        String table = cairn(0, home, "modules");
        assertEquals(1, count("^types-list .* strings-again +type list, ", table), table);
    }

    @Test
    void theDocumentOfModulesNamesEveryCommandOfTheServer() throws IOException {
        String document = cairn(0, "modules", "--json");
        try (ServerProcess server = ServerProcess.cairn(); RespClient client = server.connect()) {
            for (var name : client.call("COMMAND", "LIST").elements()) {
                assertTrue(document.contains("\"" + name.text() + "\""), () -> name.text() + " is not in\n" + document);
            }
        }
        for (String field : List.of("\"name\": \"cairn\"", "\"loadsModules\": true", "\"types\": [\"hash\"]", "\"transports\": [\"unix\"]",
                "\"jobs\": [\"close_file\"]", "\"libraries\": [")) {
            assertTrue(document.contains(field), () -> field + " is not in\n" + document);
        }
    }

    @Test
    void doctorIsContentWithTheBuiltDistribution() throws IOException {
        String said = cairn(0, "doctor", "--port", "0", "--unixsocket", folder.resolve("s").toString());
        assertTrue(said.contains("0 errors, "), said);
        assertTrue(said.contains("the server can run here"), said);
        String document = cairn(0, "doctor", "--json", "--port", "0");
        assertTrue(document.contains("\"errors\": 0"), document);
    }

    @Test
    void doctorSaysOfEachMistakeWhatToDo() throws IOException {
        Path conf = Files.writeString(folder.resolve("bad.conf"), "port 7000\nmaxclientz 5\n");
        String said = cairn(1, "doctor", conf.toString());
        assertTrue(said.contains("maxclientz"), said);
        assertTrue(said.contains("Did you mean 'maxclients'?"), said);
        assertTrue(said.contains("to do: correct that line"), said);

        said = cairn(1, "doctor", "--dir", folder.resolve("nowhere").toString());
        assertTrue(said.contains("No such file or directory"), said);

        said = cairn(1, "doctor", "--logfile", "nowhere/server.log", "--loadmodule", folder.resolve("none.jar").toString());
        assertEquals(1, count("^error +configuration +logfile .*nowhere/server.log cannot be written$", said), said);
        assertEquals(1, count("^error +modules +loadmodule .*none.jar: ", said), said);
        assertTrue(said.contains("2 errors"), said);

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            said = cairn(0, "doctor", "--port", port, "--protected-mode", "no");
            assertEquals(1, count("^warning +configuration +port " + port + " cannot be had", said), said);
            assertEquals(1, count("^warning +configuration +anybody who reaches a port", said), said);
            cairn(1, "doctor", "--strict", "--port", port);
        }
    }

    @Test
    void doctorNamesJarsThatDoNotFitTogether() throws IOException {
        Path home = copy();
        try (var jars = Files.newDirectoryStream(home.resolve("lib"), "cairn-types-list-*.jar")) {
            for (Path jar : jars) {
                Files.copy(jar, home.resolve("lib/cairn-types-list-0.0.1.jar"));
            }
        }
        String said = cairn(1, home, "doctor");
        assertTrue(said.contains("cairn-types-list-0.0.1.jar"), said);
        assertTrue(said.contains("of two jars of one module remove one"), said);
    }

    @Test
    void cacheMakesOneThatFitsInEveryPlaceAndDoctorKnows() throws IOException {
        Path home = copy();
        assertTrue(cairn(0, home, "doctor", "--port", "0").contains("there is no cache of loaded classes"));
        assertTrue(cairn(0, home, "cache").contains(home.resolve("lib/cairn.aot").toString()));
        Path moved = Files.move(home, folder.resolve("moved"));
        assertTrue(cairn(0, moved, "doctor", "--port", "0").contains("the cache of loaded classes fits"));
        Path classes = folder.resolve("classes.txt");
        try (ServerProcess server = ServerProcess.start("moved",
                List.of("env", "CAIRN_JAVA_OPTS=-Xlog:class+load:file=" + classes, moved.resolve("bin/cairn-server").toString()));
                RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
        assertTrue(count("dev\\.cairn\\.core\\.\\S+ source: shared objects file", Files.readString(classes)) > 100);
    }

    @Test
    void doctorKnowsACacheThatWasMadeForOtherJars() throws IOException {
        Path home = copy();
        cairn(0, home, "cache");
        try (var jars = Files.newDirectoryStream(home.resolve("lib"), "cairn-types-list-*.jar")) {
            for (Path jar : jars) {
                Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000_000_000L));
            }
        }
        assertTrue(cairn(0, home, "doctor", "--port", "0").contains("the cache of loaded classes was made for other jars"));
        try (ServerProcess server = ServerProcess.start("other jars", List.of(home.resolve("bin/cairn-server").toString()));
                RespClient client = server.connect()) {
            assertEquals("PONG", client.call("PING").text());
        }
    }

    @Test
    void aSealedDistributionHasNoCommandThatLoadsModules() throws IOException {
        Path home = sealedCopy();
        String command = home.resolve("bin/cairn-server").toString();
        try (ServerProcess open = ServerProcess.cairn();
                ServerProcess sealed = ServerProcess.start("sealed", List.of(command), "--enable-module-command", "yes");
                RespClient all = open.connect();
                RespClient client = sealed.connect()) {
            assertTrue(client.call("MODULE", "LIST").text().startsWith("ERR unknown command 'MODULE'"));
            assertTrue(client.call("COMMAND", "INFO", "MODULE").elements().getFirst().isNull());
            assertFalse(client.call("COMMAND", "LIST").elements().stream().anyMatch(name -> name.text().equals("module")));
            assertEquals(all.call("COMMAND", "COUNT").number() - 1, client.call("COMMAND", "COUNT").number());
        }
        String table = cairn(0, home, "modules");
        assertTrue(table.startsWith("sealed 7.1, Java "), table);
        assertTrue(table.lines().findFirst().orElseThrow().endsWith("; takes no modules beside these"), table);
    }

    @Test
    void aSealedDistributionDoesNotStartWithAModuleThatItDoesNotHold() throws IOException {
        Path home = sealedCopy();
        Path jar = home.resolve("lib/cairn-types-list.jar");
        try (var jars = Files.newDirectoryStream(home.resolve("lib"), "cairn-types-list-*.jar")) {
            for (Path found : jars) {
                jar = Files.move(found, folder.resolve(found.getFileName()));
            }
        }
        String refusal = "the distribution 'sealed' takes no modules beside its own";
        try (Launch launch = Launch.run(folder, Map.of(), "",
                List.of(home.resolve("bin/cairn-server").toString(), "--port", "0", "--loadmodule", jar.toString()))) {
            assertEquals(1, launch.exitCode());
            assertTrue(launch.output().contains(refusal), launch.output());
        }
        Path plugin = Files.createDirectory(home.resolve("plugins/lists"));
        Files.move(jar, plugin.resolve(jar.getFileName()));
        try (Launch launch = Launch.run(folder, Map.of(), "", List.of(home.resolve("bin/cairn-server").toString(), "--port", "0"))) {
            assertEquals(1, launch.exitCode());
            assertTrue(launch.output().contains(refusal), launch.output());
        }
    }

    @Test
    void aDistributionHasDefaultsOfItsOwnWhichTheOperatorOverrides() throws IOException {
        Path home = copy();
        Files.writeString(home.resolve("lib/defaults.conf"), "# ours\nmaxclients 77\ntimeout 5\n");
        String script = home.resolve("bin/cairn-server").toString();
        try (ServerProcess server = ServerProcess.start("with defaults", List.of(script), "--timeout", "6");
                RespClient client = server.connect()) {
            assertEquals("77", client.call("CONFIG", "GET", "maxclients").elements().get(1).text());
            assertEquals("6", client.call("CONFIG", "GET", "timeout").elements().get(1).text());
        }
        Files.writeString(home.resolve("lib/defaults.conf"), "maxclientz 77\n");
        try (Launch launch = Launch.run(folder, Map.of(), "", List.of(script, "--port", "0"))) {
            assertEquals(1, launch.exitCode());
            assertTrue(launch.output().contains("lib/defaults.conf"), launch.output());
        }
        assertTrue(cairn(1, home, "doctor", "--port", "0").contains("lib/defaults.conf"));
    }

    @Test
    void theUmbrellaStartsTheServerAndTheTools() throws IOException {
        String script = ServerProcess.distribution().resolve("bin/cairn").toString();
        try (ServerProcess server = ServerProcess.start("cairn server", List.of(script, "server")); RespClient client = server.connect()) {
            assertTrue(client.call("INFO", "server").text().contains("executable:"));
        }
        assertTrue(cairn(0, "--help").contains("usage: cairn server"));
        assertTrue(cairn(2).contains("usage: cairn server"));
        assertTrue(cairn(2, "dance").contains("usage: cairn server"));
    }
}
