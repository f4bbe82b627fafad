package dev.cairn.distribution.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What tests do with modules in the built distribution. */
public final class Modules {
    private static final Duration COLLECTION = Duration.ofSeconds(120);

    private Modules() {
    }

    /** Starts the built distribution, whose clients may change modules and use DEBUG. */
    public static ServerProcess start(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--enable-module-command", "yes", "--enable-debug-command", "yes"));
        return ServerProcess.cairn(all.toArray(String[]::new));
    }

    /** Loads a module, which must succeed. */
    public static void load(RespClient client, Path jar, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("MODULE", "LOAD", jar.toString()));
        words.addAll(List.of(arguments));
        assertEquals("OK", client.text(words.toArray(String[]::new)));
    }

    /** Puts a jar in the place of a loaded module and returns the reply. */
    public static String upgrade(RespClient client, String name, Path jar) throws IOException {
        return client.text("MODULE", "UPGRADE", name, jar.toString());
    }

    /**
     * Waits until nothing is left of what a server has unloaded: neither classes nor open files.
     *
     * @param unloaded how many modules that were
     * @param loaded how many modules are there that were loaded from a jar
     */
    public static void awaitNothingLeft(ServerProcess server, RespClient client, int unloaded, int loaded) throws Exception {
        long pid = server.process().pid();
        long deadline = System.nanoTime() + COLLECTION.toNanos();
        while (true) {
            collectGarbage(pid);
            String info = client.text("INFO", "modules");
            long copies = openCopies(pid);
            if (info.contains("modules_unloaded:" + unloaded + "\r\nmodules_unloaded_in_memory:0\r\n") && copies == loaded) {
                return;
            }
            assertTrue(System.nanoTime() < deadline, () -> copies + " copies of jars are open; " + info);
        }
    }

    /** Number of copies of jars that the server has open. */
    private static long openCopies(long pid) throws IOException {
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
    private static void collectGarbage(long pid) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }
}
