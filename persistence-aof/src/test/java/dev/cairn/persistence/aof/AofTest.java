package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** The append-only file through the wire, on real increments: what was logged is there after the next start. */
class AofTest {
    private static final String SAFE_HERE = "Array[elements=[Int[value=1], Int[value=0]]]";

    @TempDir private Path temporary;
    private Path directory;
    private TestServer server;
    private TestClient client;

    private void start(String... config) throws IOException {
        directory = Files.createDirectories(temporary.resolve("data"));
        startIn(directory, config);
    }

    private void startIn(Path dir, String... config) {
        server = TestServer.with(new TestLanes(), new AofModule(), new StringModule()).directory(dir).config("enable-debug-command yes")
                .config(config).start();
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

    private void restart(String... config) throws IOException {
        stop();
        start(config);
    }

    /** Stops the server and starts another from what the disk had before that, as after a kill. */
    private void killAndRestart(String... config) throws IOException {
        Path copy = temporary.resolve("killed");
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path p : all.toList()) {
                Files.copy(p, copy.resolve(directory.relativize(p).toString()));
            }
        }
        stop();
        startIn(copy, config);
    }

    private String info(String field) {
        for (String line : client.text("INFO", "persistence").split("\r\n")) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        return "";
    }

    private void awaitRewrite() throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        Path manifest = directory.resolve("appendonlydir/appendonly.aof.manifest");
        while (!Files.exists(manifest) || !info("aof_rewrite_in_progress").equals("0") || !info("aof_rewrite_scheduled").equals("0")
                || Files.readString(manifest).contains("type h")) {
            assertTrue(System.nanoTime() < deadline, "the rewrite does not end");
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasWrittenIsThereAfterARestart() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        client.call("SELECT", "5");
        client.call("SET", "n", "41");
        client.call("INCR", "n");
        client.call("SET", "t", "x", "EX", "1000");
        client.pipeline(List.of(new String[]{"MULTI"}, new String[]{"SET", "a", "1"}, new String[]{"INCR", "a"}, new String[]{"EXEC"}));
        restart("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
        client.call("SELECT", "5");
        assertEquals("42", client.text("GET", "n"));
        assertEquals("2", client.text("GET", "a"));
        assertTrue(Long.parseLong(client.text("TTL", "t")) > 900);
        restart("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
        assertEquals("1", info("aof_enabled"));
    }

    @Test
    void nothingIsTouchedWhereAppendonlyIsOff() throws IOException {
        start();
        client.call("SET", "k", "v");
        assertEquals("0", info("aof_enabled"));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void aKilledServerLosesNothingThatItsKernelHas() throws IOException {
        start("appendonly yes", "appendfsync always");
        for (int i = 0; i < 500; i++) {
            client.call("SET", "k" + i, "v" + i);
        }
        killAndRestart("appendonly yes");
        assertEquals("500", client.text("DBSIZE"));
        assertEquals("v499", client.text("GET", "k499"));
    }

    @Test
    void whatAKilledServerHadReservedIsGivenBackAndDoesNotCount() throws IOException {
        start("appendonly yes", "appendfsync always");
        client.call("SET", "k", "v");
        killAndRestart("appendonly yes");
        Path left = Directories.queueFile(temporary.resolve("killed/appendonlydir/appendonly.aof.1.incr"));
        assertTrue(Files.size(left) < 1 << 20, () -> left + " is large");
        assertTrue(Long.parseLong(info("aof_current_size")) < 1 << 20, () -> info("aof_current_size"));
        client.call("SET", "after", "1");
        stop();
        startIn(temporary.resolve("killed"), "appendonly yes");
        assertEquals("2", client.text("DBSIZE"));
    }

    @Test
    void aValueLargerThanARecordIsLoadedWhole() throws IOException {
        start("appendonly yes");
        String large = "0123456789abcdef".repeat(300_000);
        client.call("SET", "large", large);
        client.call("APPEND", "large", "end");
        restart("appendonly yes");
        assertEquals(large + "end", client.text("GET", "large"));
    }

    @Test
    void aRewriteKeepsTheDataAndMakesTheFileSmall() throws IOException {
        start("appendonly yes");
        for (int i = 0; i < 2000; i++) {
            client.call("SET", "k" + i % 100, "v" + i);
            client.call("SET", "t" + i % 100, "x", "EX", "1000");
        }
        client.call("BGREWRITEAOF");
        for (int i = 0; i < 500; i++) {
            client.call("INCR", "counter");
            client.call("SET", "k" + i % 100, "w" + i);
        }
        awaitRewrite();
        assertEquals("ok", info("aof_last_bgrewrite_status"));
        assertEquals(List.of("appendonly.aof.1.base", "appendonly.aof.2.incr", "appendonly.aof.lock", "appendonly.aof.manifest"), names());
        String digest = client.text("DEBUG", "DIGEST");
        restart("appendonly yes");
        assertEquals(digest, client.text("DEBUG", "DIGEST"));
        assertEquals("500", client.text("GET", "counter"));
    }

    @Test
    void aBaseHoldsTheMomentOfTheSnapshotAndNotWhatCameAfter() throws IOException {
        start("appendonly yes");
        for (int i = 0; i < 20_000; i++) {
            client.send("SET", "k" + i, Integer.toString(i));
            if (i % 100 == 99) {
                for (int j = 0; j < 100; j++) {
                    client.receive();
                }
            }
        }
        client.call("BGREWRITEAOF");
        for (int i = 0; i < 20_000; i += 7) {
            client.call("INCR", "k" + i);
            if (i % 3 == 0) {
                client.call("RENAME", "k" + (i + 1), "renamed" + i);
                client.call("DEL", "k" + (i + 2));
            }
        }
        awaitRewrite();
        String digest = client.text("DEBUG", "DIGEST");
        restart("appendonly yes");
        assertEquals(digest, client.text("DEBUG", "DIGEST"));
    }

    @Test
    void flushallDuringARewriteBeginsItAnew() throws IOException {
        start("appendonly yes");
        for (int i = 0; i < 1000; i++) {
            client.call("SET", "k" + i, "v");
        }
        client.pipeline(List.of(new String[]{"BGREWRITEAOF"}, new String[]{"FLUSHALL"}, new String[]{"SET", "a", "b"}));
        client.call("FLUSHALL");
        client.call("SET", "only", "this");
        awaitRewrite();
        restart("appendonly yes");
        assertEquals("1", client.text("DBSIZE"));
        assertEquals("this", client.text("GET", "only"));
    }

    @Test
    void appendonlyIsSwitchedOnAndOffAtRunTime() throws IOException {
        start();
        client.call("SET", "before", "1");
        assertEquals("OK", client.text("CONFIG", "SET", "appendonly", "yes"));
        client.call("SET", "after", "2");
        awaitRewrite();
        client.call("SET", "later", "3");
        assertEquals("OK", client.text("CONFIG", "SET", "appendonly", "no"));
        client.call("SET", "unlogged", "4");
        restart("appendonly yes");
        assertEquals("3", client.text("DBSIZE"));
        assertEquals("2", client.text("GET", "after"));
    }

    @Test
    void debugLoadaofBringsTheSameDataBack() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        client.call("SET", "n", "1");
        String digest = client.text("DEBUG", "DIGEST");
        assertEquals("OK", client.text("DEBUG", "LOADAOF"));
        assertEquals(digest, client.text("DEBUG", "DIGEST"));
        client.call("INCR", "n");
        restart("appendonly yes");
        assertEquals("2", client.text("GET", "n"));
    }

    @Test
    void debugLoadaofLoadsWhatBgrewriteaofWroteWithAppendonlyOff() throws IOException {
        start("appendonly no");
        assertTrue(client.text("DEBUG", "LOADAOF").startsWith("ERR "));
        client.call("SET", "k", "v");
        String digest = client.text("DEBUG", "DIGEST");
        client.call("BGREWRITEAOF");
        awaitRewrite();
        client.call("SET", "later", "1");
        assertEquals("OK", client.text("DEBUG", "LOADAOF"));
        assertEquals(digest, client.text("DEBUG", "DIGEST"));
        assertEquals("OK", client.text("SET", "later", "1"));
        assertTrue(client.text("INFO", "persistence").contains("aof_enabled:0"));
    }

    @Test
    void waitaofRepliesWhenTheWriteIsSafe() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        assertEquals(SAFE_HERE, client.call("WAITAOF", "1", "0", "60000").toString());
        client.call("CONFIG", "SET", "appendfsync", "always");
        client.call("SET", "k", "w");
        assertEquals(SAFE_HERE, client.call("WAITAOF", "1", "0", "0").toString());
        assertEquals("ERR value is out of range, value must between 0 and 1", client.text("WAITAOF", "2", "0", "0"));
        client.call("CONFIG", "SET", "appendonly", "no");
        assertEquals("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
                client.text("WAITAOF", "1", "0", "0"));
    }

    @Test
    void keysWhoseTimeIsOverExpireAfterLoadingAndNotWithin() throws IOException {
        start("appendonly yes");
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        // in one transaction the time stands still: on a slow machine it would be over before INCR, which then makes a key without one
        client.pipeline(List.of(new String[]{"MULTI"}, new String[]{"SET", "k", "1", "PX", "30"}, new String[]{"INCR", "k"},
                new String[]{"EXEC"}));
        long end = System.nanoTime() + 60_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        killAndRestart("appendonly yes");
        assertEquals("0", client.text("EXISTS", "k"));
    }

    @Test
    void flushallAndFlushdbAreLogged() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        client.call("SELECT", "3");
        client.call("SET", "k", "v");
        client.call("FLUSHDB");
        restart("appendonly yes");
        assertEquals("1", client.text("DBSIZE"));
        client.call("FLUSHALL", "ASYNC");
        client.call("SET", "after", "1");
        restart("appendonly yes");
        assertEquals("1", client.text("DBSIZE"));
        assertEquals("1", client.text("GET", "after"));
    }

    @Test
    void appendonlyIsSwitchedWithinATransaction() throws IOException {
        start("appendonly yes");
        client.pipeline(List.of(new String[]{"MULTI"}, new String[]{"SET", "a", "1"}, new String[]{"CONFIG", "SET", "appendonly", "no"},
                new String[]{"SET", "b", "2"}, new String[]{"EXEC"}));
        assertEquals("0", info("aof_enabled"));
        client.pipeline(List.of(new String[]{"MULTI"}, new String[]{"CONFIG", "SET", "appendonly", "yes"}, new String[]{"SET", "c", "3"},
                new String[]{"EXEC"}));
        awaitRewrite();
        restart("appendonly yes");
        assertEquals("3", client.text("DBSIZE"));
    }

    @Test
    void readingCommandsAndThoseWithoutAnEffectAreNotLogged() throws IOException {
        // Under everysec a flush may wait for the force that goes on; under always the record is written before the reply.
        start("appendonly yes", "appendfsync always");
        client.call("SET", "k", "v");
        long before = Long.parseLong(info("aof_last_record"));
        client.call("GETEX", "k");
        client.call("PERSIST", "k");
        client.call("GET", "k");
        client.call("SET", "k", "w", "NX");
        assertEquals(before, Long.parseLong(info("aof_last_record")));
        client.call("GETEX", "k", "EX", "1000");
        assertTrue(Long.parseLong(info("aof_last_record")) > before);
        restart("appendonly yes");
        assertTrue(Long.parseLong(client.text("TTL", "k")) > 900);
    }

    @Test
    void aNameWithSpacesIsAName() throws IOException {
        start("appendonly yes", "appendfilename \" file name .aof \"");
        client.call("SET", "k", "v");
        client.call("BGREWRITEAOF");
        client.call("SET", "k", "w");
        restart("appendonly yes", "appendfilename \" file name .aof \"");
        assertEquals("w", client.text("GET", "k"));
        assertTrue(names().contains(" file name .aof .manifest"), () -> "the manifest has another name");
    }

    @Test
    void anEmptyDirectoryIsAStartWithoutData() throws IOException {
        Files.createDirectories(temporary.resolve("data/appendonlydir"));
        start("appendonly yes");
        assertEquals("0", client.text("DBSIZE"));
        client.call("SET", "k", "v");
        restart("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
    }

    @Test
    void aRewriteThatFailsLosesNothingAndTheNextOneCleansUp() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        // a directory stands where the base is to be written
        Path inTheWay = Files.createDirectories(directory.resolve("appendonlydir/temp-appendonly.aof.1.base/x"));
        for (int failed = 1; failed <= 2; failed++) {
            client.call("BGREWRITEAOF");
            client.call("SET", "k" + failed, "v");
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (!info("aof_rewrites_consecutive_failures").equals(Integer.toString(failed))) {
                assertTrue(System.nanoTime() < deadline, "the rewrite does not fail");
            }
        }
        assertEquals("err", info("aof_last_bgrewrite_status"));
        assertEquals(3, names().stream().filter(n -> n.endsWith(".incr")).count());
        Files.delete(inTheWay);
        Files.deleteIfExists(inTheWay.getParent());
        client.call("BGREWRITEAOF");
        awaitRewrite();
        assertEquals("ok", info("aof_last_bgrewrite_status"));
        restart("appendonly yes");
        assertEquals("3", client.text("DBSIZE"));
    }

    @Test
    void aRewriteWithoutAppendonlyWritesABaseAndNoIncrement() throws IOException {
        start();
        client.call("SET", "k", "v");
        client.call("BGREWRITEAOF");
        awaitRewrite();
        assertEquals(List.of("appendonly.aof.1.base", "appendonly.aof.lock", "appendonly.aof.manifest"), names());
        restart("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
    }

    @Test
    void aCommandThatNoModuleBringsRefusesTheStart() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        stop();
        IllegalStateException refused = assertThrows(IllegalStateException.class,
                () -> TestServer.with(new TestLanes(), new AofModule()).directory(directory).config("appendonly yes").start());
        assertTrue(String.valueOf(refused.getMessage()).contains("If a module that brings it is missing"), refused.getMessage());
    }

    @Test
    void twoServersDoNotShareADirectory() throws IOException {
        start("appendonly yes");
        IllegalStateException refused = assertThrows(IllegalStateException.class,
                () -> TestServer.with(new TestLanes(), new AofModule(), new StringModule()).directory(directory).config("appendonly yes")
                        .start());
        assertTrue(String.valueOf(refused.getMessage()).contains("in use by another server"), refused.getMessage());
    }
}
