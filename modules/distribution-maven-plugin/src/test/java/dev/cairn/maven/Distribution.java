package dev.cairn.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/** A folder as the plugin assembles one, small enough for a test. */
final class Distribution {
    static final Instant TIME = Instant.parse("2025-01-01T00:00:00Z");

    private Distribution() {}

    /** Makes the same one in any folder: with the current time, and in an order of its own. */
    static Path in(Path home, boolean backwards) throws IOException {
        String[] files = {"LICENSE", "bin/cairn-server", "conf/cairn.conf", "lib/b.jar", "lib/a.jar"};
        for (int i = 0; i < files.length; i++) {
            String file = files[backwards ? files.length - 1 - i : i];
            Path path = home.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.equals("conf/cairn.conf") ? "port 6379\ndir ./\n" : "content of " + file + "\n");
            Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000_000_000L + i * 10_000L));
        }
        FileTree.executable(home.resolve("bin/cairn-server"));
        Files.createSymbolicLink(home.resolve("bin/cairn"), Path.of("cairn-server"));
        return home;
    }

    /** Adds a Java that can be asked for its libraries. */
    static Path withJava(Path home) throws IOException {
        Path java = Path.of(System.getProperty("java.home"));
        for (String file : new String[]{"bin/java", "lib/libjli.so"}) {
            Path copy = home.resolve("runtime").resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(java.resolve(file), copy);
        }
        return home;
    }
}
