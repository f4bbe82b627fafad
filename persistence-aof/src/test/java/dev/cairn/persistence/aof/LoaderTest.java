package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/** What the loader makes of every kind of damage: the good part up to it, or a refusal that tells where and what to do. */
class LoaderTest {
    private static final int RECORDS = 12;

    @TempDir private Path directory;
    private Path manifestFile;
    private final RecordingHost host = new RecordingHost();

    /** How many records before each may not be on disk where it is written under always. */
    private int unforced;

    @BeforeEach
    void name() {
        manifestFile = directory.resolve("a.aof.manifest");
    }

    /** Writes an increment with records of one command each; returns the sequence number after the last. */
    private long increment(String name, long start, int records, int flags, int payload) throws IOException {
        long sequence = start;
        long record = Pages.map(RecordFormat.HEADER + payload + 64);
        try (ChronicleFile file = ChronicleFile.open(directory.resolve(name), false)) {
            file.begin(sequence++, 1);
            for (int i = 0; i < records; i++) {
                byte[] command = ("command " + sequence + " ").getBytes(StandardCharsets.US_ASCII);
                Memory.fill(record + RecordFormat.HEADER, payload, (byte) 'x');
                Memory.copyFromArray(command, 0, record + RecordFormat.HEADER, command.length);
                RecordFormat.header(record, sequence++, 1000 + i, payload, 0, RecordFormat.FIRST | RecordFormat.LAST | flags, unforced);
                file.append(record, RecordFormat.HEADER + payload);
            }
            file.end();
        } finally {
            Pages.unmap(record, RecordFormat.HEADER + payload + 64);
        }
        return sequence;
    }

    private Path file(String increment) throws IOException {
        return Directories.queueFile(directory.resolve(increment));
    }

    private static Manifest of(Entry... increments) {
        return new Manifest(Optional.empty(), List.of(increments), List.of());
    }

    private static Entry open(String name, long number, long start) {
        return new Entry(name, number, start, Manifest.OPEN);
    }

    private Loader.Result load(Manifest manifest, boolean truncated) throws IOException {
        host.commands.clear();
        return new Loader(host, manifestFile, manifest, truncated, 1 << 20).load();
    }

