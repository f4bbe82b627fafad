package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of the log sees while the log is written, rewritten and damaged. */
class AofReaderTest {
    @TempDir private Path directory;
    private MadeFiles files;

    AofReaderTest() {
        files = new MadeFiles(Path.of(""));
    }

    @BeforeEach
    void make() {
        files = new MadeFiles(directory);
    }

    @AfterEach
    void end() throws IOException {
        files.close();
    }

    /** All that is there now, as "number db command". */
    private static List<String> drain(AofReader reader) throws IOException {
        List<String> all = new ArrayList<>();
        for (Optional<Change> c = reader.poll(); c.isPresent(); c = reader.poll()) {
            for (Command command : c.get().commands()) {
                all.add((c.get().base() ? "base" : c.get().sequence()) + " " + command.database() + " " + command);
            }
        }
        return all;
    }

    @Test
    void changesAreSeenAsTheyAreWritten() throws IOException {
        files.begin();
        try (AofReader reader = AofReader.all(directory)) {
            assertFalse(reader.poll().isPresent());
            for (int i = 0; i < 50; i++) {
                files.command(i, "SET", "k" + i, "v");
                Change change = reader.poll().orElseThrow();
                assertEquals(2 + i, change.sequence());
                assertEquals(Instant.ofEpochSecond(MadeFiles.FIRST_SECOND + i), change.time());
                assertEquals("\"SET\" \"k" + i + "\" \"v\"", change.commands().getFirst().toString());
                assertFalse(reader.poll().isPresent());
            }
        }
    }

    @Test
    void eachCommandTellsTheDatabaseThatItIsExecutedIn() throws IOException {
        files.begin();
        byte[] select = MadeFiles.resp("SELECT", "7");
        byte[] first = MadeFiles.resp("DEL", "a");
        byte[] both = Arrays.copyOf(first, 2 * first.length + select.length);
        System.arraycopy(select, 0, both, first.length, select.length);
        System.arraycopy(first, 0, both, first.length + select.length, first.length);
        files.record(RecordFormat.FIRST | RecordFormat.LAST, 3, 0, both);
        try (AofReader reader = AofReader.all(directory)) {
            assertEquals(List.of("2 3 \"DEL\" \"a\"", "2 7 \"DEL\" \"a\""), drain(reader));
        }
    }

    @Test
    void aGroupIsSeenOnlyWhenItIsWhole() throws IOException {
        files.begin();
        byte[] whole = MadeFiles.resp("SET", "k", "x".repeat(300));
        try (AofReader reader = AofReader.all(directory)) {
            files.record(RecordFormat.FIRST, 0, 0, Arrays.copyOfRange(whole, 0, 100));
            assertFalse(reader.poll().isPresent());
            files.record(0, 0, 0, Arrays.copyOfRange(whole, 100, 200));
            assertFalse(reader.poll().isPresent());
            files.record(RecordFormat.LAST, 0, 0, Arrays.copyOfRange(whole, 200, whole.length));
            Change change = reader.poll().orElseThrow();
            assertEquals(4, change.sequence());
            assertEquals(300, change.commands().getFirst().words().get(2).length);
        }
    }

    @Test
    void aReaderGoesOnThroughRewritesThatDeleteWhatItReads() throws IOException {
        files.begin();
        try (AofReader reader = AofReader.fromSequence(directory, 1)) {
            files.command(0, "SET", "a", "1");
            assertEquals(1, drain(reader).size());
            files.command(1, "SET", "a", "2");
            files.begin();
            files.rewritten(MadeFiles.resp("SET", "a", "2"));
            files.command(2, "SET", "a", "3");
            assertEquals(List.of("3 0 \"SET\" \"a\" \"2\"", "5 0 \"SET\" \"a\" \"3\""), drain(reader));
            files.begin();
            files.command(3, "SET", "a", "4");
            assertEquals(List.of("7 0 \"SET\" \"a\" \"4\""), drain(reader));
        }
    }

    @Test
    void aReaderThatIsTooFarBehindIsToldSoAndWhereToGoOn() throws IOException {
        files.begin();
        files.command(0, "SET", "a", "1");
        try (AofReader reader = AofReader.fromSequence(directory, 1)) {
            assertEquals(1, drain(reader).size());
            files.begin();
            files.command(0, "SET", "a", "2");
            files.begin();
            files.rewritten(MadeFiles.resp("SET", "a", "2"));
            AofReader.Gone gone = assertThrows(AofReader.Gone.class, () -> drain(reader));
            assertEquals(5, gone.firstSequence());
        }
        try (AofReader late = AofReader.fromSequence(directory, 2)) {
            assertEquals(5, assertThrows(AofReader.Gone.class, late::poll).firstSequence());
        }
        try (AofReader all = AofReader.all(directory)) {
            assertEquals(List.of("base 0 \"SET\" \"a\" \"2\""), drain(all));
        }
    }

    @Test
    void readingBeginsAtANumberOrATime() throws IOException {
        files.begin();
        for (int i = 0; i < 5; i++) {
            files.command(i, "SET", "k", Integer.toString(i));
        }
        files.begin();
        files.command(5, "SET", "k", "5");
        try (AofReader reader = AofReader.fromSequence(directory, 5)) {
            assertEquals(3, drain(reader).size());
        }
        try (AofReader reader = AofReader.fromTime(directory, Instant.ofEpochSecond(MadeFiles.FIRST_SECOND + 4))) {
            assertEquals(List.of("6 0 \"SET\" \"k\" \"4\"", "8 0 \"SET\" \"k\" \"5\""), drain(reader));
        }
        try (AofReader reader = AofReader.fromSequence(directory, 9)) {
            assertFalse(reader.poll().isPresent());
            files.command(6, "SET", "k", "6");
            assertEquals(9, reader.poll().orElseThrow().sequence());
        }
        try (AofReader reader = AofReader.fromSequence(directory, 100)) {
            assertTrue(String.valueOf(assertThrows(IOException.class, reader::poll).getMessage()).contains("ends with record 9"));
        }
    }

    @Test
    void whatWasLoggedBeforeTheBaseIsNotSilentlyLeftOut() throws IOException {
        files.begin();
        files.rewritten(MadeFiles.resp("SET", "a", "2"));
        try (AofReader reader = AofReader.fromTime(directory, Instant.ofEpochSecond(MadeFiles.FIRST_SECOND - 1))) {
            assertEquals(1, assertThrows(AofReader.Gone.class, reader::poll).firstSequence());
        }
    }

    @Test
    void damageIsToldAndNothingBehindItIsGiven() throws IOException {
        files.begin();
        for (int i = 0; i < 5; i++) {
            files.command(i, "SET", "k", Integer.toString(i));
        }
        files.close();
        long at;
        try (IncrementScanner scanner = new IncrementScanner(files.file(), 1)) {
            for (int i = 0; i < 4; i++) {
                scanner.next();
            }
            at = scanner.offset();
        }
        try (RandomAccessFile f = new RandomAccessFile(files.file().toFile(), "rw")) {
            f.seek(at + 50);
            f.write(9);
        }
        try (AofReader reader = AofReader.all(directory)) {
            assertEquals(2, reader.poll().orElseThrow().sequence());
            assertEquals(3, reader.poll().orElseThrow().sequence());
            String message = String.valueOf(assertThrows(IOException.class, reader::poll).getMessage());
            assertTrue(message.contains("record 4") && message.contains("checksum"), message);
        }
    }
}
