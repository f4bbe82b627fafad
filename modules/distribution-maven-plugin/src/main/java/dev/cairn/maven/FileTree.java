package dev.cairn.maven;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Folders as the packages see them: in one order, with two modes, one time and no owners, whatever machine they lie on. */
final class FileTree {
    private static final int BUFFER = 65_536;

    private FileTree() {
    }

    /** What lies below a folder, parents before children, in the order of the names. */
    static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(p -> !p.equals(folder)).sorted(Comparator.comparing(p -> folder.relativize(p).toString())).toList();
        }
    }

    /** The files below a folder, links left out. */
    static List<Path> filesBelow(Path folder) throws IOException {
        return below(folder).stream().filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).toList();
    }

    /** The mode in which a file or folder is packed. */
    static int mode(Path path) {
        return Files.isDirectory(path) || Files.isExecutable(path) ? 0755 : 0644;
    }

    /** Makes an executable file of one that is there. */
    static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Sets one time everywhere. The cache of loaded classes is valid only for jars of the very time. */
    static void touch(Path folder, Instant time) throws IOException {
        for (Path path : below(folder)) {
            if (!Files.isSymbolicLink(path)) {
                Files.setLastModifiedTime(path, FileTime.from(time));
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            List<Path> all = below(folder);
            for (int i = all.size() - 1; i >= 0; i--) {
                Files.delete(all.get(i));
            }
            Files.delete(folder);
        }
    }

    /** The digest of a file in hexadecimal. */
    static String digest(String algorithm, Path file) throws IOException {
        MessageDigest digest = digest(algorithm);
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[BUFFER];
            while (in.read(buffer) >= 0) {
                // Only the digest is wanted.
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(bytes));
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
