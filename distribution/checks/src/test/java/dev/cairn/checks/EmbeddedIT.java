package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes a program, compiles and runs it with nothing but the jars of the library. */
@Timeout(900)
class EmbeddedIT {
    @TempDir Path folder;

    @Test
    void aProgramStartsAServerInsideOfItself() throws Exception {
        Path home = Ready.unpack(Ready.EMBEDDED, "cairn-embedded", folder);
        Ready.assertChecksums(home);
        assertEquals(List.of("LICENSE", "SHA256SUMS", "lib", "sbom.cdx.json"), Ready.names(home));
        Path program = folder.resolve("Program.java");
        Files.writeString(program, """
                import dev.cairn.embedded.CairnServer;

                public class Program {
                    public static void main(String[] args) throws Exception {
                        try (var server = CairnServer.builder().start(); var client = server.client()) {
                            client.call("SET", "greeting", "hello");
                            client.call("RPUSH", "list", "a");
                            client.call("HSET", "hash", "f", "v");
                            System.out.println("got " + client.call("GET", "greeting"));
                        }
                    }
                }
                """);
        String lib = home.resolve("lib").toString();
        String java = Path.of(System.getProperty("java.home"), "bin").toString();
        Ready.run(folder, List.of(java + "/javac", "--module-path", lib, "--add-modules", "ALL-MODULE-PATH", program.toString()));
        String said = Ready.run(folder, List.of(java + "/java", "--module-path", lib, "--add-modules", "ALL-MODULE-PATH",
                "--enable-native-access=dev.cairn.structures,dev.cairn.core", "-cp", folder.toString(), "Program"));
        assertTrue(said.lines().anyMatch(l -> l.startsWith("got ") && l.contains("hello")), said);
    }
}
