package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * A turn's commands go to the log without a Java object. It is measured in a JVM of its own, without the checked mode of the off-heap memory,
 * which allocates.
 */
class RecordAllocationTest {
    private static final int RECORDS = 10_000;
    private static final int ROUNDS = 12;
    private static final int COMMANDS = 120;

    @Test
    @Timeout(120)
    void aRecordIsWrittenWithoutAJavaObject(@TempDir Path directory) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(a -> a.startsWith("--")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RecordAllocationTest.class.getName(), directory.resolve("increment").toString()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, child.waitFor(), output);
            String last = output.lines().reduce("", (before, line) -> line);
            assertTrue(Double.parseDouble(last) < 1, () -> "a record allocates " + last + " bytes");
        } finally {
            child.destroyForcibly();
        }
    }

    /** Prints how many bytes a record takes on the Java heap, in the best of some rounds: what the JIT compiler does is not counted. */
    static void main(String[] args) throws IOException {
        ChronicleFile file = ChronicleFile.open(Path.of(args[0]), false);
        file.begin(1, 0);
        AofLog log = new AofLog(new AlwaysOpen(), 1);
        log.begin(file);
        long commands = Pages.map(COMMANDS);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = allocated();
            for (int i = 0; i < RECORDS; i++) {
                log.append(Memory.ALL, commands, COMMANDS, 0);
            }
            best = Math.min(best, (double) (allocated() - before) / RECORDS);
        }
        log.close();
        file.end();
        file.close();
        System.out.println(String.format(Locale.ROOT, "%.3f", best));
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static final class AlwaysOpen implements AofLog.Gate {
        @Override
        public boolean open() {
            return true;
        }

        @Override
        public boolean forced() {
            return false;
        }

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }
    }
}
