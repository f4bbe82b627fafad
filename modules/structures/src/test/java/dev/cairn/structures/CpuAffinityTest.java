package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

import org.junit.jupiter.api.Test;

class CpuAffinityTest {
    @Test
    void readsCpuListsAsRedisDoes() {
        assertEquals(bits(0, 2, 3), CpuAffinity.parse("0,2,3"));
        assertEquals(bits(0, 2, 3), CpuAffinity.parse("0,2-3"));
        assertEquals(bits(0, 2, 4, 9), CpuAffinity.parse("0-5:2,9"));
        for (String bad : List.of("", "a", "1,", "3-1", "0-3:0", "1:2", "-1", "5000", "1-", "0 1")) {
            assertThrows(IllegalArgumentException.class, () -> CpuAffinity.parse(bad), bad);
        }
    }

    private static BitSet bits(int... set) {
        BitSet bits = new BitSet();
        for (int bit : set) {
            bits.set(bit);
        }
        return bits;
    }

    @Test
    void bindsAThreadToACpu() throws Exception {
        Thread thread = Thread.ofPlatform().unstarted(() -> {
            try {
                int cpu = firstAllowedCpu();
                CpuAffinity.bind(Integer.toString(cpu));
                assertEquals(cpu, firstAllowedCpu());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        Throwable[] failed = new Throwable[1];
        thread.setUncaughtExceptionHandler((t, e) -> failed[0] = e);
        thread.start();
        thread.join();
        assertNull(failed[0]);
    }

    private static int firstAllowedCpu() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return CpuAffinity.parse(line.substring(18).strip()).nextSetBit(0);
            }
        }
        throw new IOException("no list");
    }
}
