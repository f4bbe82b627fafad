package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code cairn-check-aof} says of good and damaged files, and what is left when it has mended them. */
class CheckAofTest {
    private static final int CHANGES = 6;

    @TempDir private Path directory;
    private MadeFiles files;
    private String output = "";

    CheckAofTest() {
        files = new MadeFiles(Path.of(""));
    }

    @BeforeEach
    void make() throws IOException {
        files = new MadeFiles(directory);
        files.begin();
        for (int i = 0; i < CHANGES; i++) {
            files.command(i, "SET", "key:" + i, Integer.toString(i));
        }
        files.begin();
        files.command(CHANGES, "DEL", "other", "key:1");
        files.close();
    }

    private int run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.ISO_8859_1)) {
            int code = new CheckAof(out).run(Stream.concat(Stream.of(arguments), Stream.of(directory.toString())).toList());
            out.flush();
            output = bytes.toString(StandardCharsets.ISO_8859_1);
            return code;
        }
    }

    private List<String> dumped(String... filters) {
        assertEquals(0, run(Stream.concat(Stream.of("dump"), Stream.of(filters)).toArray(String[]::new)), output);
        return output.lines().toList();
    }

    private void assertOutput(String... words) {
        for (String word : words) {
            assertTrue(output.contains(word), () -> "no '" + word + "' in: " + output);
        }
    }

    private Path increment(int number) throws IOException {
        return Directories.queueFile(directory.resolve("a.aof." + number + ".incr"));
    }

    /** Damages the record with a number in the first increment. */
    private void damage(int sequence) throws IOException {
        long at;
        try (IncrementScanner scanner = new IncrementScanner(increment(1), 1)) {
            for (int i = 0; i < sequence; i++) {
                scanner.next();
            }
            at = scanner.offset();
        }
        try (RandomAccessFile f = new RandomAccessFile(increment(1).toFile(), "rw")) {
            f.seek(at + 50);
            f.write(200);
        }
    }

    @Test
    void goodFilesAreValid() {
        assertEquals(0, run());
        assertOutput("is valid", "2 increments from record 1 on");
        assertEquals(0, run("--fix"));
        assertOutput("Nothing is damaged");
    }

    @Test
    void damageIsToldAndMendedUpToTheLastGoodRecordWithNothingDeleted() throws IOException {
        damage(4);
        assertEquals(1, run());
        assertOutput("record 4", "wrong checksum", "is not valid. Use the --fix option");
        assertEquals(0, run("--fix", "--yes"));
        assertOutput("a.aof.1.incr: all records after 3", "a.aof.2.incr: all records, from 8 on");
        assertEquals(0, run());
        assertEquals(2, dumped().size());
        assertTrue(Files.exists(increment(2)));
    }

    @Test
    void withoutAnAnswerNothingIsChanged() throws IOException {
        damage(4);
        byte[] before = Files.readAllBytes(files.manifestFile);
        var in = System.in;
        System.setIn(new java.io.ByteArrayInputStream("n\n".getBytes(StandardCharsets.US_ASCII)));
        try {
            assertEquals(1, run("--fix"));
        } finally {
            System.setIn(in);
        }
        assertOutput("Continue?", "Aborting", "nothing is changed");
        assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(files.manifestFile));
    }

    @Test
    void aMissingIncrementIsToldAndTheOnesBeforeAreKept() throws IOException {
        Directories.delete(directory.resolve("a.aof.2.incr"));
        assertEquals(1, run());
        assertOutput("missing", "a.aof.2.incr");
        assertEquals(0, run("--fix", "--yes"));
        assertEquals(0, run());
        assertEquals(CHANGES, dumped().size());
    }

    @Test
    void aTruncatedEndIsMended() throws IOException {
        try (FileChannel f = FileChannel.open(increment(2), StandardOpenOption.WRITE)) {
            f.truncate(f.size() - 20);
        }
        assertEquals(1, run());
        assertEquals(0, run("--fix", "--yes"));
        assertOutput("a.aof.2.incr: all records after 8");
        assertEquals(CHANGES, dumped().size());
    }

    @Test
    void aDamagedManifestIsRebuiltFromTheFiles() throws IOException {
        files.begin();
        files.rewritten(MadeFiles.resp("SET", "all", "1"));
        files.command(CHANGES + 1, "SET", "more", "1");
        files.close();
        List<String> before = dumped();
        assertEquals(2, before.size());
        Files.writeString(files.manifestFile, "nothing of worth");
        assertEquals(1, run());
        assertOutput("manifest", "damaged");
        assertEquals(0, run("--fix", "--yes"));
        assertEquals(0, run());
        assertEquals(before.getLast(), dumped().getLast());
        assertTrue(dumped().getFirst().startsWith("base "));
    }

    @Test
    void aDamagedManifestIsRebuiltBesideIncrementsThatWereNeverBegun() throws IOException {
        files.begin();
        files.command(CHANGES + 1, "SET", "more", "1");
        files.close();
        List<String> before = dumped();
        ChronicleFile neverBegun = ChronicleFile.open(directory.resolve("a.aof.4.incr"), false);
        neverBegun.end();
        neverBegun.close();
        Files.createDirectory(directory.resolve("a.aof.5.incr"));
        Files.writeString(files.manifestFile, "nothing of worth");
        assertEquals(0, run("--fix", "--yes"), () -> output);
        assertEquals(0, run(), () -> output);
        assertEquals(before, dumped());
        assertEquals(List.of("a.aof.1.incr", "a.aof.2.incr", "a.aof.3.incr"),
                Manifest.read(files.manifestFile).increments().stream().map(Manifest.Entry::name).toList());
    }

    @Test
    void aDamagedManifestIsNotRebuiltBesideAnIncrementThatBeginsDamaged() throws IOException {
        long at;
        try (IncrementScanner scanner = new IncrementScanner(increment(2), 0)) {
            scanner.next();
            at = scanner.offset();
        }
        byte[] bytes = Files.readAllBytes(increment(2));
        bytes[(int) at + 8]++;
        Files.write(increment(2), bytes);
        Files.writeString(files.manifestFile, "nothing of worth");
        assertEquals(1, run("--fix", "--yes"));
        assertEquals("nothing of worth", Files.readString(files.manifestFile));
    }

    @Test
    void theGoodBlocksOfADamagedBaseAreKept() throws IOException {
        files.begin();
        files.rewritten(MadeFiles.resp("SET", "all", "1"));
        files.close();
        try (FileChannel f = FileChannel.open(directory.resolve("a.aof.1.base"), StandardOpenOption.WRITE)) {
            f.truncate(f.size() - 1);
        }
        assertEquals(1, run());
        assertOutput("base", "damaged");
        assertEquals(0, run("--fix", "--yes"));
        assertOutput("a.aof.2.base");
        assertEquals(0, run());
        assertTrue(dumped().getFirst().endsWith("\"SET\" \"all\" \"1\""));
    }

    @Test
    void truncationKeepsWhatWasLoggedUpToThatSecond() {
        assertEquals(0, run("--yes", "--truncate-to-timestamp", Long.toString(MadeFiles.FIRST_SECOND + 2)));
        assertEquals(0, run());
        assertEquals(3, dumped().size());
        assertEquals(1, run("--yes", "--truncate-to-timestamp", Long.toString(MadeFiles.FIRST_SECOND - 1)));
        assertEquals(3, dumped().size());
        assertEquals(0, run("--yes", "--truncate-to-timestamp", Long.toString(MadeFiles.FIRST_SECOND + 100)));
        assertEquals(3, dumped().size());
    }

    @Test
    void dumpTellsNumberTimeDatabaseAndWords() {
        assertEquals("3 2023-11-14T22:13:21Z db0 \"SET\" \"key:1\" \"1\"", dumped().get(1));
        assertEquals(CHANGES + 1, output.lines().count());
    }

    @Test
    void dumpShowsWhatPassesItsFilters() {
        assertEquals(2, dumped("--key", "key:1").size());
        assertEquals(CHANGES + 1, dumped("--key", "key:*").size());
        assertEquals(1, dumped("--key", "other").size());
        assertEquals(2, dumped("--from", Long.toString(MadeFiles.FIRST_SECOND + 2), "--to", "2023-11-14T22:13:24Z").size());
        assertEquals(3, dumped("--sequence", "6").size());
    }

    @Test
    void tailShowsTheLastChanges() {
        assertEquals(0, run("tail", "-n", "2"));
        assertEquals(2, output.lines().count());
        assertTrue(output.endsWith("\"DEL\" \"other\" \"key:1\"" + System.lineSeparator()), output);
    }

    @Test
    void wrongUsageAndMissingFilesAreFailures() {
        assertEquals(1, run("--nonsense"));
        assertEquals(1, run("dump", "--from", "yesterday"));
        assertEquals(1, run("extra"));
        assertEquals(1, new CheckAof(System.out).run(List.of(directory.resolve("none").toString())));
        assertFalse(Files.exists(directory.resolve("none")));
    }
}