    private List<String> expected(int from, int to) {
        List<String> all = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            all.add("command " + i);
        }
        return all;
    }

    /** Where in the file each record's document begins, and at last where the next would. */
    private List<Long> offsets(Path file) throws IOException {
        List<Long> all = new ArrayList<>();
        try (IncrementScanner scanner = new IncrementScanner(file, 1)) {
            while (scanner.next() == IncrementScanner.Found.RECORD) {
                all.add(scanner.offset());
            }
            all.add(scanner.position());
        }
        return all;
    }

    private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.seek(at);
            f.write(bytes);
        }
    }

    private void assertRefused(Manifest manifest, String... words) {
        IOException refused = assertThrows(IOException.class, () -> load(manifest, true));
        for (String word : words) {
            assertTrue(String.valueOf(refused.getMessage()).contains(word), () -> "no '" + word + "' in: " + refused.getMessage());
        }
    }

    @Test
    void loadsAllIncrementsInTheirOrder() throws IOException {
        long next = increment("a.1.incr", 1, RECORDS, 0, 40);
        increment("a.2.incr", next, RECORDS, 0, 40);
        Loader.Result result = load(of(new Entry("a.1.incr", 1, 1, next - 1), open("a.2.incr", 2, next)), false);
        List<String> all = expected(2, RECORDS + 1);
        all.addAll(expected((int) next + 1, (int) next + RECORDS));
        assertEquals(all, host.commands);
        assertEquals(next + RECORDS, result.lastSequence());
    }

    @Test
    void aCutAtEveryByteOfTheLastRecordLosesThatRecordOnly() throws IOException {
        increment("a.1.incr", 1, RECORDS, 0, 40);
        Path file = file("a.1.incr");
        byte[] whole = Files.readAllBytes(file);
        List<Long> offsets = offsets(file);
        long last = offsets.get(RECORDS);
        long end = offsets.get(RECORDS + 1);
        Manifest manifest = of(open("a.1.incr", 1, 1));
        for (long cut = last; cut < end; cut++) {
            Files.write(file, java.util.Arrays.copyOf(whole, (int) cut));
            Loader.Result result = load(manifest, true);
            assertEquals(expected(2, RECORDS), host.commands, "cut at " + cut);
            assertEquals(RECORDS, result.lastSequence());
        }
        Files.write(file, java.util.Arrays.copyOf(whole, (int) end - 1));
        IOException refused = assertThrows(IOException.class, () -> load(manifest, false));
        assertTrue(String.valueOf(refused.getMessage()).contains("record " + (RECORDS + 1)), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).contains("cairn-check-aof --fix " + manifestFile), refused.getMessage());
    }

    @Test
    void aFlippedBitIsNeverLoaded() throws IOException {
        increment("a.1.incr", 1, RECORDS, 0, 40);
        Path file = file("a.1.incr");
        byte[] whole = Files.readAllBytes(file);
        List<Long> offsets = offsets(file);
        int middle = RECORDS / 2;
        for (long at = offsets.get(middle); at < offsets.get(middle + 1); at++) {
            byte[] damaged = whole.clone();
            damaged[(int) at] ^= (byte) (1 << at % 8);
            Files.write(file, damaged);
            Loader.Result result = load(of(open("a.1.incr", 1, 1)), true);
            if (at < offsets.get(middle + 1) - padding(offsets, middle)) {
                assertEquals(expected(2, middle), host.commands, "flipped at " + at);
                assertEquals(middle, result.lastSequence());
            }
        }
    }

    /** Bytes behind a document that mean nothing. */
    private static long padding(List<Long> offsets, int record) {
        return offsets.get(record + 1) - offsets.get(record) - 4 - RecordFormat.HEADER - 40;
    }

    @Test
    void damageBeforeRecordsThatWereForcedIsRefused() throws IOException {
        increment("a.1.incr", 1, RECORDS, RecordFormat.FORCED, 40);
        Path file = file("a.1.incr");
        long at = offsets(file).get(RECORDS / 2);
        overwrite(file, at + 20, new byte[]{1, 2, 3});
        assertRefused(of(open("a.1.incr", 1, 1)), file.toString(), "record " + (RECORDS / 2 + 1), "cairn-check-aof --fix", "safe on disk");
    }

    @Test
    void damageOfRecordsThatWereStillBeingForcedIsDroppedAsTheEnd() throws IOException {
        unforced = 4;
        increment("a.1.incr", 1, RECORDS, RecordFormat.FORCED, 40);
        Path file = file("a.1.incr");
        byte[] whole = Files.readAllBytes(file);
        overwrite(file, offsets(file).get(RECORDS - 4) + 20, new byte[]{1, 2, 3});
        Loader.Result result = load(of(open("a.1.incr", 1, 1)), true);
        assertEquals(RECORDS - 4, result.lastSequence());
        assertEquals(expected(2, RECORDS - 4), host.commands);
        Files.write(file, whole);
        overwrite(file, offsets(file).get(RECORDS - 5) + 20, new byte[]{1, 2, 3});
        assertRefused(of(open("a.1.incr", 1, 1)), "record " + (RECORDS - 4), "safe on disk");
    }

    @Test
    void damageInASealedIncrementIsRefused() throws IOException {
        long next = increment("a.1.incr", 1, RECORDS, 0, 40);
        increment("a.2.incr", next, RECORDS, 0, 40);
        Path file = file("a.1.incr");
        overwrite(file, offsets(file).get(3) + 10, new byte[]{9});
        assertRefused(of(new Entry("a.1.incr", 1, 1, next - 1), open("a.2.incr", 2, next)), file.toString(), "record 4", "--fix");
    }

    @Test
    void aSealedIncrementThatEndsEarlyIsRefused() throws IOException {
        long next = increment("a.1.incr", 1, RECORDS, 0, 40);
        Path file = file("a.1.incr");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, offsets(file).get(RECORDS).intValue()));
        assertRefused(of(new Entry("a.1.incr", 1, 1, next - 1)), file.toString(), "record " + (RECORDS + 1));
    }

    @Test
    void whatStandsBehindTheSealIsNotLoaded() throws IOException {
        increment("a.1.incr", 1, RECORDS, 0, 40);
        Loader.Result result = load(of(new Entry("a.1.incr", 1, 1, 5)), false);
        assertEquals(expected(2, 5), host.commands);
        assertEquals(5, result.lastSequence());
    }

    @Test
    void zeroedAndRandomPagesNeverBringAnythingButAPrefix() throws IOException {
        Random random = new Random(20260726);
        increment("a.1.incr", 1, 60, 0, 1500);
        Path file = file("a.1.incr");
        byte[] whole = Files.readAllBytes(file);
        int first = (int) (offsets(file).getFirst() / 4096) + 1;
        int pages = whole.length / 4096;
        for (int round = 0; round < 60; round++) {
            byte[] damaged = whole.clone();
            int lost = 1 + random.nextInt(4);
            for (int i = 0; i < lost; i++) {
                int page = first + random.nextInt(pages - first);
                byte[] content = new byte[4096];
                if (random.nextBoolean()) {
                    random.nextBytes(content);
                }
                System.arraycopy(content, 0, damaged, page * 4096, 4096);
            }
            Files.write(file, damaged);
            Loader.Result result = load(of(open("a.1.incr", 1, 1)), true);
            assertEquals(expected(2, (int) result.lastSequence()), host.commands);
        }
    }

    @Test
    void aGroupThatHasNotEndedIsDroppedWhole() throws IOException {
        long record = Pages.map(4096);
        try (ChronicleFile file = ChronicleFile.open(directory.resolve("a.1.incr"), false)) {
            file.begin(1, 1);
            int[] flags = {RecordFormat.FIRST | RecordFormat.LAST, RecordFormat.FIRST, 0, RecordFormat.LAST, RecordFormat.FIRST, 0};
            for (int i = 0; i < flags.length; i++) {
                byte[] part = (i + " ").getBytes(StandardCharsets.US_ASCII);
                Memory.copyFromArray(part, 0, record + RecordFormat.HEADER, 2);
                RecordFormat.header(record, 2 + i, 5, 2, 0, flags[i]);
                file.append(record, RecordFormat.HEADER + 2);
            }
            file.end();
        } finally {
            Pages.unmap(record, 4096);
        }
        Loader.Result result = load(of(open("a.1.incr", 1, 1)), true);
        assertEquals(List.of("0 ", "1 2 3 "), host.raw);
        assertEquals(5, result.lastSequence());
    }

    @Test
    void theLibrarysMetadataDoesNotMatter() throws IOException {
        increment("a.1.incr", 1, RECORDS, 0, 40);
        Files.write(directory.resolve("a.1.incr/metadata.cq4t"), new byte[]{1, 2, 3});
        load(of(open("a.1.incr", 1, 1)), false);
        assertEquals(expected(2, RECORDS + 1), host.commands);
        Files.delete(directory.resolve("a.1.incr/metadata.cq4t"));
        load(of(open("a.1.incr", 1, 1)), false);
        assertEquals(expected(2, RECORDS + 1), host.commands);
    }

    @Test
    void missingFilesAndGapsAreRefused() throws IOException {
        long next = increment("a.1.incr", 1, RECORDS, 0, 40);
        assertRefused(of(new Entry("a.1.incr", 1, 1, next - 1), open("a.2.incr", 2, next)), "a.2.incr", "missing");
        increment("a.2.incr", next + 5, RECORDS, 0, 40);
        assertRefused(of(new Entry("a.1.incr", 1, 1, next - 1), open("a.2.incr", 2, next + 5)), "gap", "a.2.incr");
        Manifest withBase = new Manifest(Optional.of(open("a.1.base", 1, 1)), List.of(open("a.1.incr", 1, 1)), List.of());
        assertRefused(withBase, "a.1.base", "missing");
    }

    @Test
    void aDamagedBaseIsRefusedWhereverItIsDamaged() throws IOException {
        Path file = directory.resolve("a.1.base");
        long block = Pages.map(4096);
        byte[] commands = "command 1 command 2 ".getBytes(StandardCharsets.US_ASCII);
        try (BaseFile.Writer writer = new BaseFile.Writer(file, true)) {
            for (int i = 0; i < 2; i++) {
                Memory.copyFromArray(commands, 0, block + BaseFile.HEADER, commands.length);
                writer.block(block, commands.length, i);
            }
            writer.finish();
        } finally {
            Pages.unmap(block, 4096);
        }
        Manifest manifest = new Manifest(Optional.of(open("a.1.base", 1, 7)), List.of(), List.of());
        assertEquals(6, load(manifest, true).lastSequence());
        assertEquals(4, host.commands.size());
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(file, java.util.Arrays.copyOf(whole, cut));
            assertRefused(manifest, "a.1.base", "damaged");
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            Files.write(file, damaged);
            assertRefused(manifest, "a.1.base", "damaged");
        }
    }

    @Test
    void aManifestIsReadBackAndRefusedWhereAnyByteOfItIsWrong() throws IOException {
        Manifest manifest = new Manifest(Optional.of(open("a.aof.2.base", 2, 17)),
                List.of(new Entry("a.aof.3.incr", 3, 17, 29), open("a.aof.4.incr", 4, 30)),
                List.of(new Entry("a.aof.1.base", 1, 1, 3)));
        manifest.write(manifestFile);
        assertEquals(manifest, Manifest.read(manifestFile));
        byte[] whole = Files.readAllBytes(manifestFile);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(manifestFile, damaged);
            IOException refused = assertThrows(IOException.class, () -> Manifest.read(manifestFile));
            assertTrue(String.valueOf(refused.getMessage()).contains(manifestFile.toString()), refused.getMessage());
        }
    }
}
