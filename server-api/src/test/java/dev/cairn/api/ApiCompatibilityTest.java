package dev.cairn.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

/**
 * Modules that were built against the SPI as {@code api-baseline.txt} has it run on this one. Additions are free; see ADR 15 for how and when
 * the file moves: {@code -Dcairn.api.update=true} writes it anew.
 */
class ApiCompatibilityTest {
    private static final Path HERE = Path.of(System.getProperty("basedir", "."));
    private static final Path BASELINE = HERE.resolve("api-baseline.txt");

    private static final String TYPE = "a.T: public interface a.T";
    private static final String ASKED = "a.T: public abstract int a.T.size()";
    private static final String GIVEN = "a.T: public default int a.T.size()";

    @Test
    void keepsWhatModulesWereBuiltAgainst() throws Exception {
        List<String> now = ApiSignatures.of(HERE.resolve("target/classes"));
        assertTrue(now.size() > 300, "the declarations are not found");
        if (Boolean.getBoolean("cairn.api.update")) {
            Files.writeString(BASELINE, String.join("\n", now) + "\n", StandardCharsets.UTF_8);
        }
        List<String> broken = ApiSignatures.broken(Files.readAllLines(BASELINE, StandardCharsets.UTF_8), now);
        assertTrue(broken.isEmpty(),
                () -> "this breaks modules that exist. Keep what was there, or, if it was never released or the major version "
                        + "is raised, move the baseline (distribution/docs/adr/0015-compatibility-of-the-spi.md):\n"
                        + String.join("\n", broken));
    }

    @Test
    void whatIsAddedBreaksNobody() {
        assertEquals(List.of(), ApiSignatures.broken(List.of(TYPE), List.of(TYPE, GIVEN, "a.U: public interface a.U",
                "a.U: public abstract int a.U.size()", "a.T: public static final int a.T.NONE")));
        assertEquals(List.of(), ApiSignatures.broken(List.of(TYPE, ASKED), List.of(TYPE, GIVEN)), "an implementation came");
    }

    @Test
    void whatIsGoneOrAnotherOrAskedForBreaksThem() {
        assertEquals(List.of("gone: " + GIVEN), ApiSignatures.broken(List.of(TYPE, GIVEN), List.of(TYPE)));
        assertEquals(List.of("gone: " + TYPE), ApiSignatures.broken(List.of(TYPE), List.of("a.T: public final class a.T")));
        assertEquals(1, ApiSignatures.broken(List.of(TYPE, GIVEN), List.of(TYPE, GIVEN.replace("int a", "long a"))).size());
        assertEquals(List.of("asked for: " + ASKED), ApiSignatures.broken(List.of(TYPE), List.of(TYPE, ASKED)));
        assertEquals(List.of("gone: " + GIVEN, "asked for: " + ASKED), ApiSignatures.broken(List.of(TYPE, GIVEN), List.of(TYPE, ASKED)));
    }
}
