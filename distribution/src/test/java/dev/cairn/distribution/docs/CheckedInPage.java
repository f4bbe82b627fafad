package dev.cairn.distribution.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of documentation that is generated and checked in: {@code mvn verify -Dcairn.docs.update=true} writes it anew. */
final class CheckedInPage {
    /** The folder of the repository. */
    static final Path ROOT = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().getParent();

    private CheckedInPage() {
    }

    /** Fails if the page is not what it should be, or makes it so. */
    static void check(String name, String expected) throws IOException {
        Path page = ROOT.resolve("distribution").resolve("docs").resolve(name);
        if (Boolean.getBoolean("cairn.docs.update")) {
            Files.writeString(page, expected, StandardCharsets.UTF_8);
        }
        assertEquals(expected, Files.readString(page, StandardCharsets.UTF_8),
                () -> page + " is out of date: write it anew with mvn verify -Dcairn.docs.update=true");
    }

    /** A text as the cell of a table. */
    static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
