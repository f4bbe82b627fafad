package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir Path folder;

    @Test
    void filesStandInTheOrderOfTheirNamesWithoutLinks() throws Exception {
        Path home = Distribution.in(folder.resolve("home"), true);
        assertEquals(List.of("LICENSE", "bin/cairn-server", "conf/cairn.conf", "lib/a.jar", "lib/b.jar"),
                FileTree.filesBelow(home).stream().map(f -> home.relativize(f).toString()).toList());
    }

    @Test
    void touchingGivesOneTimeToAll() throws Exception {
        Path home = Distribution.in(folder.resolve("home"), false);
        FileTree.touch(home, Distribution.TIME);
        for (Path path : FileTree.below(home)) {
            assertEquals(Distribution.TIME, Files.getLastModifiedTime(path).toInstant(), path.toString());
        }
    }

    @Test
    void deletingALinkLeavesWhatItLeadsTo() throws Exception {
        Path home = Distribution.in(folder.resolve("home"), false);
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.createSymbolicLink(root.resolve("link"), home);
        FileTree.delete(root);
        assertFalse(Files.exists(root));
        assertTrue(Files.exists(home.resolve("LICENSE")));
        FileTree.delete(root);
    }

    @Test
    void digestsAreThoseOfTheStandard() throws Exception {
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", FileTree.digest("SHA-256", abc));
        assertEquals("900150983cd24fb0d6963f7d28e17f72", FileTree.digest("MD5", abc));
    }
}
