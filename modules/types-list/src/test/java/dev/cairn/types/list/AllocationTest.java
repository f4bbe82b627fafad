package dev.cairn.types.list;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AllocationTest {
    /** Well below an object per command; what is left are timers and the like, which do not come with commands. */
    private static final double BUDGET = 1;

    @Test
    @Timeout(180)
    void commandsInSteadyStateAllocateNoJavaObjects() throws Exception {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED", "-cp", path, AllocationProbe.class.getName()).redirectErrorStream(true).start();
        List<String> lines;
        try {
            lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        } finally {
            child.destroyForcibly();
        }
        List<String[]> results = lines.stream().map(line -> line.split("\t")).filter(line -> line.length == 2).toList();
        assertTrue(results.size() >= 6, () -> String.join("\n", lines));
        for (String[] result : results) {
            assertTrue(Double.parseDouble(result[1]) < BUDGET, () -> result[0] + " allocates " + result[1] + " bytes a command");
        }
    }
}
