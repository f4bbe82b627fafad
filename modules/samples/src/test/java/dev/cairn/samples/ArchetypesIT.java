package dev.cairn.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Does what a newcomer does: a project of an archetype, its build with its tests, its jar in a running server. */
@Timeout(900)
class ArchetypesIT {
    @TempDir Path folder;

    private void maven(Path in, String... arguments) throws Exception {
        Path target = Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(), "-B", "-ntp", "-Dmaven.repo.local="
                        + target.resolve("repository"), "-s", target.resolve("settings/settings.xml").toString()));
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile(folder, "maven-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
        Process process = builder.start();
        try {
            assertEquals(0, process.waitFor(), () -> read(log));
        } finally {
            process.destroy();
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Generates a project and builds it; returns its jar. */
    private Path generateAndBuild(String archetype, String artifactId) throws Exception {
        String version = System.getProperty("cairn.version");
        maven(folder, "org.apache.maven.plugins:maven-archetype-plugin:" + System.getProperty("archetype-plugin.version") + ":generate",
                "-DarchetypeGroupId=dev.cairn", "-DarchetypeArtifactId=" + archetype, "-DarchetypeVersion=" + version,
                "-DarchetypeCatalog=internal", "-DgroupId=org.example", "-DartifactId=" + artifactId, "-Dversion=1.0.0",
                "-Dpackage=org.example." + artifactId.replace("-", ""));
        Path project = folder.resolve(artifactId);
        maven(project, "package");
        return project.resolve("target").resolve(artifactId + "-1.0.0.jar");
    }

    @Test
    void aModuleIsGeneratedBuiltAndLoaded() throws Exception {
        Path jar = generateAndBuild("cairn-module-archetype", "my-counters");
        try (ServerProcess server = ServerProcess.cairn("--enable-module-command", "yes"); RespClient client = server.connect()) {
            assertEquals("OK", client.call("MODULE", "LOAD", jar.toString()).text());
            assertEquals("OK", client.call("CONFIG", "SET", "my-counters.my-counters-most", "9").text());
            assertEquals(5, client.call("MYCOUNTERS.ADD", "k", "5").number());
            assertEquals(9, client.call("MYCOUNTERS.ADD", "k", "5").number());
            assertEquals("capped", client.call("TYPE", "k").text());
            client.call("DEL", "k");
            assertEquals("OK", client.call("MODULE", "UNLOAD", "my-counters").text());
        }
    }

    @Test
    void aTransportIsGeneratedBuiltAndLoaded() throws Exception {
        Path jar = generateAndBuild("cairn-transport-archetype", "my-wire");
        int port = ServerProcess.freePort();
        try (ServerProcess server = ServerProcess.cairn("--enable-module-command", "yes"); RespClient client = server.connect()) {
            assertEquals("OK", client.call("MODULE", "LOADEX", jar.toString(), "CONFIG", "my-wire.my-wire-port", Integer.toString(port))
                    .text());
            try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(inverted("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
                assertEquals("+PONG\r\n", new String(inverted(socket.getInputStream().readNBytes(7)), StandardCharsets.US_ASCII));
            }
        }
    }

    private static byte[] inverted(byte[] bytes) {
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = (byte) ~bytes[i];
        }
        return result;
    }
}
