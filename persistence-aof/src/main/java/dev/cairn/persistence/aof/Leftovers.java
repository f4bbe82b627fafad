package dev.cairn.persistence.aof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.persistence.aof.Manifest.Entry;

/**
 * What a server that was killed has left beside its data, named by no manifest: the increment that it was about to begin, and the base that it
 * was writing. Main thread, while the files are locked and nobody writes there.
 *
 * <p>Only what provably holds no data is deleted: a base that has its temporary name still, and an increment that nothing was logged to. All
 * else stays: a file that holds a record, or a damaged one, may be what an operator has put aside, or what {@code cairn-check-aof --fix} has
 * left out of the manifest; a symbolic link is never followed; and a directory with a file of another kind in it is not ours alone.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private final Path directory;
    private final String temporary;
    private final Pattern temporaryBase;
    private final Pattern increment;
    private final Set<String> named = new HashSet<>();

    /**
     * Looks for what is in no manifest.
     *
     * @param fileName how the names of the files begin
     * @param manifest what was loaded
     */
    Leftovers(Path directory, String fileName, Manifest manifest) {
        this.directory = directory;
        this.temporary = "temp-" + fileName;
        this.temporaryBase = Pattern.compile(Pattern.quote(temporary) + "\\.\\d+\\.base");
        this.increment = Pattern.compile(Pattern.quote(fileName) + "\\.\\d+\\.incr");
        manifest.base().map(Entry::name).ifPresent(named::add);
        manifest.increments().stream().map(Entry::name).forEach(named::add);
        manifest.history().stream().map(Entry::name).forEach(named::add);
    }

    /** Deletes a file, or a directory with the files in it. */
    interface Deletion {
        /** Does it. */
        void delete(Path path) throws IOException;
    }

    /** Deletes them, with a line in the log for each; what cannot be looked at or deleted is told and stays. */
    void delete() {
        delete(Directories::delete);
    }

    /** Deletes them in a given way. */
    void delete(Deletion deletion) {
        for (Path path : files()) {
            try {
                if (isLeft(path)) {
                    deletion.delete(path);
                    LOG.info("Deleted {}, which a server that did not end in order has left unfinished", path);
                }
            } catch (IOException | UncheckedIOException e) {
                LOG.warn("{} is in no manifest, and could not be deleted or found to hold data: {}", path, e.toString());
            }
        }
    }

    private List<Path> files() {
        try {
            return list(directory);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} could not be searched for unfinished files: {}", directory, e.toString());
            return List.of();
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private boolean isLeft(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        if (named.contains(name)) {
            return false;
        }
        if (temporaryBase.matcher(name).matches()) {
            return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && !isAnotherServersName();
        }
        return increment.matcher(name).matches() && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && holdsNothing(path);
    }

    /** Whether a server has used the directory whose {@code appendfilename} is our temporary name: such a base is its data. */
    private boolean isAnotherServersName() {
        return Files.exists(directory.resolve(temporary + ".lock"), LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether an increment has only the files that the library makes, and nothing was logged to them. */
    private static boolean holdsNothing(Path increment) throws IOException {
        for (Path file : list(increment)) {
            String name = String.valueOf(file.getFileName());
            boolean queue = name.endsWith(".cq4");
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !queue && !name.equals("metadata.cq4t")
                    || queue && !IncrementScanner.holdsNothing(file)) {
                return false;
            }
        }
        return true;
    }
}
