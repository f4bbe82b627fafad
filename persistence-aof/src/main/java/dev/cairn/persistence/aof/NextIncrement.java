package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An increment that will be begun. It belongs to the thread that opens it until it has been opened. */
final class NextIncrement {
    private static final Logger LOG = LoggerFactory.getLogger(NextIncrement.class);

    private final Path directory;
    private final long number;
    private final LogFile.Opener opener;
    private final boolean forced;
    private @Nullable LogFile file;

    NextIncrement(Path directory, long number, LogFile.Opener opener, boolean forced) {
        this.directory = directory;
        this.number = number;
        this.opener = opener;
        this.forced = forced;
    }

    /** Makes its files. Any thread. */
    NextIncrement open() throws IOException {
        try {
            file = opener.open(directory, forced);
        } catch (IOException e) {
            deleteFiles();
            throw e;
        }
        return this;
    }

    /** The file that was opened. */
    LogFile opened() {
        return Objects.requireNonNull(file);
    }

    /** Its entry in the manifest, when its first record has this number. */
    Manifest.Entry entry(long sequence) {
        return new Manifest.Entry(directory.getFileName().toString(), number, sequence, Manifest.OPEN);
    }

    /** Closes and deletes it: it is not begun. Main thread. */
    void discard() {
        LogFile f = file;
        if (f == null) {
            return;
        }
        f.end();
        try {
            f.close();
        } catch (IOException e) {
            LOG.warn("The unused increment {} is closed with an error: {}", directory, e.getMessage());
        }
        deleteFiles();
    }

    private void deleteFiles() {
        try {
            Directories.delete(directory);
        } catch (IOException e) {
            LOG.warn("The unused increment {} could not be deleted: {}", directory, e.getMessage());
        }
    }
}
