package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;

import org.apache.maven.plugin.MojoExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong in a pom is told with the element where it stands and what to write there. */
class AssembleMojoTest {
    private static final List<String> ALL = List.of("folder", "tar.gz", "deb", "oci");

    private static String refusal(String name, List<String> formats, boolean bare, boolean coreless) {
        return assertThrows(MojoExecutionException.class, () -> AssembleMojo.check(name, formats, bare, coreless)).getMessage();
    }

    @Test
    void aServerWithItsCoreMayBeMadeInEveryFormat() {
        assertDoesNotThrow(() -> AssembleMojo.check("our-cairn", ALL, false, false));
        assertDoesNotThrow(() -> AssembleMojo.check("our-cairn", List.of("folder", "tar.gz"), true, false));
    }

    @Test
    void anUnknownFormatIsNamedWithTheKnownOnes() {
        assertEquals("<formats> names 'rpm': write any of folder, tar.gz, deb, oci",
                refusal("our-cairn", List.of("folder", "rpm"), false, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Our-Cairn", "our cairn", "-cairn", "c", "", "our/cairn", "our_cairn"})
    void aNameThatNoPackageCanHaveIsRefused(String name) {
        String refusal = refusal(name, ALL, false, false);
        assertTrue(refusal.startsWith("<name>, or the project's artifactId, is '" + name + "'"), refusal);
        assertTrue(refusal.contains("write two or more small letters"), refusal);
    }

    @Test
    void aServerWithoutItsCoreIsRefused() {
        String refusal = refusal("our-cairn", ALL, false, true);
        assertTrue(refusal.contains("add dev.cairn:cairn-server-core"), refusal);
        assertTrue(refusal.contains("<library>true</library>"), refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deb", "oci"})
    void aPackageOfBareJarsIsRefused(String format) {
        String refusal = refusal("our-cairn", List.of("folder", format), true, false);
        assertTrue(refusal.contains("<formats>folder,tar.gz</formats>"), refusal);
    }

    @Test
    void theTimeOfFilesIsReadAsMavenWritesIt() throws Exception {
        assertEquals(Instant.parse("2025-06-01T10:00:00Z"), AssembleMojo.time("2025-06-01T12:00:00+02:00"));
        assertEquals(Instant.ofEpochSecond(1_700_000_000), AssembleMojo.time("1700000000"));
        Instant none = AssembleMojo.time(null);
        assertEquals(none, AssembleMojo.time("x"));
        String refusal = assertThrows(MojoExecutionException.class, () -> AssembleMojo.time("yesterday")).getMessage();
        assertTrue(refusal.startsWith("<project.build.outputTimestamp> is 'yesterday'"), refusal);
        assertThrows(MojoExecutionException.class, () -> AssembleMojo.time("99999999999999999999"));
    }

    @Test
    void ofWhatTheServerSaysTheRefusedLineIsTaken() {
        assertEquals("'maxclientz 77' is refused: Bad directive.", AssembleMojo.refusal("""
                error    configuration  Reading the configuration file 'lib/defaults.conf', at line 1
                                        >>> 'maxclientz 77'
                                        Bad directive.
                                        to do: correct that line
                """));
        assertEquals("lib/defaults.conf is a folder", AssembleMojo.refusal("lib/defaults.conf is a folder"));
    }
}
