package dev.cairn.core.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.core.config.ConfigError;
import dev.cairn.core.config.Directive;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private static CommandLine parse(String... args) throws BootFailure {
        return CommandLine.parse("/usr/bin/cairn-server", args);
    }

    private static List<List<String>> options(String... args) throws BootFailure {
        return parse(args).options().stream().map(Directive::args).toList();
    }

    private static List<String> texts(String... args) throws BootFailure {
        return parse(args).options().stream().map(Directive::text).toList();
    }

    @Test
    void runsTheServerWithoutArguments() throws Exception {
        assertEquals(new CommandLine(CommandLine.Mode.SERVER, Optional.empty(), false, List.of(), 0), parse());
    }

    @Test
    void takesTheFirstArgumentAsTheFile() throws Exception {
        CommandLine line = parse("my.conf", "--loglevel", "verbose");
        assertEquals(Optional.of("my.conf"), line.configFile());
        assertEquals(List.of(new Directive("command line", 1, "loglevel \"verbose\"", List.of("loglevel", "verbose"))), line.options());
    }

    @Test
    void readsStandardInputForALoneDashFirstOrLast() throws Exception {
        assertTrue(parse("-").stdin());
        assertEquals(Optional.empty(), parse("-").configFile());
        CommandLine line = parse("my.conf", "--port", "7000", "-");
        assertTrue(line.stdin());
        assertEquals(List.of(List.of("port", "7000")), line.options().stream().map(Directive::args).toList());
        CommandLine middle = parse("my.conf", "--logfile", "-", "--port", "1");
        assertFalse(middle.stdin());
        assertEquals(List.of("logfile", "-"), middle.options().get(0).args());
    }

    @Test
    void takesAllThatFollowsAnOptionUpToTheNextAsItsValues() throws Exception {
        assertEquals(List.of(List.of("port", "6379", "6380"), List.of("save", "1", "2")),
                options("--port", "6379", "6380", "--SAVE", "1", "2"));
        assertEquals(List.of("port \"6379\" \"6380\""), texts("--port", "6379", "6380"));
    }

    @Test
    void takesOneValueWithTwoDashesRightAfterAnOption() throws Exception {
        assertEquals(List.of("port \"--loglevel\" \"verbose\""), texts("--port", "--loglevel", "verbose"));
        assertEquals(List.of("port \"--bla\"", "loglevel \"verbose\""), texts("--port", "--bla", "--loglevel", "verbose"));
        assertEquals(List.of("replicaof \"--127.0.0.1\"", "abc"), texts("--replicaof", "--127.0.0.1", "--abc"));
        assertEquals(List.of("port"), texts("--port"));
    }

    @Test
    void readsNameAndValueInOneArgument() throws Exception {
        assertEquals(List.of(List.of("maxmemory", "700mb"), List.of("maxmemory-policy", "volatile-lru")),
                options("--maxmemory 700mb", "--maxmemory-policy 'volatile-lru'"));
        assertEquals(List.of(List.of("proc-title-template", "--my--title"), List.of("loglevel", "verbose")),
                options("--proc-title-template --my--title", "--loglevel verbose"));
        assertEquals(List.of(List.of("shutdown-on-sigterm", "nosave force")), options("--shutdown-on-sigterm", "nosave force"));
    }

    @Test
    void readsValuesBeforeAnyOptionAsALineOfTheirOwn() throws Exception {
        assertEquals(List.of(List.of("loglevel", "verbose"), List.of("maxmemory", "700mb")),
                options("my.conf", "loglevel", "verbose", "--maxmemory '700mb'"));
    }

    @Test
    void takesAMissingValueOfSaveAsNone() throws Exception {
        List<String> none = List.of("save", "");
        List<String> verbose = List.of("loglevel", "verbose");
        assertEquals(List.of(none, verbose), options("--save", "--loglevel", "verbose"));
        assertEquals(List.of(verbose, none), options("--loglevel", "verbose", "--save"));
        assertEquals(List.of(none, verbose), options("--save", "", "--loglevel", "verbose"));
        assertEquals(List.of(verbose, none), options("--loglevel", "verbose", "--save", ""));
        assertEquals(List.of(List.of("proc-title-template", "--save"), none, verbose),
                options("--proc-title-template", "--save", "--save", "", "--loglevel", "verbose"));
    }

    @Test
    void keepsRepeatedOptionsInOrder() throws Exception {
        assertEquals(List.of(List.of("save", "100", "100"), List.of("save", "1", "2")),
                options("--save", "100", "100", "--save", "1", "2"));
    }

    @Test
    void quotesValuesSoThatTheySurvive() throws Exception {
        assertEquals(List.of(List.of("requirepass", "a \"b\" 'c' \\ # \n")), options("--requirepass", "a \"b\" 'c' \\ # \n"));
    }

    @Test
    void refusesUnbalancedQuotesWithTheirPlace() {
        ConfigError error = assertThrows(ConfigError.class, () -> parse("--port", "1", "--logfile \"a"));
        assertEquals(2, error.line());
        assertEquals("logfile \"a", error.text());
    }

    @Test
    void knowsTheSpecialModes() throws Exception {
        assertEquals(CommandLine.Mode.VERSION, parse("-v").mode());
        assertEquals(CommandLine.Mode.VERSION, parse("--version", "x").mode());
        assertEquals(CommandLine.Mode.HELP, parse("-h").mode());
        assertEquals(CommandLine.Mode.HELP, parse("--help").mode());
        assertEquals(CommandLine.Mode.CHECK_SYSTEM, parse("--check-system").mode());
        CommandLine memory = parse("--test-memory", "12");
        assertEquals(CommandLine.Mode.TEST_MEMORY, memory.mode());
        assertEquals(12, memory.megabytes());
        for (String[] bad : new String[][]{{"--test-memory"}, {"--test-memory", "x"}, {"--test-memory", "0"},
                {"--test-memory", "1", "2"}}) {
            BootFailure failure = assertThrows(BootFailure.class, () -> parse(bad));
            assertTrue(String.valueOf(failure.getMessage()).startsWith("Please specify the amount of memory to test in megabytes."));
            assertTrue(failure.toStandardError());
        }
    }

    @Test
    void saysWhichModesDoNotExistYet() {
        for (String[] args : new String[][]{{"s.conf", "--sentinel"}, {"--check-rdb", "x"}}) {
            BootFailure failure = assertThrows(BootFailure.class, () -> parse(args));
            assertTrue(String.valueOf(failure.getMessage()).endsWith("does not exist in Cairn yet."));
            assertEquals(1, failure.exitCode());
        }
        assertThrows(BootFailure.class, () -> CommandLine.parse("/x/cairn-sentinel"));
    }

    @Test
    void namesTheToolThatChecksAppendOnlyFiles() {
        for (BootFailure failure : new BootFailure[]{assertThrows(BootFailure.class, () -> parse("--check-aof", "x")),
                assertThrows(BootFailure.class, () -> CommandLine.parse("cairn-check-aof", "f"))}) {
            assertTrue(String.valueOf(failure.getMessage()).contains("cairn-check-aof"));
            assertEquals(1, failure.exitCode());
        }
    }
}
