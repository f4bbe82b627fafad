package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.ServerProcess;

/** The ready distributions as the build has made them, and what a test does with them. */
final class Ready {
    static final String VERSION = System.getProperty("cairn.version");
    static final Path FULL = target("full");
    static final Path MINIMAL = target("minimal");
    static final Path EMBEDDED = target("embedded");

    private Ready() {}

    private static Path target(String distribution) {
        return Path.of(System.getProperty("basedir", "."), "..", distribution, "target").toAbsolutePath().normalize();
    }

    /** Unpacks the tar file of a distribution elsewhere and returns its folder. */
    static Path unpack(Path target, String name, Path folder) throws IOException {
        Path file = target.resolve(name + "-" + VERSION + ".tar.gz");
        assertTrue(Files.exists(file), () -> file + " was not built");
        run(folder, List.of("tar", "xzf", file.toString(), "-C", folder.toString()));
        return folder.resolve(name + "-" + VERSION);
    }

    /** Runs a command that must succeed, and returns what it printed. */
    static String run(Path folder, List<String> line) throws IOException {
        // A Java of this machine must not stand in for the distribution's own.
        try (Launch launch = Launch.run(folder, Map.of("JAVA_HOME", "/nowhere"), "", line)) {
            assertEquals(0, launch.exitCode(), launch.output());
            return launch.output();
        }
    }

    static ServerProcess start(Path home, String... options) {
        return ServerProcess.start(home.toString(), List.of(home.resolve("bin/cairn-server").toString()), options);
    }

    /** Starts a server as its launcher does, and has the JVM note the classes that it loads. */
    static ServerProcess startNoting(Path classes, Path home, String... options) {
        return ServerProcess.start(home.toString(), List.of("env", "CAIRN_JAVA_OPTS=-Xlog:class+load:file=" + classes,
                home.resolve("bin/cairn-server").toString()), options);
    }

    /** Asserts that a server had nearly all of its classes from its cache: what is left are the few that the JVM spins as it runs. */
    static void assertFromCache(Path classes) throws IOException {
        List<String> loaded = Files.readAllLines(classes).stream().filter(l -> l.contains(" source: ")).toList();
        long cached = loaded.stream().filter(l -> l.contains("source: shared objects file")).count();
        assertTrue(loaded.size() > 1000, () -> loaded.size() + " classes are noted in " + classes);
        assertTrue(cached > loaded.size() * 9 / 10, () -> "of " + loaded.size() + " classes " + cached + " are of the cache");
    }

    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    static String sha256(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[65_536];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return String.format(java.util.Locale.ROOT, "%064x", new BigInteger(1, digest.digest()));
    }

    /** Compares each file of a folder with its {@code SHA256SUMS}, which must name them all but the cache, whose bytes each build makes anew. */
    static void assertChecksums(Path home) throws Exception {
        List<String> sums = Files.readAllLines(home.resolve("SHA256SUMS"));
        for (String line : sums) {
            assertEquals(line.substring(0, 64), sha256(home.resolve(line.substring(66))), line);
        }
        try (Stream<Path> files = Files.walk(home)) {
            assertEquals(files.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)).filter(f -> !isCache(f)).count() - 1,
                    sums.size());
        }
    }

    /** Whether a file is the cache of loaded classes, or says what that fits. */
    static boolean isCache(Path file) {
        return file.getFileName().toString().startsWith("cairn.aot");
    }

    /** The names of what lies in a folder, sorted. */
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
