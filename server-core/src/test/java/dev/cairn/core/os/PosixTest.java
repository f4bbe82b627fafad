package dev.cairn.core.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.core.log.CapturedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixTest {
    @TempDir Path root;

    private void file(String name, String text) throws IOException {
        Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void readsAndSetsTheLimitOnOpenFiles() throws Exception {
        Posix.Limit limit = Posix.openFilesLimit();
        assertTrue(Long.compareUnsigned(limit.soft(), 32) > 0);
        assertEquals(Posix.getrlimit(), limit);
        Posix.openFilesLimit(limit);
        assertEquals(limit, Posix.openFilesLimit());
        PosixException e = assertThrows(PosixException.class, () -> Posix.openFilesLimit(new Posix.Limit(20, 10)));
        assertEquals(22, e.errno());
        assertEquals("Invalid argument", e.getMessage());
    }

    @Test
    void namesTheThread() throws Exception {
        Path comm = Path.of("/proc/thread-self/comm");
        String before = Files.readString(comm).strip();
        Posix.threadName("cairn-test");
        assertEquals("cairn-test\n", Files.readString(comm));
        Posix.threadName(before);
    }

    @Test
    void readsKernelNumbersWhole() throws Exception {
        assertTrue(ProcFile.read(Path.of("/proc/sys/kernel/pid_max")).strip().length() > 3);
        assertEquals(ProcessHandle.current().pid(), Posix.pid());
    }

    @Test
    void callsTheRest() throws Exception {
        int mask = Posix.umask(022);
        assertEquals(022, Posix.umask(mask));
        Posix.kill(Posix.pid(), 0);
        assertEquals(3, assertThrows(PosixException.class, () -> Posix.kill(0x3ffffff, 0)).errno());
        assertEquals("No such file or directory", Posix.strerror(2));
        int score = Posix.oomScoreAdj();
        Posix.oomScoreAdj(score);
        assertEquals(score, Posix.oomScoreAdj());
        assertFalse(Posix.isTerminal(250));
    }

    @Test
    void tellsWhenNobodyTakesANotification() throws Exception {
        assertFalse(Posix.sdNotify(null, "READY=1"));
        assertFalse(Posix.sdNotify("", "READY=1"));
        assertEquals(2, assertThrows(PosixException.class, () -> Posix.sdNotify(root + "/none", "READY=1")).errno());
        assertEquals(111, assertThrows(PosixException.class, () -> Posix.sdNotify("@cairn-nobody-here", "READY=1")).errno());
        assertThrows(PosixException.class, () -> Posix.sdNotify("/" + "x".repeat(200), "READY=1"));
    }

    @Test
    void warnsOfSettingsThatHurt() throws Exception {
        file("proc/sys/vm/overcommit_memory", "2\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "xen\n");
        file("proc/sys/net/core/somaxconn", "128\n");
        file("proc/self/cgroup", "4:memory:/box\n0::/\n");
        file("sys/fs/cgroup/memory/box/memory.limit_in_bytes", (100L << 20) + "\n");
        SystemChecks checks = new SystemChecks(root);
        for (SystemChecks.Check check : List.of(checks.overcommit(), checks.transparentHugePages(), checks.xenClock(), checks.backlog(511),
                checks.memoryLimit())) {
            assertEquals(SystemChecks.Outcome.WARNING, check.outcome(), check.name());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertFalse(checks.run(new PrintStream(out, true, StandardCharsets.UTF_8)));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("[overcommit]...WARNING:\nMemory overcommit is disabled"), text);
        assertTrue(text.contains("[slow-clocksource]...skipped\n"), text);
    }

    @Test
    void isContentWithAGoodSystem() throws Exception {
        file("proc/sys/vm/overcommit_memory", "1\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
        file("proc/sys/net/core/somaxconn", "4096\n");
        file("proc/self/cgroup", "0::/\n");
        file("sys/fs/cgroup/memory.max", "max\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SystemChecks(root).run(new PrintStream(out, true, StandardCharsets.UTF_8));
        String text = out.toString(StandardCharsets.UTF_8);
        for (String line : List.of("[xen-clocksource]...OK (tsc)", "[overcommit]...OK", "[THP]...OK", "[somaxconn]...OK (4096)",
                "[memory-cgroup]...OK (no limit)", "[swap]...skipped")) {
            assertTrue(text.contains(line + "\n"), text);
        }
    }

    @Test
    void warnsOfACutBacklogInTheWordsOfRedis() throws Exception {
        file("proc/sys/net/core/somaxconn", "128\n");
        try (CapturedLog log = new CapturedLog()) {
            new SystemChecks(root).logBacklogWarning(511);
            new SystemChecks(root).logBacklogWarning(128);
            assertEquals(List.of("# WARNING: The TCP backlog setting of 511 cannot be enforced because /proc/sys/net/core/somaxconn is set "
                    + "to the lower value of 128."), log.messages());
        }
    }

    @Test
    void testsMemory() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, MemoryTest.run(2, 2, new PrintStream(out, true, StandardCharsets.UTF_8)));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("Pass 2/2, checkerboard: ok"));
        assertTrue(text.contains("Your memory passed this test."));
    }

    @Test
    void changesTheWorkingDirectoryOnlyToADirectory() throws Exception {
        Path before = WorkingDirectory.current();
        try {
            file("sub/file", "x");
            assertEquals("", WorkingDirectory.change(root.toString()));
            assertEquals("No such file or directory", WorkingDirectory.change("nope"));
            assertEquals("Not a directory", WorkingDirectory.change("sub/file"));
            assertEquals("", WorkingDirectory.change("sub"));
            assertEquals(root.resolve("sub/file"), WorkingDirectory.resolve("file"));
        } finally {
            WorkingDirectory.change(before.toString());
        }
    }
}
