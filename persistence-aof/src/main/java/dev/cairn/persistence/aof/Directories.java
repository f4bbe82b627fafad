package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What is done to directories. Safe on any thread. */
final class Directories {
    private Directories() {
    }

    /** Forces a directory to disk: what was created, renamed and deleted in it. */
    static void force(Path directory) throws IOException {
        try (FileChannel d = FileChannel.open(directory, StandardOpenOption.READ)) {
            d.force(true);
        }
    }

    /** The directory that holds a file or directory. */
    static Path containing(Path path) {
        return Objects.requireNonNull(path.toAbsolutePath().getParent(), "the root is in no directory");
    }

    /** Deletes a file, or a directory with the files in it; does nothing where it is gone already. */
    static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            List<Path> inside;
            try (Stream<Path> files = Files.list(path)) {
                inside = files.toList();
            } catch (NoSuchFileException e) {
                return;
            }
            for (Path p : inside) {
                Files.deleteIfExists(p);
            }
        }
        Files.deleteIfExists(path);
    }

    /** The file of the queue in an increment's directory, which is the only one of its kind. */
    static Path queueFile(Path increment) throws IOException {
        try (Stream<Path> files = Files.list(increment)) {
            List<Path> found = files.filter(f -> f.getFileName().toString().endsWith(".cq4")).toList();
            if (found.size() != 1) {
                throw new IOException(increment + " should hold one .cq4 file and holds " + found.size());
            }
            return found.getFirst();
        }
    }
}
