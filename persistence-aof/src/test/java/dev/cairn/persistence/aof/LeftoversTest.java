package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** What a killed server has left beside its data is gone after the next start, and nothing else is. */
class LeftoversTest {
    private static final String NAME = "appendonly.aof.";

    @TempDir private Path temporary;
    private final TestLanes lanes = new TestLanes();
    private Path data;
    private Path files;
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void directory() {
        data = temporary.resolve("data");
        files = data.resolve("appendonlydir");
    }

    private void start(String... config) throws IOException {
        server = TestServer.with(lanes, new AofModule(), new StringModule()).directory(Files.createDirectories(data)).config(config)
                .start();
        client = server.client();
    }

    /** Starts once, with one key, and stops: increment 1 is the data. */
    private void oneIncrementWithAKey() throws IOException {
        start("appendonly yes");
        client.call("SET", "k", "v");
        stop();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            client.close();
            server.close();
            server = null;
        }
    }

    /** Goes on with what the disk has now, as after a kill. */
    private void kill() throws IOException {
        Path copy = temporary.resolve("killed");
        try (Stream<Path> all = Files.walk(data)) {
            for (Path p : all.toList()) {
                Files.copy(p, copy.resolve(data.relativize(p).toString()));
            }
        }
        stop();
        data = copy;
        files = data.resolve("appendonlydir");
    }

    private Leftovers leftovers() throws IOException {
        return new Leftovers(files, "appendonly.aof", Manifest.read(files.resolve(NAME + "manifest")));
    }

    private List<String> names() {
        try (Stream<Path> in = Files.list(files)) {
            return in.map(f -> f.getFileName().toString()).filter(n -> n.contains(".incr") || n.contains(".base")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void leave(String increment, boolean begun) throws IOException {
        ChronicleFile left = ChronicleFile.open(files.resolve(increment), false);
        if (begun) {
            left.begin(7, 0);
        }
        left.end();
        left.close();
    }

    @Test
    void incrementsThatNothingWasLoggedToAndUnfinishedBasesAreDeleted() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "2.incr", false);
        leave(NAME + "3.incr", true);
        Files.createDirectory(files.resolve(NAME + "4.incr"));
        Files.writeString(files.resolve("temp-" + NAME + "1.base"), "half a block");
        start("appendonly yes");
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr"), names());
        assertEquals("v", client.text("GET", "k"));
        stop();
        start("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
    }

    @Test
    void whatHoldsDataOrIsNotOursStays() throws IOException {
        oneIncrementWithAKey();
        Path putAside = files.resolve(NAME + "7.incr");
        Files.createDirectory(putAside);
        Path queue = Directories.queueFile(files.resolve(NAME + "1.incr"));
        Files.copy(queue, putAside.resolve(queue.getFileName()));
        leave("other.aof.1.incr", true);
        leave(NAME + "8.incr", true);
        Files.writeString(files.resolve(NAME + "8.incr/notes"), "mine");
        Files.writeString(files.resolve(NAME + "9.incr"), "a file");
        Files.writeString(files.resolve(NAME + "5.base"), "complete, as far as anybody knows");
        Files.writeString(files.resolve("temp-other.aof.1.base"), "");
        start("appendonly yes");
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr", NAME + "5.base", NAME + "7.incr", NAME + "8.incr", NAME + "9.incr",
                "other.aof.1.incr", "temp-other.aof.1.base"), names());
        assertEquals("v", client.text("GET", "k"));
    }

    @Test
    void whatTheManifestNamesStaysThoughItHoldsNothing() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "2.incr", true);
        leave(NAME + "3.incr", false);
        leave(NAME + "4.incr", true);
        Manifest manifest = Manifest.read(files.resolve(NAME + "manifest"));
        Manifest naming = new Manifest(manifest.base(), List.of(new Manifest.Entry(NAME + "2.incr", 2, 7, Manifest.OPEN)),
                List.of(new Manifest.Entry(NAME + "3.incr", 3, 8, Manifest.OPEN)));
        new Leftovers(files, "appendonly.aof", naming).delete();
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr", NAME + "3.incr"), names());
    }

    @Test
    void aBaseThatTheManifestNamesStaysWhateverItsName() throws IOException {
        oneIncrementWithAKey();
        Files.writeString(files.resolve("temp-" + NAME + "1.base"), "named");
        Manifest naming =
                new Manifest(Optional.of(new Manifest.Entry("temp-" + NAME + "1.base", 1, 1, Manifest.OPEN)), List.of(), List.of());
        new Leftovers(files, "appendonly.aof", naming).delete();
        assertTrue(names().contains("temp-" + NAME + "1.base"), () -> names().toString());
    }

    @Test
    void aBaseOfAServerWhoseFilesAreNamedAsOursWhileTheyAreWrittenStays() throws IOException {
        oneIncrementWithAKey();
        Files.createFile(files.resolve("temp-appendonly.aof.lock"));
        Files.writeString(files.resolve("temp-" + NAME + "1.base"), "theirs");
        start("appendonly yes");
        assertTrue(names().contains("temp-" + NAME + "1.base"), () -> names().toString());
    }

    /** Damages one byte of what nothing was logged to, or writes one where only zeros should be. */
    @Test
    void anIncrementThatIsDamagedStays() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "7.incr", true);
        byte[] begun = Files.readAllBytes(Directories.queueFile(files.resolve(NAME + "7.incr")));
        int record;
        try (IncrementScanner scanner = new IncrementScanner(Directories.queueFile(files.resolve(NAME + "7.incr")), 7)) {
            scanner.next();
            record = (int) scanner.offset() + 4;
        }
        int header = record - 4;
        int lastByte = begun.length - 1;
        int[] damaged = {record, record + 4, record + 10, record + 24, record + RecordFormat.HEADER - 1, header + 1, header + 3, lastByte};
        for (int i = 0; i < damaged.length; i++) {
            byte[] bytes = begun.clone();
            bytes[damaged[i]] ^= 0x21;
            Path stays = Files.createDirectory(files.resolve(NAME + (10 + i) + ".incr"));
            Files.write(stays.resolve("19700101.cq4"), bytes);
        }
        leave(NAME + "8.incr", false);
        byte[] unnumbered = Files.readAllBytes(Directories.queueFile(files.resolve(NAME + "8.incr")));
        unnumbered[record + 30] = 1;
        Path stays = Files.createDirectory(files.resolve(NAME + "9.incr"));
        Files.write(stays.resolve("19700101.cq4"), unnumbered);
        leftovers().delete();
        for (int i = 9; i < 10 + damaged.length; i++) {
            assertTrue(names().contains(NAME + i + ".incr"), "increment " + i + " in " + names());
        }
        assertFalse(names().contains(NAME + "7.incr") || names().contains(NAME + "8.incr"), () -> names().toString());
    }

    @Test
    void anIncrementOfAKilledServerWithItsReservedZerosIsDeleted() throws IOException {
        oneIncrementWithAKey();
        ChronicleFile left = ChronicleFile.open(files.resolve(NAME + "7.incr"), true);
        left.begin(7, 0);
        Path copy = Files.createDirectory(files.resolve(NAME + "8.incr"));
        Path queue = Directories.queueFile(files.resolve(NAME + "7.incr"));
        Files.copy(queue, copy.resolve(queue.getFileName()));
        left.end();
        left.close();
        leftovers().delete();
        assertEquals(List.of(NAME + "1.incr"), names());
    }

    @Test
    void anIncrementWhoseQueueWasBeingMadeIsDeletedAndOneWithRecordsBehindThatStays() throws IOException {
        oneIncrementWithAKey();
        byte[] withAKey = Files.readAllBytes(Directories.queueFile(files.resolve(NAME + "1.incr")));
        withAKey[3] |= (byte) 0x80;
        Files.write(Files.createDirectory(files.resolve(NAME + "7.incr")).resolve("19700101.cq4"), withAKey);
        leave(NAME + "8.incr", true);
        byte[] begun = Files.readAllBytes(Directories.queueFile(files.resolve(NAME + "8.incr")));
        begun[3] |= (byte) 0x80;
        Files.write(Files.createDirectory(files.resolve(NAME + "9.incr")).resolve("19700101.cq4"), begun);
        byte[] headerOnly = new byte[1 << 20];
        System.arraycopy(begun, 0, headerOnly, 0, 256);
        Files.write(Files.createDirectory(files.resolve(NAME + "10.incr")).resolve("19700101.cq4"), headerOnly);
        leftovers().delete();
        assertEquals(List.of(NAME + "1.incr", NAME + "7.incr", NAME + "9.incr"), names());
    }

    @Test
    void symbolicLinksAreNotFollowed() throws IOException {
        oneIncrementWithAKey();
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("x.base"), "mine");
        leave(NAME + "7.incr", true);
        Path moved = Files.move(files.resolve(NAME + "7.incr"), elsewhere.resolve("increment"));
        Files.createSymbolicLink(files.resolve(NAME + "7.incr"), moved);
        Files.createSymbolicLink(files.resolve("temp-" + NAME + "2.base"), elsewhere.resolve("x.base"));
        Path inside = Files.createDirectory(files.resolve(NAME + "8.incr"));
        Files.createSymbolicLink(inside.resolve("19700101.cq4"), Directories.queueFile(moved));
        start("appendonly yes");
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr", NAME + "7.incr", NAME + "8.incr", "temp-" + NAME + "2.base"), names());
        assertEquals("mine", Files.readString(elsewhere.resolve("x.base")));
        assertTrue(Files.exists(Directories.queueFile(moved)));
    }

    @Test
    void whatCannotBeDeletedIsPassedOver() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "7.incr", true);
        leave(NAME + "8.incr", true);
        List<Path> tried = new ArrayList<>();
        leftovers().delete(path -> {
            tried.add(path.getFileName());
            throw new IOException("Read-only file system");
        });
        tried.sort(null);
        assertEquals(List.of(Path.of(NAME + "7.incr"), Path.of(NAME + "8.incr")), tried);
        new Leftovers(temporary.resolve("missing"), "appendonly.aof", Manifest.EMPTY).delete();
    }

    @Test
    void nothingIsDeletedWhereTheManifestIsDamaged() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "2.incr", false);
        Files.writeString(files.resolve(NAME + "manifest"), "nothing of worth");
        assertThrows(IllegalStateException.class, () -> start("appendonly yes"));
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr"), names());
    }

    @Test
    void nothingIsDeletedWhereThereIsNoManifest() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "2.incr", false);
        Files.writeString(files.resolve("temp-" + NAME + "1.base"), "half a block");
        Files.delete(files.resolve(NAME + "manifest"));
        start("appendonly yes");
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr", NAME + "3.incr", "temp-" + NAME + "1.base"), names());
    }

    @Test
    void nothingIsDeletedWhileTheFilesAreBeingRepaired() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "2.incr", false);
        Files.writeString(files.resolve("temp-" + NAME + "1.base"), "good blocks so far");
        try (FileChannel channel = FileChannel.open(files.resolve(NAME + "lock"), StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            assertThrows(IllegalStateException.class, () -> start("appendonly yes"));
            assertTrue(held.isValid());
        }
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr", "temp-" + NAME + "1.base"), names());
    }

    @Test
    void nothingIsDeletedWhereTheDataIsRefused() throws IOException {
        oneIncrementWithAKey();
        leave(NAME + "2.incr", false);
        Path queue = Directories.queueFile(files.resolve(NAME + "1.incr"));
        byte[] bytes = Files.readAllBytes(queue);
        try (IncrementScanner scanner = new IncrementScanner(queue, 1)) {
            scanner.next();
            bytes[(int) scanner.offset() + 20]++;
        }
        Files.write(queue, bytes);
        assertThrows(IllegalStateException.class, () -> start("appendonly yes"));
        assertEquals(List.of(NAME + "1.incr", NAME + "2.incr"), names());
    }

    @Test
    void aKillWhileTheFirstBaseIsWrittenLeavesTheOldStateAndNoIncrement() throws Exception {
        oneIncrementWithAKey();
        start("appendonly no");
        lanes.hold("aof_rewrite");
        client.call("CONFIG", "SET", "appendonly", "yes");
        client.call("SET", "unpromised", "1");
        server.await("the log has begun", () -> names().contains(NAME + "2.incr") && manifestNames("2.incr"));
        client.call("SET", "unpromised", "2");
        kill();
        start("appendonly yes");
        assertEquals("1", client.text("DBSIZE"));
        assertEquals("v", client.text("GET", "k"));
        server.await("the increment is deleted", () -> !names().contains(NAME + "2.incr") && !manifestNames(" type h "));
    }

    @Test
    void switchingOffWhileTheFirstBaseIsWrittenLeavesNoIncrement() throws Exception {
        start("appendonly no");
        lanes.hold("aof_rewrite");
        client.call("SET", "k", "v");
        client.call("CONFIG", "SET", "appendonly", "yes");
        server.await("the log has begun", () -> names().contains(NAME + "1.incr") && manifestNames("1.incr"));
        client.call("CONFIG", "SET", "appendonly", "no");
        server.await("the increment is deleted", () -> names().isEmpty() && !manifestNames(" type h "));
        lanes.release("aof_rewrite");
        client.call("CONFIG", "SET", "appendonly", "yes");
        server.await("the base is written", () -> names().stream().anyMatch(n -> n.equals(NAME + "1.base")) && manifestNames("1.base"));
        stop();
        start("appendonly yes");
        assertEquals("v", client.text("GET", "k"));
    }

    private boolean manifestNames(String what) {
        try {
            Path manifest = files.resolve(NAME + "manifest");
            return Files.exists(manifest) && Files.readString(manifest).contains(what);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
