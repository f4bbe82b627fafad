package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianPackageTest {
    @TempDir Path folder;
    private Path home;
    private Path file;

    @BeforeEach
    void write() throws Exception {
        home = Distribution.in(folder.resolve("here"), false);
        file = written("one", home);
    }

    private Path written(String scratch, Path of) throws Exception {
        Path to = Files.createDirectory(folder.resolve(scratch));
        var debian = new DebianPackage("our-cairn", "1.2-rc1-SNAPSHOT", "amd64", "Us <us@example.org>", "Our server,\n  with leases ",
                Distribution.TIME);
        Path written = to.resolve(debian.fileName());
        debian.write(of, to, written);
        return written;
    }

    /** The members of the package, and with them those of its two tar files. */
    private Map<String, String> members() throws Exception {
        Map<String, String> members = new LinkedHashMap<>();
        try (var ar = new ArArchiveInputStream(Files.newInputStream(file))) {
            for (ArArchiveEntry entry = ar.getNextEntry(); entry != null; entry = ar.getNextEntry()) {
                byte[] content = ar.readAllBytes();
                members.put(entry.getName(), "");
                if (entry.getName().endsWith(".tar.gz")) {
                    unpack(content, members);
                } else {
                    members.put(entry.getName(), new String(content, StandardCharsets.UTF_8));
                }
            }
        }
        return members;
    }

    private static void unpack(byte[] content, Map<String, String> members) throws Exception {
        try (var tar = new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(content)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                members.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void itsMembersAreThoseThatItsToolsWantInTheirOrder() throws Exception {
        List<String> order = new ArrayList<>();
        try (var ar = new ArArchiveInputStream(Files.newInputStream(file))) {
            for (ArArchiveEntry entry = ar.getNextEntry(); entry != null; entry = ar.getNextEntry()) {
                order.add(entry.getName());
            }
        }
        assertEquals(List.of("debian-binary", "control.tar.gz", "data.tar.gz"), order);
        assertEquals("2.0\n", members().get("debian-binary"));
        assertEquals("our-cairn_1.2+rc1~SNAPSHOT_amd64.deb", file.getFileName().toString());
    }

    @Test
    void itsFieldsDescribeIt() throws Exception {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : members().get("./control").lines().toList()) {
            String[] field = line.split(": ", 2);
            fields.put(field[0], field[1]);
        }
        assertEquals("our-cairn", fields.get("Package"));
        assertEquals("1.2+rc1~SNAPSHOT", fields.get("Version"), "sorts before 1.2+rc1");
        assertEquals("amd64", fields.get("Architecture"));
        assertEquals("Us <us@example.org>", fields.get("Maintainer"));
        assertEquals("Our server, with leases", fields.get("Description"));
        assertEquals("cairn-server", fields.get("Provides"));
        assertEquals("cairn-server", fields.get("Conflicts"));
        assertTrue(fields.get("Depends").contains("libc6"), fields::toString);
    }

    @Test
    void itsFilesAreWhereDebianHasThemAndItsSumsAreTheirs() throws Exception {
        Map<String, String> members = members();
        assertEquals("content of lib/a.jar\n", members.get("./usr/lib/our-cairn/lib/a.jar"));
        assertEquals("port 6379\ndir /var/lib/our-cairn\n", members.get("./etc/our-cairn/our-cairn.conf"));
        assertEquals("/etc/our-cairn/our-cairn.conf\n", members.get("./conffiles"));
        String sums = members.get("./md5sums");
        assertTrue(sums.contains(FileTree.digest("MD5", home.resolve("lib/a.jar")) + "  usr/lib/our-cairn/lib/a.jar\n"), sums);
        for (String name : List.of("./postinst", "./prerm", "./postrm", "./usr/lib/systemd/system/our-cairn.service")) {
            assertFalse(members.get(name).matches("(?s).*@[A-Z]+@.*"),
                    () -> name + " has a place that is not filled:\n" + members.get(name));
            assertTrue(members.get(name).contains("our-cairn"), name);
        }
    }

    @Test
    void theBytesDependOnNamesAndContentsAlone() throws Exception {
        Path other = written("other", Distribution.in(folder.resolve("elsewhere"), true));
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(other));
    }
}
