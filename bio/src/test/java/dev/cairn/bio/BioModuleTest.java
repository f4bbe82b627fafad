package dev.cairn.bio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.api.ServerModule;
import dev.cairn.api.job.FileCloser;
import dev.cairn.testkit.ModuleContract;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** The module in a server. */
@Timeout(300)
class BioModuleTest extends ModuleContract {
    @TempDir private Path folder;
    private final HeavyModule user = new HeavyModule();

    @Override
    protected ServerModule module() {
        return new BioModule();
    }

    private FileCloser closer(TestServer server) throws Exception {
        return server.onMain(() -> Objects.requireNonNull(user.context).require(FileCloser.class)).orElseThrow();
    }

    @Test
    void closesAndDeletesFilesOnItsLane() throws Exception {
        Path file = Files.writeString(folder.resolve("old"), "x");
        CompletableFuture<String> closedBy = new CompletableFuture<>();
        try (TestServer server = TestServer.with(new BioModule(), user).start(); TestClient client = server.client()) {
            FileCloser closer = closer(server);
            closer.delete(file);
            closer.delete(folder.resolve("never there"));
            closer.close(() -> {
                throw new IOException("cannot be closed");
            }, "a bad file");
            closer.close(() -> closedBy.complete(Thread.currentThread().getName()), "a file");
            assertEquals("bio_close_file", closedBy.get(20, TimeUnit.SECONDS));
            assertFalse(Files.exists(file));
            server.await("the section counts them", () -> client(server, "done=3,failed=1"));
            String text = client.text("INFO", "bio");
            assertTrue(
                    text.startsWith("# Bio\r\nbio_lanes:2\r\nbio_job_close_file:thread=bio_close_file,pending=0,running=0,done=3,failed=1"),
                    text);
            assertTrue(text.contains("bio_job_lazy_free:thread=bio_lazy_free,"), text);
            assertFalse(client.text("INFO").contains("# Bio"));
        }
    }

    private static boolean client(TestServer server, String part) {
        return server.info("bio").contains(part);
    }

    @Test
    void closesAtTheStopWhatWaitsToBeClosed() throws Exception {
        Path file = Files.writeString(folder.resolve("old"), "x");
        FileCloser closer;
        try (TestServer server = TestServer.with(new BioModule(), user).start()) {
            closer = closer(server);
            CompletableFuture<Void> begun = new CompletableFuture<>();
            closer.close(() -> begun.complete(null), "first");
            closer.delete(file);
            begun.get(20, TimeUnit.SECONDS);
        }
        assertFalse(Files.exists(file));
        CompletableFuture<Thread> late = new CompletableFuture<>();
        closer.close(() -> late.complete(Thread.currentThread()), "late");
        assertEquals(Thread.currentThread(), late.join(), "without a lane the caller does it");
    }

    @Test
    void bindsItsThreadsToTheCpusOfItsOption() throws Exception {
        String cpu = allowed().split("[,-]")[0];
        CompletableFuture<String> allowed = new CompletableFuture<>();
        try (TestServer server = TestServer.with(new BioModule(), user).config("bio-cpulist " + cpu).start();
                TestClient client = server.client()) {
            assertEquals("[bio-cpulist, " + cpu + "]", client.line("CONFIG GET bio-cpulist"));
            closer(server).close(() -> allowed.complete(allowed()), "probe");
            assertEquals(cpu, allowed.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void refusesAWrongCpuList() {
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> TestServer.with(new BioModule()).config("bio-cpulist 3-1").start());
        assertNotNull(e.getCause());
        assertTrue(String.valueOf(e.getCause().getMessage()).contains("Invalid CPU list '3-1'"), () -> e.getCause().getMessage());
    }

    /** The CPUs that the calling thread may run on. */
    private static String allowed() throws IOException {
        Optional<String> line = Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(l -> l.startsWith("Cpus_allowed_list:")).findFirst();
        return line.orElseThrow().substring(18).strip();
    }
}
