package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PublishAllocationTest {
    /** Bytes for each message, well below an object: what is left are timers and the like. */
    private static final double BUDGET = 8;
    /** Large messages fill the connections, and waiting for one takes a handler. */
    private static final double BUDGET_OF_LARGE = 200;

    @Test
    @Timeout(180)
    void publishingInSteadyStateAllocatesNoJavaObjects() throws Exception {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED", "-cp", path, PublishProbe.class.getName()).redirectErrorStream(true).start();
        List<String> lines;
        try {
            lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        } finally {
            child.destroyForcibly();
        }
        List<String[]> results = lines.stream().map(line -> line.split("\t")).filter(line -> line.length == 2).toList();
        assertEquals(6, results.size(), () -> String.join("\n", lines));
        for (String[] result : results) {
            double budget = result[0].equals("large") ? BUDGET_OF_LARGE : BUDGET;
            assertTrue(Double.parseDouble(result[1]) < budget, () -> result[0] + ": " + result[1] + " bytes for each message");
        }
    }
}
