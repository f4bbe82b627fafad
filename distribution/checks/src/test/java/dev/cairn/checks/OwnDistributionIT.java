package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Builds the distribution that {@code docs/distributions.md} describes, as its reader does: outside of this build, by the published artifacts. */
@Timeout(1800)
class OwnDistributionIT {
    private static final Path HERE = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    private static final Path ROOT = HERE.getParent().getParent();

    @TempDir Path folder;

    @Test
    void thePomOfTheDocumentationGivesAServerWithTheModuleAndTheDefaultsThatItNames() throws Exception {
        Path lease = copy(ROOT.resolve("modules/samples/lease"), folder.resolve("lease"));
        assertEquals(0, maven(lease, "install", "-DskipTests"), this::log);
        Path project = Files.createDirectory(folder.resolve("our-cairn"));
        Files.writeString(project.resolve("pom.xml"), documentedPom().replace("lease-seconds 60", "lease-secondz 60"));
        assertNotEquals(0, maven(project, "package"));
        assertTrue(log().contains("<options>: 'lease-secondz 60' is refused: "), this::log);
        Files.writeString(project.resolve("pom.xml"), documentedPom());
        assertEquals(0, maven(project, "clean", "package"), this::log);
        Path target = project.resolve("target");
        assertEquals(List.of("SHA256SUMS", "our-cairn", "our-cairn-1.0.0.tar.gz", "our-cairn-oci", "our-cairn_1.0.0_amd64.deb"),
                Ready.names(target).stream().map(n -> n.replace("arm64", "amd64")).toList());
        Ready.run(target, List.of("sha256sum", "--check", "--strict", "SHA256SUMS"));
        Ready.run(folder, List.of("tar", "xzf", target.resolve("our-cairn-1.0.0.tar.gz").toString(), "-C", folder.toString()));
        Path home = folder.resolve("our-cairn-1.0.0");
        String modules = Ready.run(folder, List.of(home.resolve("bin/cairn").toString(), "modules"));
        assertTrue(modules.startsWith("our-cairn 1.0.0, "), modules);
        assertTrue(modules.lines().anyMatch(l -> l.startsWith("lease ") && l.contains("lease-1.0.0.jar") && l.contains("1 command")),
                modules);
        try (ServerProcess server = Ready.start(home); RespClient client = server.connect()) {
            assertEquals("500", client.call("CONFIG", "GET", "maxclients").elements().get(1).text());
            client.call("SET", "job", "worker-7");
            assertEquals(60, client.call("LEASE", "job").number());
            assertTrue(client.call("LPUSH", "list", "a").text().startsWith("ERR unknown command 'LPUSH'"));
        }
        try (ServerProcess server = Ready.start(home, "--lease-seconds", "5"); RespClient client = server.connect()) {
            client.call("SET", "job", "worker-7");
            assertEquals(5, client.call("LEASE", "job").number(), "what the operator says comes after the distribution's defaults");
        }
    }

    /** The first pom of the page. */
    private static String documentedPom() throws IOException {
        String page = Files.readString(ROOT.resolve("distribution/docs/distributions.md"));
        int begin = page.indexOf("<project ");
        return page.substring(begin, page.indexOf("```", begin));
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.filter(p -> !from.relativize(p).startsWith("target")).toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("maven.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Runs Maven and returns its code. */
    private int maven(Path in, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("maven.home"), "bin/mvn").toString(), "-B", "-ntp",
                "-Dmaven.repo.local=" + HERE.resolve("target/repository"), "-s", HERE.resolve("target/settings/settings.xml").toString()));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).directory(in.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("maven.log").toFile()).start();
        try {
            assertTrue(process.waitFor(5, TimeUnit.MINUTES), "Maven does not end");
            return process.exitValue();
        } finally {
            process.destroy();
        }
    }
}
