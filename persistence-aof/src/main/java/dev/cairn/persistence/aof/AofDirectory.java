package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.persistence.aof.Manifest.Entry;

/**
 * The directory of the append-only files: its lock, the manifest, the names of new files, and the deletion of old ones. Main thread.
 *
 * <p>The manifest in memory is ahead of the one on disk between {@link #name} and {@link #write} only, but for the time in which the first
 * base after {@code CONFIG SET appendonly yes} is written: until it is complete the directory's former state counts, and the manifest on disk
 * has the increments of that time as history.
 */
final class AofDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(AofDirectory.class);

    private final AofServices server;
    private final AofOptions options;
    private final LogFile.Opener opener;
    private @Nullable FileChannel lockFile;
    private Manifest manifest = Manifest.EMPTY;
    /** While the first base is written: what the manifest on disk says. */
    private @Nullable Manifest before;

    AofDirectory(AofServices server, AofOptions options, LogFile.Opener opener) {
        this.server = server;
        this.options = options;
        this.opener = opener;
    }

    Path path() {
        return server.context().directory().resolve(options.directoryName.value());
    }

    Path manifestFile() {
        return path().resolve(options.fileName.value() + ".manifest");
    }

    Path file(Entry e) {
        return path().resolve(e.name());
    }

    /** Makes the directory, where it is missing, and locks it against other servers and tools. */
    void open() throws IOException {
        Files.createDirectories(path());
        lock();
    }

    private void lock() throws IOException {
        if (lockFile != null) {
            return;
        }
        FileChannel channel = FileChannel.open(path().resolve(options.fileName.value() + ".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            channel.close();
            throw new IOException("The append only files in " + path() + " are in use by another server; set appenddirname or dir to"
                    + " another directory");
        }
        lockFile = channel;
    }

    /** Gives the lock back. */
    void close() throws IOException {
        before = null;
        if (lockFile != null) {
            lockFile.close();
            lockFile = null;
        }
    }

    // The manifest.

    /** The files that are the data. */
    Manifest manifest() {
        return manifest;
    }

    /** Changes what {@link #write} will write, or goes back to what it was. */
    void name(Manifest next) {
        manifest = next;
    }

    /** Reads the manifest, an empty one where there is none. */
    void read() throws IOException {
        manifest = Manifest.read(manifestFile());
    }

    /** Reads the manifest, which counts until the first base is complete. */
    void readForFirstBase() throws IOException {
        read();
        before = manifest;
    }

    /** Writes the manifest; while the first base is written, the former one, with the last increment as one that the next start deletes. */
    void write() throws IOException {
        Manifest former = before;
        if (former == null) {
            manifest.write(manifestFile());
        } else {
            Manifest next = former.withHistory(manifest.increments().getLast());
            next.write(manifestFile());
            before = next;
        }
    }

    /** Makes a manifest with a new base the one that counts. */
    void install(Manifest next) throws IOException {
        next.write(manifestFile());
        manifest = next;
        before = null;
    }

    /** Gives up what was logged for a first base that is not complete. */
    void forgetFirstBase() {
        if (before != null) {
            manifest = before;
            before = null;
            deleteHistory();
        }
    }

    // Files.

    /** An increment with a number that is not taken. */
    NextIncrement nextIncrement(boolean forced) {
        long number = manifest.nextIncrement();
        while (Files.exists(path().resolve(incrementName(number)))) {
            number++;
        }
        return new NextIncrement(path().resolve(incrementName(number)), number, opener, forced);
    }

    private String incrementName(long number) {
        return options.fileName.value() + "." + number + ".incr";
    }

    /** A base that the increments follow from a record on. */
    Entry nextBase(long start) {
        long number = manifest.nextBase();
        return new Entry(options.fileName.value() + "." + number + ".base", number, start, Manifest.OPEN);
    }

    /** Gives back what a server that was killed had reserved beyond its last record. */
    void releaseUnused(Loader.Result loaded) throws IOException {
        if (loaded.cleanEnd() >= 0) {
            Path last = Directories.queueFile(file(manifest.increments().getLast()));
            try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
                channel.truncate(loaded.cleanEnd() + LogFile.END_MARK);
            }
        }
    }

    /** Deletes what a killed server has left unnamed. Only after the files that the manifest names were loaded: nothing else tells what is left. */
    void deleteLeftovers() {
        new Leftovers(path(), options.fileName.value(), manifest).delete();
    }

    /** Has the files that are history deleted in the background, and then the manifest forget them. */
    void deleteHistory() {
        List<Entry> deleted = manifest.history();
        if (deleted.isEmpty() || options.keepHistory.value()) {
            return;
        }
        List<Path> files = new ArrayList<>();
        deleted.forEach(e -> files.add(file(e)));
        server.cleaning().submit(new Jobs.Job(() -> Jobs.delete(files), (job, failure) -> {
            if (failure != null) {
                LOG.warn("Old append only files could not be deleted: {}", failure.getMessage());
            } else if (before == null && manifest.history().equals(deleted) && lockFile != null) {
                forgetHistory();
            }
        }));
    }

    private void forgetHistory() {
        Manifest next = manifest.withoutHistory();
        try {
            next.write(manifestFile());
            manifest = next;
        } catch (IOException e) {
            LOG.warn("The manifest still names old files: {}", e.getMessage());
        }
    }
}
