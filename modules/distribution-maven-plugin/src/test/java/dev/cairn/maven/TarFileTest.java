package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarFileTest {
    @TempDir Path folder;

    private Path packed(String file, Path home) throws Exception {
        Path to = folder.resolve(file);
        try (TarFile tar = new TarFile(Files.newOutputStream(to), Distribution.TIME)) {
            tar.folder("top", 0755, 0).tree("top/", home);
        }
        return to;
    }

    @Test
    void theBytesDependOnNamesAndContentsAlone() throws Exception {
        Path one = packed("one.tar.gz", Distribution.in(folder.resolve("here"), false));
        Path other = packed("other.tar.gz", Distribution.in(folder.resolve("elsewhere/deeper"), true));
        assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(other));
    }

    @Test
    void entriesStandInOrderWithOneTimeTwoModesAndNoOwner() throws Exception {
        Path file = packed("one.tar.gz", Distribution.in(folder.resolve("here"), true));
        List<String> seen = new ArrayList<>();
        try (var tar = new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                seen.add(entry.getName() + " " + Integer.toOctalString(entry.getMode() & 0777)
                        + (entry.isSymbolicLink() ? " -> " + entry.getLinkName() : ""));
                assertEquals(Date.from(Distribution.TIME), entry.getModTime());
                assertEquals(0, entry.getLongUserId());
                assertEquals(0, entry.getLongGroupId());
            }
        }
        assertEquals(List.of("top/ 755", "top/LICENSE 644", "top/bin/ 755", "top/bin/cairn 777 -> cairn-server",
                "top/bin/cairn-server 755", "top/conf/ 755", "top/conf/cairn.conf 644", "top/lib/ 755", "top/lib/a.jar 644",
                "top/lib/b.jar 644"), seen);
    }
}
