package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.apache.maven.plugin.MojoExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.JUnitException;

class JdkTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));
    /** A jar whose classes refer to java.logging. */
    private static final Path JAR = Path.of(JUnitException.class.getProtectionDomain().getCodeSource().getLocation().getPath());

    @TempDir Path folder;

    @Test
    void theFirstThatIsAJdkAndNewEnoughIsTaken() throws Exception {
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.2\"\n");
        Path strange = Files.createDirectory(folder.resolve("strange"));
        Files.writeString(strange.resolve("release"), "IMPLEMENTOR=\"nobody\"\n");
        assertEquals(JAVA, Jdk.find(List.of(folder.resolve("absent"), old, strange, JAVA)).home());
    }

    @Test
    void itTellsWhatItIsWithoutQuotes() throws Exception {
        Jdk jdk = Jdk.find(List.of(JAVA));
        assertEquals(Runtime.version().toString(), jdk.version());
        assertFalse(jdk.implementor().contains("\""), jdk.implementor());
        assertTrue(List.of("amd64", "arm64").contains(jdk.architecture()), jdk.architecture());
    }

    @Test
    void theModulesNeededAreThoseThatClassesReferToButTheLeftOut() throws Exception {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Path jar = Files.copy(JAR, lib.resolve("some.jar"));
        Jdk jdk = Jdk.find(List.of(JAVA));
        assertEquals(List.of("java.base", "java.logging"), jdk.modulesNeeded(lib, List.of(jar), List.of("java.desktop")));
        assertEquals(List.of("java.base"), jdk.modulesNeeded(lib, List.of(jar), List.of("java.desktop", "java.logging")));
    }

    @Test
    void aCommandThatFailsIsToldWithWhatItSaid() {
        String said = assertThrows(MojoExecutionException.class,
                () -> Jdk.run(List.of("sh", "-c", "echo no room >&2; exit 3"), Map.of())).getMessage();
        assertTrue(said.startsWith("sh -c ") && said.contains("no room"), said);
    }

    @Test
    void aCommandRunsInItsFolderWithoutTheCallersJava() throws Exception {
        assertEquals(folder.toRealPath() + " \n",
                Jdk.run(List.of("sh", "-c", "echo \"$(pwd -P) $JAVA_HOME\""), folder, Map.of()));
    }
}
