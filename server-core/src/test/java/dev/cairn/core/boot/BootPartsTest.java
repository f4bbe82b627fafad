package dev.cairn.core.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.core.log.CapturedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootPartsTest {
    @TempDir Path dir;

    @Test
    void asksForAShutdownOnceAndExitsAtTheSecondInterrupt() {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger exited = new AtomicInteger();
        try (CapturedLog log = new CapturedLog()) {
            Signals.handle("TERM", 15, asked::incrementAndGet, exited::incrementAndGet);
            assertTrue(Signals.shutdownRequested());
            assertEquals(15, Signals.lastSignal());
            Signals.handle("TERM", 15, asked::incrementAndGet, exited::incrementAndGet);
            assertEquals(0, exited.get());
            Signals.handle("INT", 2, asked::incrementAndGet, exited::incrementAndGet);
            assertEquals(1, exited.get());
            Signals.shutdownCancelled();
            Signals.loading(true);
            Signals.handle("INT", 2, asked::incrementAndGet, exited::incrementAndGet);
            assertEquals(List.of("# Received SIGTERM scheduling shutdown...", "# Received SIGTERM scheduling shutdown...",
                    "# You insist... exiting now.", "# Received shutdown signal during loading, scheduling shutdown."), log.messages());
        } finally {
            Signals.loading(false);
            Signals.shutdownCancelled();
        }
        assertEquals(3, asked.get());
    }

    @Test
    void writesAndRemovesThePidFile() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            Path file = dir.resolve("cairn.pid");
            PidFile.write(file);
            assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(file));
            PidFile.remove(file);
            assertFalse(Files.exists(file));
            PidFile.write(dir.resolve("missing/cairn.pid"));
            assertEquals(List.of("* Removing the pid file.", "# Failed to write PID file: No such file or directory"), log.messages());
        }
    }

    @Test
    void saysThatARequestedSupervisorIsNotThere() {
        try (CapturedLog log = new CapturedLog()) {
            assertEquals(Supervision.NONE, Supervision.detect("no", Map.of("NOTIFY_SOCKET", "/x")));
            assertEquals(Supervision.NONE, Supervision.detect("auto", Map.of()));
            assertEquals(Supervision.NONE, Supervision.detect("upstart", Map.of()));
            assertEquals(List.of("# upstart supervision requested, but UPSTART_JOB not found!"), log.messages());
            Supervision.NONE.ready();
        }
    }

    @Test
    void splitsTheKernelsCommandLine() {
        assertEquals(List.of("java", "", "-x"), Daemonizer.split("java\0\0-x\0".getBytes(StandardCharsets.UTF_8)));
        assertFalse(Daemonizer.isChild());
    }

    @Test
    void startsACopyInTheBackgroundThatGetsTheConfiguration() throws Exception {
        Path out = dir.resolve("out");
        String script =
                "cat > '" + out + ".tmp'; echo \"$" + Daemonizer.MARKER + "\" >> '" + out + ".tmp'; mv '" + out + ".tmp' '" + out + "'";
        long pid = Daemonizer.launch(List.of("/bin/sh", "-c", script), "port 1\n".getBytes(StandardCharsets.UTF_8));
        ProcessHandle.of(pid).ifPresent(child -> child.onExit().join());
        List<String> lines = Files.readAllLines(out);
        assertEquals("port 1", lines.get(0));
        assertTrue(lines.get(1).matches("\\d+"));
    }

    @Test
    void reportsACrashOnceWithItsSections() {
        CrashReport.reset();
        try (CapturedLog log = new CapturedLog()) {
            CrashReport.write(new IllegalStateException("corrupt record"), Map.of("config file", "port 6379\n"));
            CrashReport.write(new IllegalStateException("another"), Map.of());
            String text = log.text();
            assertTrue(text.contains("=== CAIRN BUG REPORT START"));
            assertTrue(text.contains("crashed by java.lang.IllegalStateException: corrupt record"));
            assertTrue(text.contains("------ STACK TRACE ------"));
            assertTrue(text.contains("\"main\" runnable"));
            assertTrue(text.contains("VmRSS:"));
            assertTrue(text.contains("------ CONFIG FILE ------\nport 6379"));
            assertTrue(text.contains("=== CAIRN BUG REPORT END"));
            assertFalse(text.contains("another"));
        } finally {
            CrashReport.reset();
        }
    }

    @Test
    void reportsACrashEvenIfTheStateCannotBeDescribed() {
        String text = CrashReport.report(Thread.currentThread(), new IllegalStateException("x"), () -> {
            throw new IllegalStateException("broken");
        });
        assertTrue(text.contains("cannot be described: java.lang.IllegalStateException: broken"));
    }

    @Test
    void namesItsVersionAndShowsALogo() {
        assertTrue(Version.version().matches("\\d+\\.\\d+\\.\\d+"));
        assertTrue(Version.line().matches("Cairn server v=\\S+ sha=\\w+:[01] malloc=cairn bits=64 build=[0-9a-f]+"), Version.line());
        String art = Logo.art("standalone", 6379, 42);
        assertTrue(art.contains("Cairn " + Version.version()));
        assertTrue(art.contains("Running in standalone mode"));
        assertTrue(art.contains("Port: 6379"));
        assertTrue(art.contains("PID: 42"));
        assertEquals("Running mode=cluster, port=1.", Logo.line("cluster", 1));
    }
}
