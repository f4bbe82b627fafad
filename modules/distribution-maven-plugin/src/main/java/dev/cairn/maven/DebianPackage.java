package dev.cairn.maven;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;

/**
 * A package for Debian and what descends from it. The distribution is in {@code /usr/lib/NAME}, its configuration in {@code /etc/NAME},
 * its data in {@code /var/lib/NAME}; systemd starts it as {@code NAME.service}, as the user NAME.
 */
final class DebianPackage {
    private static final String DATA = "data.tar.gz";
    private static final int REGULAR = 0100644;

    private final String name;
    private final String version;
    private final String architecture;
    private final String maintainer;
    private final String description;
    private final Instant time;

    DebianPackage(String name, String version, String architecture, String maintainer, String description, Instant time) {
        this.name = name;
        // A version before the release sorts before it.
        this.version = version.replace("-SNAPSHOT", "~SNAPSHOT").replace('-', '+');
        this.architecture = architecture;
        this.maintainer = maintainer;
        this.description = description;
        this.time = time;
    }

    /** {@code NAME_VERSION_ARCHITECTURE.deb}, as its tools want it. */
    String fileName() {
        return name + "_" + version + "_" + architecture + ".deb";
    }

    void write(Path home, Path scratch, Path to) throws IOException {
        Path data = scratch.resolve(DATA);
        String conf = Files.readString(home.resolve("conf/cairn.conf")).replaceFirst("(?m)^dir .*$", "dir /var/lib/" + name);
        String unit = filled("cairn.service");
        String prefix = "./usr/lib/" + name + "/";
        try (TarFile tar = new TarFile(Files.newOutputStream(data), time)) {
            tar.folder("./etc", 0755, 0).folder("./etc/" + name, 0755, 0).text("./etc/" + name + "/" + name + ".conf", 0644, conf);
            tar.folder("./usr", 0755, 0).folder("./usr/bin", 0755, 0);
            tar.link("./usr/bin/cairn", "../lib/" + name + "/bin/cairn");
            tar.link("./usr/bin/cairn-server", "../lib/" + name + "/bin/cairn-server");
            tar.folder("./usr/lib", 0755, 0).folder("./usr/lib/" + name, 0755, 0).tree(prefix, home);
            tar.folder("./usr/lib/systemd", 0755, 0).folder("./usr/lib/systemd/system", 0755, 0);
            tar.text("./usr/lib/systemd/system/" + name + ".service", 0644, unit);
            tar.folder("./usr/share", 0755, 0).folder("./usr/share/doc", 0755, 0).folder("./usr/share/doc/" + name, 0755, 0);
            tar.text("./usr/share/doc/" + name + "/copyright", 0644, Files.readString(home.resolve("LICENSE")));
        }
        byte[] control = control(home);
        try (var ar = new ArArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(to)))) {
            put(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
            put(ar, "control.tar.gz", control);
            ar.putArchiveEntry(new ArArchiveEntry(DATA, Files.size(data), 0, 0, REGULAR, time.getEpochSecond()));
            Files.copy(data, ar);
            ar.closeArchiveEntry();
        }
        Files.delete(data);
    }

    private byte[] control(Path home) throws IOException {
        long size = 0;
        var sums = new StringBuilder();
        for (Path file : FileTree.filesBelow(home)) {
            size += Files.size(file);
            sums.append(FileTree.digest("MD5", file)).append("  usr/lib/").append(name).append('/').append(home.relativize(file))
                    .append('\n');
        }
        String fields = "Package: " + name + "\nVersion: " + version + "\nArchitecture: " + architecture + "\nMaintainer: " + maintainer
                + "\nInstalled-Size: " + size / 1024
                + "\nDepends: libc6, passwd\nRecommends: libssl3\nProvides: cairn-server\nConflicts: cairn-server\n"
                + "Section: database\nPriority: optional\nDescription: " + description.strip().replaceAll("\\s+", " ") + "\n";
        var out = new ByteArrayOutputStream();
        try (TarFile tar = new TarFile(out, time)) {
            tar.text("./control", 0644, fields).text("./md5sums", 0644, sums.toString());
            tar.text("./conffiles", 0644, "/etc/" + name + "/" + name + ".conf\n");
            for (String script : new String[]{"postinst", "prerm", "postrm"}) {
                tar.text("./" + script, 0755, filled(script));
            }
        }
        return out.toByteArray();
    }

    private void put(ArArchiveOutputStream ar, String entry, byte[] content) throws IOException {
        ar.putArchiveEntry(new ArArchiveEntry(entry, content.length, 0, 0, REGULAR, time.getEpochSecond()));
        ar.write(content);
        ar.closeArchiveEntry();
    }

    private String filled(String template) throws IOException {
        return Resources.text("debian/" + template).replace("@NAME@", name).replace("@DESCRIPTION@",
                description.strip().replaceAll("\\s+", " "));
    }
}
