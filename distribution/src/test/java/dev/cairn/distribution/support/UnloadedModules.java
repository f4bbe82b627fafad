package dev.cairn.distribution.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What is left of modules in a server that has unloaded them. */
public final class UnloadedModules {
    private UnloadedModules() {
    }

    /** Number of copies of jars that the server has open. */
    public static long openCopies(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.filter(f -> {
                try {
                    return Files.readSymbolicLink(f).toString().contains("cairn-module-");
                } catch (IOException e) {
                    return false;
                }
            }).count();
        }
    }

    /** Has the server's JVM collect its garbage, with the classes that nobody uses. */
    public static void collectGarbage(long pid) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }
}
