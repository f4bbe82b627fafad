package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** What clients see, and what is there afterwards, when the disk is full, fails or is slow. */
class FullDiskTest {
    @TempDir private Path directory;
    private final TestLanes lanes = new TestLanes();
    private TestServer server;
    private TestClient client;
    /** Whether the disk takes nothing, and whether it cannot be forced. Written by the test, read by main and the lane. */
    private volatile boolean full;
    private volatile boolean broken;
    /** How long the disk takes for each write and each force. */
    private volatile long slowMillis;
    /** Taken by who forces, and by the test to hold it. */
    private final Semaphore forcing = new Semaphore(1);
    private final AtomicLong forces = new AtomicLong();

    private void start(String... config) {
        server = TestServer.with(lanes, new AofModule((dir, forced) -> new Faulty(ChronicleFile.open(dir, forced))),
                new StringModule()).directory(directory).config(config).start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            client.close();
            server.close();
            server = null;
        }
    }

    private String info(String field) {
        return info("persistence", field);
    }

    private String info(String section, String field) {
        for (String line : client.text("INFO", section).split("\r\n")) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        return "";
    }

    private void await(String field, String value) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!info(field).equals(value)) {
            assertTrue(System.nanoTime() < deadline, field + " does not become " + value);
        }
    }

    @Test
    void writesAndPingAreRefusedOnAFullDiskAndGoOnWithRoom() {
        start("appendonly yes");
        client.call("SET", "before", "1");
        full = true;
        client.call("SET", "during", "2");
        await("aof_last_write_status", "err");
        String misconf = "MISCONF Errors writing to the AOF file: No space left on device";
        assertEquals(misconf, client.text("SET", "k", "v"));
        assertEquals(misconf, client.text("PING"));
        assertEquals("2", client.text("GET", "during"));
        client.call("MULTI");
        assertEquals(misconf, client.text("SET", "k", "v"));
        assertEquals("EXECABORT Transaction discarded because of previous errors.", client.text("EXEC"));
        assertTrue(Long.parseLong(info("aof_buffer_length")) > 0);
        full = false;
        await("aof_last_write_status", "ok");
        assertEquals("OK", client.text("SET", "after", "3"));
        assertEquals("PONG", client.text("PING"));
        stop();
        start("appendonly yes");
        assertEquals("3", client.text("DBSIZE"));
        assertEquals("2", client.text("GET", "during"));
    }

    @Test
    void aLargeChangeThatTheDiskTookInPartIsCompletedLater() {
        start("appendonly yes");
        String large = "z".repeat(5 << 20);
        roomFor.set(2 << 20);
        client.call("SET", "large", large);
        await("aof_last_write_status", "err");
        roomFor.set(Long.MAX_VALUE);
        await("aof_last_write_status", "ok");
        client.call("SET", "after", "1");
        stop();
        start("appendonly yes");
        assertEquals(large, client.text("GET", "large"));
        assertEquals("1", client.text("GET", "after"));
    }

    /** Bytes that the disk still takes. */
    private final AtomicLong roomFor = new AtomicLong(Long.MAX_VALUE);

    @Test
    void aForceThatFailsRefusesWritesUntilOneSucceeds() {
        start("appendonly yes");
        broken = true;
        client.call("SET", "k", "v");
        await("aof_last_write_status", "err");
        assertTrue(client.text("SET", "k", "w").startsWith("MISCONF Errors writing to the AOF file: broken"));
        broken = false;
        await("aof_last_write_status", "ok");
        assertEquals("OK", client.text("SET", "k", "w"));
    }

    @Test
    void aSlowForceHoldsWritingBackButNotForLongerThanTwoSeconds() {
        start("appendonly yes");
        client.call("SET", "k", "v");
        await("aof_pending_bio_fsync", "0");
        lanes.hold("aof_fsync");
        client.call("SET", "k", "w");
        await("aof_pending_bio_fsync", "1");
        client.call("SET", "k", "x");
        await("aof_delayed_fsync", "1");
        await("aof_buffer_length", "0");
        lanes.release("aof_fsync");
        await("aof_pending_bio_fsync", "0");
        assertEquals("x", client.text("GET", "k"));
    }

    @Test
    void latencyNamesWhatTheDiskHasHeldUp() {
        start("appendonly yes", "appendfsync always", "latency-monitor-threshold 1");
        slowMillis = 5;
        client.call("SET", "k", "v");
        String latest = client.text("LATENCY", "LATEST");
        assertTrue(latest.contains("aof-fsync-always"), latest);
        assertTrue(latest.contains("aof-write-alone"), latest);
        assertTrue(latest.contains("[aof-write, "), latest);
        assertTrue(Long.parseLong(info("debug", "eventloop_duration_aof_sum")) >= 5_000);
        client.call("CONFIG", "SET", "appendfsync", "everysec");
        client.call("SET", "k", "w");
        await("aof_pending_bio_fsync", "0");
        lanes.hold("aof_fsync");
        client.call("SET", "k", "x");
        await("aof_pending_bio_fsync", "1");
        client.call("SET", "k", "y");
        await("aof_delayed_fsync", "1");
        lanes.release("aof_fsync");
        assertTrue(client.text("LATENCY", "LATEST").contains("aof-write-pending-fsync"));
    }

    @Test
    void latencyNamesWhatARewriteHasHeldUp() {
        start("appendonly yes", "appendfsync no", "latency-monitor-threshold 1");
        lanes.hold("aof_rewrite");
        slowMillis = 5;
        client.call("BGREWRITEAOF");
        awaitLatency("aof-rewrite-begin");
        await("aof_pending_bio_fsync", "0");
        client.call("SET", "k", "v");
        assertTrue(client.text("LATENCY", "LATEST").contains("aof-write-active-child"));
        lanes.release("aof_rewrite");
        await("aof_rewrites", "1");
    }

    private void awaitLatency(String event) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!client.text("LATENCY", "LATEST").contains(event)) {
            assertTrue(System.nanoTime() < deadline, event + " is not there");
        }
    }

    @Test
    void anIncrementThatARewriteDoesNotBeginIsDeleted() throws Exception {
        start("appendonly yes");
        client.call("SET", "k", "v");
        lanes.hold("aof_fsync");
        client.call("BGREWRITEAOF");
        client.call("CONFIG", "SET", "appendonly", "no");
        lanes.release("aof_fsync");
        client.call("CONFIG", "SET", "appendonly", "yes");
        await("aof_rewrites", "1");
        await("aof_rewrite_in_progress", "0");
        server.await("one increment is left", () -> increments() == 1);
        stop();
        start("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
    }

    @Test
    void anIncrementIsDeletedWhenTheOneBeforeCannotBeForced() throws Exception {
        start("appendonly yes");
        client.call("SET", "k", "v");
        broken = true;
        client.call("BGREWRITEAOF");
        await("aof_last_bgrewrite_status", "err");
        server.await("one increment is left", () -> increments() == 1);
        broken = false;
        client.call("BGREWRITEAOF");
        await("aof_rewrites", "1");
    }

    private long increments() {
        try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
            return files.filter(f -> f.toString().endsWith(".incr")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void infoCountsTheMemoryOfWhatCannotBeWritten() {
        start("appendonly yes");
        full = true;
        client.call("SET", "large", "z".repeat(1 << 20));
        await("aof_last_write_status", "err");
        assertTrue(Long.parseLong(info("aof_buffer_length")) > 1 << 20);
        assertTrue(Long.parseLong(info("memory", "mem_aof_buffer")) > 1 << 20);
        full = false;
        await("aof_last_write_status", "ok");
        assertEquals("0", info("aof_buffer_length"));
    }

    @Test
    void underAlwaysRepliesWaitForTheDiskTogetherAndTheServerGoesOn() throws Exception {
        start("appendonly yes", "appendfsync always");
        slowMillis = 10;
        for (int i = 0; i < 10; i++) {
            client.call("SET", "k", "0");
        }
        List<TestClient> writers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            writers.add(server.client());
        }
        TestClient reader = server.client();
        long before = forces.get();
        forcing.acquire();
        for (TestClient w : writers) {
            w.send("INCR", "k");
        }
        reader.send("GET", "k");
        // executed while the first force is going on; what the reader has seen is not on disk
        server.await("all are executed", () -> server.info("commandstats").contains("cmdstat_incr:calls=20,")
                && server.info("commandstats").contains("cmdstat_get:calls=1,"));
        assertEquals(0, reader.available());
        for (TestClient w : writers) {
            assertEquals(0, w.available());
        }
        forcing.release();
        for (TestClient w : writers) {
            w.receive();
        }
        reader.receive();
        assertTrue(forces.get() - before <= 4, () -> "forces: " + (forces.get() - before));
        writers.forEach(TestClient::close);
        reader.close();
    }

    /** A file on a disk that has faults. */
    private final class Faulty implements LogFile {
        private final LogFile real;

        Faulty(LogFile real) {
            this.real = real;
        }

        @Override
        public void begin(long sequence, long millis) throws IOException {
            takeTime();
            real.begin(sequence, millis);
        }

        @Override
        public void append(long address, int length) throws IOException {
            if (full || roomFor.get() < length) {
                throw new Space.DiskError(directory, "No space left on device");
            }
            roomFor.addAndGet(-length);
            takeTime();
            real.append(address, length);
        }

        @Override
        public long position() {
            return real.position();
        }

        @Override
        public boolean wantsPreparing() {
            return real.wantsPreparing();
        }

        @Override
        public void prepare(boolean forced) throws IOException {
            real.prepare(forced);
        }

        @Override
        public void force() throws IOException {
            if (broken) {
                throw new IOException("broken");
            }
            takeTime();
            forcing.acquireUninterruptibly();
            forces.incrementAndGet();
            try {
                real.force();
            } finally {
                forcing.release();
            }
        }

        private void takeTime() {
            LockSupport.parkNanos(slowMillis * 1_000_000);
        }

        @Override
        public void end() {
            real.end();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
