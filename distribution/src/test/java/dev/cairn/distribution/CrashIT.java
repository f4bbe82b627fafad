package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;

/**
 * The server is killed at random moments while clients write, rewrites of the append-only file included, and started again: what was
 * acknowledged is there. {@code -Dcairn.crash.kills=N} kills it N times in place of 20, {@code -Dcairn.crash.seed=S} repeats a run.
 */
class CrashIT {
    private static final int KILLS = Integer.getInteger("cairn.crash.kills", 20);
    private static final long SEED = Long.getLong("cairn.crash.seed", System.nanoTime());
    private static final int WRITERS = 3;

    @TempDir private Path directory;
    private int port;

    private Launch start(String fsync) throws IOException {
        port = ServerProcess.freePort();
        return Launch.cairn(directory, "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes",
                "--appendfsync", fsync, "--auto-aof-rewrite-percentage", "0").ready();
    }

    @Test
    void everyAcknowledgedWriteSurvivesAKillUnderAlways() throws Exception {
        kill("always", KILLS);
    }

    @Test
    void nothingOlderThanThreeSecondsIsLostByAKillUnderEverysec() throws Exception {
        kill("everysec", Math.max(3, KILLS / 4));
    }

    private void kill(String fsync, int times) throws Exception {
        Random random = new Random(SEED);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i));
        }
        for (int round = 0; round < times; round++) {
            String where = "seed " + SEED + ", round " + round;
            Launch server = start(fsync);
            try {
                verify(writers, where, fsync.equals("always"));
                assertNothingIsLeft(where);
                CountDownLatch running = new CountDownLatch(WRITERS);
                List<Thread> threads = new ArrayList<>();
                for (Writer w : writers) {
                    threads.add(Thread.ofPlatform().start(() -> w.run(port, running)));
                }
                assertTrue(running.await(60, TimeUnit.SECONDS), where);
                int millis = random.nextInt(250);
                if (round % 2 == 1) {
                    try (RespClient client = RespClient.connect(port)) {
                        client.call("BGREWRITEAOF");
                    }
                    // the rewrite of so few keys is over soon: every other time the kill comes within it
                    millis = round % 4 == 1 ? random.nextInt(10) : millis;
                }
                // the moment is the point of the test: the process is only waited for so long
                assertTrue(!server.process().waitFor(millis, TimeUnit.MILLISECONDS), () -> where + ": it died by itself");
                server.process().destroyForcibly().waitFor();
                for (Thread t : threads) {
                    assertTrue(t.join(Duration.ofSeconds(60)), where);
                }
            } finally {
                server.close();
            }
        }
        try (Launch server = start(fsync)) {
            verify(writers, "seed " + SEED + ", at the end", fsync.equals("always"));
            assertNothingIsLeft("seed " + SEED + ", at the end");
            assertTrue(server.process().isAlive());
        }
    }

    /**
     * What kills have left is deleted, but for what one may have left in the midst of the library making a file: such a file is not provably
     * empty. Nothing is rewritten yet.
     */
    private void assertNothingIsLeft(String where) throws IOException {
        Path files = directory.resolve("appendonlydir");
        // read first: what it names may be deleted meanwhile, but nothing is made
        String manifest = Files.readString(files.resolve("appendonly.aof.manifest"));
        List<String> left;
        try (Stream<Path> in = Files.list(files)) {
            left = in.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".incr") && !manifest.contains("file " + n + " ")
                            || n.startsWith("temp-") && n.endsWith(".base"))
                    .toList();
        }
        assertTrue(left.stream().allMatch(n -> n.endsWith(".incr")) && left.size() <= 1,
                () -> where + ": " + left + " are left; the manifest:\n" + manifest);
    }

    private void verify(List<Writer> writers, String where, boolean strict) throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            for (Writer w : writers) {
                w.verify(client, where, strict);
            }
        }
    }

    /** Writes numbered keys and, in transactions, two counters that must never differ; one command at a time. */
    private static final class Writer {
        private static final int AT_ONCE = 500;

        private final String name;
        private long acknowledged;
        private long sent;
        /** What was acknowledged until three seconds before now, as far as it was noted: a slow force holds writing back for two. */
        private long safe;

        Writer(int number) {
            name = "w" + number;
        }

        void run(int port, CountDownLatch running) {
            boolean counted = false;
            long noted = System.nanoTime();
            long candidate = acknowledged;
            try (RespClient client = RespClient.connect(port)) {
                while (true) {
                    long next = acknowledged + 1;
                    sent = next;
                    client.call("SET", name + ":" + next, Long.toString(next));
                    client.call("MULTI");
                    client.call("SET", name + ":a", Long.toString(next));
                    client.call("SET", name + ":b", Long.toString(next));
                    client.call("EXEC");
                    acknowledged = next;
                    if (System.nanoTime() - noted > 3_000_000_000L) {
                        safe = candidate;
                        candidate = next;
                        noted = System.nanoTime();
                    }
                    if (!counted) {
                        counted = true;
                        running.countDown();
                    }
                }
            } catch (IOException killed) {
                if (!counted) {
                    running.countDown();
                }
            }
        }

        void verify(RespClient client, String where, boolean strict) throws IOException {
            long least = strict ? acknowledged : safe;
            String a = client.call("GET", name + ":a").text();
            String b = client.call("GET", name + ":b").text();
            if (sent == 0) {
                return;
            }
            assertEquals(a, b, where + ": a transaction was loaded in part");
            long last = acknowledged == 0 && a.isEmpty() ? 0 : number(a);
            assertTrue(last >= least, where + ": " + name + " has " + last + ", acknowledged were " + acknowledged);
            assertTrue(last <= sent, where + ": " + name + " has " + last + ", sent were " + sent);
            for (long from = 1; from <= last; from += AT_ONCE) {
                List<List<byte[]>> questions = new ArrayList<>();
                for (long i = from; i < from + AT_ONCE && i <= last; i++) {
                    questions.add(RespClient.command("GET", name + ":" + i));
                }
                List<RespReply> replies = client.pipeline(questions);
                for (int i = 0; i < replies.size(); i++) {
                    assertEquals(Long.toString(from + i), replies.get(i).text(), where + ": " + name + ":" + (from + i));
                }
            }
            // what was sent and not acknowledged may be there or not: from here on it counts as it is
            acknowledged = last;
            safe = last;
        }

        private static long number(String text) {
            return text.isEmpty() || text.equals("(nil)") ? 0 : Long.parseLong(text);
        }
    }
}
