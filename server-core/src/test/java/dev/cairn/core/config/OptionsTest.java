package dev.cairn.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.core.config.Options.Entry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private final Options options = new Options();
    private final List<String> applied = new ArrayList<>();
    private boolean refuse;

    private final Option<Long> size = options.declare(
            OptionSpec.integer("size", 3, 0, 10).alias("old-size").doc("A size.").onChange(v -> applied.add("size " + v)), "first");
    private final Option<String> color = options.declare(
            OptionSpec.choice("color", "red", "red", "green").doc("A color.").onChange(this::applyColor), "first");
    private final Option<Boolean> fixed = options.declare(OptionSpec.flag("fixed", true).immutable().doc("Fixed."), "second");
    private final Option<String> file = options.declare(OptionSpec.text("file", "a").guarded().doc("A file."), "second");
    private final Option<String> secret = options.declare(OptionSpec.text("secret", "").hidden().sensitive().doc("Hidden."), "second");
    private final Option<List<String>> list = options.declare(OptionSpec.words("list", "a", "b").doc("Words."), "second");

    private void applyColor(String value) throws OptionError {
        applied.add("color " + value);
        if (refuse && value.equals("green")) {
            throw new OptionError("green is out");
        }
    }

    private void load(String text) throws Exception {
        options.load(ConfigFile.parse("a.conf", text.getBytes(StandardCharsets.ISO_8859_1), Path.of("/")));
    }

    private String refused(Entry... pairs) {
        return assertThrows(OptionSetError.class, () -> options.set(List.of(pairs))).sentence();
    }

    private static Entry entry(String name, String value) {
        return new Entry(name, value);
    }

    @Test
    void namesBothModulesOfADuplicate() {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> options.declare(OptionSpec.flag("old-size", true), "third"));
        assertEquals("Option 'old-size' of module third is already declared by module first", e.getMessage());
    }

    @Test
    void takesOptionsOfAModuleBack() throws Exception {
        options.undeclare(List.of(size, color));
        assertTrue(options.matching(List.of("size", "old-size", "color")).isEmpty());
        assertEquals(1, options.matching(List.of("fixed")).size());
        options.declare(OptionSpec.flag("size", true), "third");
    }

    @Test
    void letsAModuleReplaceAFallbackAndPutsItBackAfterwards() throws Exception {
        options.declareFallbacks(List.of(OptionSpec.integer("port", 1, 0, 10).alias("door").withoutEffect("transport"),
                OptionSpec.flag("fixed", false)));
        assertEquals("yes", options.matching(List.of("fixed")).getFirst().value());
        assertEquals("1", options.matching(List.of("door")).getFirst().value());
        Option<Long> port = options.declare(OptionSpec.integer("port", 2, 0, 10), "transport");
        assertTrue(options.matching(List.of("door")).isEmpty());
        assertEquals("2", options.matching(List.of("port")).getFirst().value());
        options.undeclare(List.of(port));
        assertEquals("1", options.matching(List.of("door")).getFirst().value());
    }

    @Test
    void givesAModuleThatComesLateItsLines() throws Exception {
        options.declareFallbacks(List.of(OptionSpec.integer("port", 1, 0, 10).alias("door").withoutEffect("transport")));
        load("door 7");
        assertEquals(List.of("port"), options.withoutEffect());
        Option<Long> port = options.declare(OptionSpec.integer("port", 2, 0, 10).alias("door"), "transport");
        assertEquals(7, port.value());
        assertTrue(options.withoutEffect().isEmpty());
        options.undeclare(List.of(port));
        assertEquals("Option 'door' of module other: argument must be between 0 and 5 inclusive", assertThrows(IllegalStateException.class,
                () -> options.declare(OptionSpec.integer("door", 2, 0, 5), "other")).getMessage());
    }

    @Test
    void letsTheLastLineWin() throws Exception {
        load("SIZE 5\nold-size 7\ncolor green\nlist x\nlist \"y z\"\nfixed no\nfile b");
        assertEquals(7, size.value());
        assertEquals("green", color.value());
        assertEquals(List.of("y", "z"), list.value());
        assertFalse(fixed.value());
        assertEquals("b", file.value());
        assertTrue(applied.isEmpty());
    }

    @Test
    void collectsDirectivesThatAreNoOptions() throws Exception {
        load("rename-command FLUSHALL \"\"\nrename-command get fetch\nloadmodule /x.jar a b\nuser bob on\nlua-replicate-commands yes");
        assertEquals("FLUSHALL", options.renames().get(0).from());
        assertEquals("", options.renames().get(0).to());
        assertEquals("fetch", options.renames().get(1).to());
        assertEquals(2, options.renames().get(1).directive().line());
        assertEquals(List.of(List.of("/x.jar", "a", "b")), options.loadModules());
        assertEquals(List.of("bob", "on"), options.users().getFirst().values());
    }

    @Test
    void namesThePlaceOfABadLineAndWhatWasMeant() {
        ConfigError e = assertThrows(ConfigError.class, () -> load("# x\nColro green"));
        assertEquals("a.conf", e.file());
        assertEquals(2, e.line());
        assertEquals("Colro green", e.text());
        assertEquals("Bad directive or wrong number of arguments: no option is called 'colro'. Did you mean 'color'?", e.expected());
        assertFalse(assertThrows(ConfigError.class, () -> load("blah 1")).expected().contains("mean"));
        assertEquals("argument must be between 0 and 10 inclusive", assertThrows(ConfigError.class, () -> load("size 11")).expected());
        assertEquals("wrong number of arguments", assertThrows(ConfigError.class, () -> load("size 1 2")).expected());
        assertEquals("wrong number of arguments", assertThrows(ConfigError.class, () -> load("size")).expected());
        assertTrue(assertThrows(ConfigError.class, () -> load("rename-command x")).expected().startsWith("Bad directive"));
    }

    @Test
    void readsIntegersStrictly() {
        for (String bad : List.of("+1", "01", "-0", " 1", "1 ", "", "0x1", "99999999999999999999", "1.0")) {
            assertEquals("CONFIG SET failed (possibly related to argument 'size') - argument couldn't be parsed into an integer",
                    refused(entry("size", bad)));
        }
    }

    @Test
    void findsOptionsByNameAliasAndPattern() {
        assertEquals(List.of(entry("SIZE", "3")), options.matching(List.of("SIZE", "size")));
        assertEquals(List.of(entry("Old-Size", "3")), options.matching(List.of("Old-Size")));
        assertEquals(List.of(entry("old-size", "3"), entry("size", "3")), options.matching(List.of("*SIZ[e-f]")));
        assertEquals(List.of(entry("secret", "")), options.matching(List.of("secret")));
        assertTrue(options.matching(List.of("sec*")).isEmpty());
        assertEquals(6, options.matching(List.of("*", "size", "nothing")).size());
        assertEquals(3L, options.find("OLD-SIZE", Long.class).orElseThrow().value());
        assertTrue(options.find("size", String.class).isEmpty());
        assertTrue(options.isSensitive("SECRET"));
        assertEquals("", secret.value());
    }

    @Test
    void setsAllOrNothing() throws Exception {
        List<Set<String>> told = new ArrayList<>();
        options.onChange(told::add);
        options.set(List.of(entry("Old-Size", "4"), entry("color", "red")));
        assertEquals(4, size.value());
        assertEquals(List.of("size 4"), applied);
        assertEquals(List.of(Set.of("size", "color")), told);

        assertEquals("CONFIG SET failed (possibly related to argument 'color') - argument(s) must be one of the following: red, green",
                refused(entry("SIZE", "5"), entry("COLOR", "blue")));
        assertEquals(4, size.value());
        assertEquals(List.of("size 4"), applied);
        assertEquals(1, told.size());
    }

    @Test
    void putsOldValuesBackWhenOneCannotBeApplied() {
        refuse = true;
        assertEquals("CONFIG SET failed (possibly related to argument 'color') - green is out",
                refused(entry("size", "5"), entry("color", "green"), entry("list", "q")));
        assertEquals(3, size.value());
        assertEquals("red", color.value());
        assertEquals(List.of("a", "b"), list.value());
        assertEquals(List.of("size 5", "color green", "size 3", "color red"), applied);
    }

    @Test
    void refusesWhatMayNotBeSet() throws Exception {
        assertEquals("Unknown option or number of arguments for CONFIG SET - 'Nope'", refused(entry("size", "5"), entry("Nope", "1")));
        assertEquals("CONFIG SET failed (possibly related to argument 'Fixed') - can't set immutable config",
                refused(entry("Fixed", "no")));
        assertEquals("CONFIG SET failed (possibly related to argument 'file') - can't set protected config", refused(entry("file", "b")));
        assertEquals("CONFIG SET failed (possibly related to argument 'Size') - duplicate parameter",
                refused(entry("size", "5"), entry("Size", "6")));
        assertEquals(3, size.value());
        options.set(List.of(entry("file", "b")), true);
        assertEquals("b", file.value());
    }

    @Test
    void splitsAValueOfManyWordsAtSpaces() throws Exception {
        options.set(List.of(entry("list", "x  y")));
        assertEquals(List.of("x", "", "y"), list.value());
        options.set(List.of(entry("list", "")));
        assertEquals(List.of(), list.value());
    }

    @Test
    void suggestsByTheFewestEdits() {
        assertEquals(1, Suggestion.distance("maxclients", "maxcleints"));
        assertEquals(2, Suggestion.distance("port", "prto"));
        assertEquals(4, Suggestion.distance("", "port"));
    }

    @Test
    void matchesAsKeysDoes() {
        assertTrue(StringMatch.matches("h[^ae]l*\\*?", "HILLO*x", true));
        assertFalse(StringMatch.matches("h[^ae]l*", "hall", false));
        assertTrue(StringMatch.matches("[z-a]x", "cx", false));
        assertTrue(StringMatch.matches("a[bc", "ac", false));
        assertFalse(StringMatch.matches("a", "A", false));
        assertFalse(StringMatch.matches("a*b*c*d*e*f".repeat(20), "abcde".repeat(500), false));
    }
}
