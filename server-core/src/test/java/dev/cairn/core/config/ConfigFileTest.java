package dev.cairn.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.boot.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @TempDir Path dir;

    private void write(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    private List<List<String>> args(String name) throws BootFailure {
        return ConfigFile.load(name, dir).stream().map(Directive::args).toList();
    }

    @Test
    void leavesOutCommentsAndBlankLinesAndCountsThem() throws Exception {
        write("a.conf", "# comment\n\n  PORT 7000 \r\n\t# more\nsave 900 1\nrequirepass \"\\xff\u00fe\"");
        List<Directive> directives = ConfigFile.load("a.conf", dir);
        assertEquals(new Directive(dir.resolve("a.conf").toString(), 3, "PORT 7000", List.of("port", "7000")), directives.get(0));
        assertEquals(5, directives.get(1).line());
        assertEquals("save", directives.get(1).name());
        assertEquals(List.of("900", "1"), directives.get(1).values());
        assertEquals(List.of("\u00ff\u00fe"), directives.get(2).values());
    }

    @Test
    void includesFilesInPlaceAndGlobsInTheirOrder() throws Exception {
        write("a.conf", "port 1\ninclude conf.d/*.conf\ninclude none/*.conf\ninclude b.conf\nport 9");
        write("conf.d/20.conf", "port 20");
        write("conf.d/10.conf", "port 10");
        write("conf.d/.hidden.conf", "port 66");
        write("conf.d/other", "port 66");
        write("b.conf", "include conf.d/1[0-5].con?");
        assertEquals(List.of("1", "10", "20", "10", "9"), args("a.conf").stream().map(List::getLast).toList());
    }

    @Test
    void resolvesIncludesByTheDirectoryThatWasSetBefore() throws Exception {
        write("a.conf", "dir sub\ninclude b.conf\ndir deeper\ninclude c.conf");
        write("sub/b.conf", "port 2");
        write("sub/deeper/c.conf", "port 3");
        ConfigFile reader = ConfigFile.reader(dir).file("a.conf");
        assertEquals(dir.resolve("sub/deeper"), reader.directory());
        assertEquals(4, reader.directives().size());
    }

    @Test
    void expandsTheIncludesOfTheCommandLineLast() throws Exception {
        write("a.conf", "port 1");
        write("b.conf", "port 2");
        Directive include = ConfigFile.directive(ConfigFile.COMMAND_LINE, 1, "include b.conf").orElseThrow();
        List<Directive> all = ConfigFile.reader(dir).file("a.conf").text(ConfigFile.STDIN, "port 5\n").add(List.of(include)).directives();
        assertEquals(List.of("1", "5", "2"), all.stream().map(d -> d.values().get(0)).toList());
    }

    @Test
    void saysWhichFileIsMissing() throws Exception {
        BootFailure failure = assertThrows(BootFailure.class, () -> ConfigFile.load("nope.conf", dir));
        assertEquals("Fatal error, can't open config file '" + dir.resolve("nope.conf") + "': No such file or directory",
                failure.getMessage());
        assertEquals(1, failure.exitCode());
        write("a.conf", "include gone.conf");
        assertThrows(BootFailure.class, () -> args("a.conf"));
        BootFailure isDirectory = assertThrows(BootFailure.class, () -> ConfigFile.load(".", dir));
        assertTrue(String.valueOf(isDirectory.getMessage()).endsWith("Is a directory"));
    }

    @Test
    void refusesAFileThatIncludesItself() throws Exception {
        write("a.conf", "include b.conf");
        write("b.conf", "\ninclude ./a.conf");
        ConfigError error = assertThrows(ConfigError.class, () -> args("a.conf"));
        assertEquals(2, error.line());
        assertEquals(dir.resolve("b.conf").toString(), error.file());
        assertTrue(error.expected().contains("includes itself"));
        write("c.conf", "include *.conf");
        assertThrows(ConfigError.class, () -> args("c.conf"));
    }

    @Test
    void boundsTheDepthOfIncludes() throws Exception {
        for (int i = 0; i < 40; i++) {
            write(i + ".conf", "include " + (i + 1) + ".conf");
        }
        write("40.conf", "");
        assertTrue(assertThrows(ConfigError.class, () -> args("0.conf")).expected().contains("nested"));
    }

    @Test
    void showsTheLineThatIsWrong() throws Exception {
        write("a.conf", "port 1\n  requirepass \"ab \n");
        ConfigError error = assertThrows(ConfigError.class, () -> args("a.conf"));
        assertEquals(
                "\n*** FATAL CONFIG FILE ERROR (Cairn " + Version.version() + ") ***\nReading the configuration file '"
                        + dir.resolve("a.conf")
                        + "', at line 2\n>>> 'requirepass \"ab'\nUnbalanced quotes in configuration line",
                error.getMessage());
        assertTrue(error.toStandardError());
        ConfigError stdin = assertThrows(ConfigError.class,
                () -> ConfigFile.parse(ConfigFile.STDIN, "'".getBytes(StandardCharsets.UTF_8), dir));
        assertTrue(String.valueOf(stdin.getMessage()).contains("from standard input, at line 1\n>>> '''"));
    }

    @Test
    void matchesWildcards() {
        assertTrue(Glob.matches("*.conf", 0, "a.conf", 0));
        assertTrue(Glob.matches("[!a]?[x-z]]", 0, "bcy]", 0));
        assertTrue(Glob.matches("a\\*", 0, "a*", 0));
        assertTrue(Glob.matches("[]]", 0, "]", 0));
        assertTrue(Glob.matches("[", 0, "[", 0));
        assertTrue(!Glob.matches("[^a]", 0, "a", 0));
        assertTrue(!Glob.matches("a?", 0, "a", 0));
        assertTrue(!Glob.matches("a*c", 0, "abd", 0));
    }
}
