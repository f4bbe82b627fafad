package dev.cairn.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogSinkTest {
    @TempDir Path dir;

    @AfterEach
    void restore() {
        LogSink.standardOutput();
        LogSink.syslogOff();
        LogSink.role('M');
    }

    @Test
    void writesLinesInTheFormatOfRedis() {
        try (CapturedLog log = new CapturedLog()) {
            Logger logger = LoggerFactory.getLogger("test");
            logger.info("Hello {}", "world");
            String pid = Long.toString(ProcessHandle.current().pid());
            assertTrue(log.text().matches(pid + ":M \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\* Hello world\n"),
                    log.text());
        }
    }

    @Test
    void marksEachLevel() {
        try (CapturedLog log = new CapturedLog()) {
            Logger logger = LoggerFactory.getLogger("test");
            logger.trace("a");
            logger.debug("b");
            logger.info("c");
            logger.warn("d");
            logger.error("e");
            assertEquals(List.of(". a", "- b", "* c", "# d", "# e"), log.messages());
        }
    }

    @Test
    void leavesOutWhatIsBelowTheLevel() {
        try (CapturedLog log = new CapturedLog()) {
            LogSink.level(LogLevel.WARNING);
            Logger logger = LoggerFactory.getLogger("test");
            logger.info("no");
            logger.warn("yes");
            assertFalse(logger.isInfoEnabled());
            LogSink.level(LogLevel.NOTHING);
            logger.error("never");
            assertEquals(List.of("# yes"), log.messages());
        }
    }

    @Test
    void takesWhatTheSystemLoggerGets() {
        try (CapturedLog log = new CapturedLog()) {
            System.Logger logger = System.getLogger("test.system");
            logger.log(System.Logger.Level.INFO, "port {0} of {1}, it''s {2}", 6379, "tcp", null);
            logger.log(System.Logger.Level.WARNING, "plain {0}");
            assertEquals(List.of("* port 6379 of tcp, it's null", "# plain {0}"), log.messages());
        }
    }

    @Test
    void addsTheStackTraceOfWhatWasThrown() {
        try (CapturedLog log = new CapturedLog()) {
            LoggerFactory.getLogger("test").warn("It broke", new IllegalStateException("why"));
            assertTrue(log.messages().get(0).startsWith("# It broke"));
            assertTrue(log.text().contains("\njava.lang.IllegalStateException: why\n"));
            assertTrue(log.text().endsWith("\n"));
        }
    }

    @Test
    void showsTheRole() {
        try (CapturedLog log = new CapturedLog()) {
            LogSink.role('S');
            LoggerFactory.getLogger("test").info("x");
            assertTrue(log.text().contains(":S "));
        }
    }

    @Test
    void writesCharactersAsUtf8AndLongLinesWhole() {
        try (CapturedLog log = new CapturedLog()) {
            String text = "ключ".repeat(50_000);
            LoggerFactory.getLogger("test").info(text);
            assertEquals(List.of("* " + text), log.messages());
        }
    }

    @Test
    void countsDatesAsTheCalendarDoes() {
        DateTimeFormatter format = DateTimeFormatter.ofPattern("dd MMM yyyy HH:mm:ss.SSS", Locale.ROOT);
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            long millis = random.nextLong(-60L * 365 * 86_400_000, 400L * 365 * 86_400_000);
            LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000L), (int) Math.floorMod(millis, 1000L) * 1_000_000,
                    ZoneOffset.UTC);
            assertEquals(time.format(format), LogSink.format(millis));
        }
    }

    @Test
    void appendsToAFileAndFollowsItsName() throws IOException {
        Path file = dir.resolve("cairn.txt");
        Files.writeString(file, "before\n");
        LogSink.file(file);
        LogSink.log(LogLevel.WARNING, "first");
        Path rotated = dir.resolve("cairn.txt.1");
        Files.move(file, rotated);
        LogSink.log(LogLevel.WARNING, "second");
        Files.delete(file);
        LogSink.log(LogLevel.WARNING, "third");
        assertTrue(Files.readString(rotated).startsWith("before\n"));
        assertTrue(Files.readString(rotated).endsWith("# first\n"));
        assertTrue(Files.readString(file).endsWith("# third\n"));
        assertEquals(1, Files.readAllLines(file).size());
    }

    @Test
    void keepsItsDestinationWhenAFileCannotBeOpened() throws IOException {
        Path file = dir.resolve("good");
        LogSink.file(file);
        assertThrows(IOException.class, () -> LogSink.file(dir.resolve("missing/bad")));
        LogSink.log(LogLevel.WARNING, "still here");
        assertTrue(Files.readString(file).endsWith("# still here\n"));
    }

    @Test
    void doesNotMixLinesOfThreads() throws Exception {
        Path file = dir.resolve("many");
        LogSink.file(file);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String text = Character.toString('a' + t).repeat(200);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200; i++) {
                    LogSink.log(LogLevel.WARNING, text);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        assertEquals(800, lines.size());
        for (String line : lines) {
            assertTrue(line.matches(".* # (a{200}|b{200}|c{200}|d{200})"), line);
        }
    }

    @Test
    void refusesAnUnknownSyslogFacilityAndLosesLinesThatNobodyTakes() {
        assertThrows(IllegalArgumentException.class, () -> LogSink.syslog("cairn", "mail"));
        try (CapturedLog log = new CapturedLog()) {
            LogSink.redirect(null, dir.resolve("nobody").toString());
            LogSink.syslog("cairn", "LOCAL7");
            assertTrue(LogSink.syslogEnabled());
            LogSink.level(LogLevel.WARNING);
            LogSink.file(dir.resolve("file"));
            LogSink.log(LogLevel.WARNING, "kept in the file");
            assertTrue(Files.readString(dir.resolve("file")).endsWith("kept in the file\n"));
            assertEquals("", log.text());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void knowsTheNamesOfTheLevels() {
        assertEquals(LogLevel.VERBOSE, LogLevel.of("Verbose").orElseThrow());
        assertTrue(LogLevel.of("loud").isEmpty());
        assertEquals("notice", LogLevel.NOTICE.optionName());
    }
}
