package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.persistence.ReplayTarget;
import dev.cairn.persistence.aof.IncrementScanner.Found;
import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * Loads the data that a manifest names: the base, then the increments, record by record. Main thread.
 *
 * <p>What is found damaged decides: at the end of the last increment, where a crash leaves it, the good part is loaded and the rest dropped
 * with a word, if {@code aof-load-truncated} allows; anywhere else, and where records behind the damage say that those before them had been
 * safe on disk, loading is refused. Nothing is dropped in silence.
 */
final class Loader {
    /**
     * What was loaded.
     *
     * @param cleanEnd where the records of the last increment end with nothing behind them, as a crash leaves it; -1 where the manifest
     *            knew its end, or where something was dropped
     */
    record Result(long lastSequence, long bytes, boolean completed, long cleanEnd) {
    }

    private static final Logger LOG = LoggerFactory.getLogger(Loader.class);

    private final ReplayTarget host;
    private final Path directory;
    private final Path manifestFile;
    private final Manifest manifest;
    private final boolean loadTruncated;
    private final long serveEach;
    private long loaded;
    private long served;
    /** Payloads of a group that has not ended. */
    private long group;
    private long groupCapacity;
    private long groupLength;
    private long records;
    private long cleanEnd = -1;
    private boolean stopped;
    /** Whether the base is loaded, how many increments were begun, and the last good record of the latest. */
    private boolean baseGood;
    private int begun;
    private long good;

    Loader(ReplayTarget host, Path manifestFile, Manifest manifest, boolean loadTruncated, long serveEach) {
        this.host = host;
        this.directory = Directories.containing(manifestFile);
        this.manifestFile = manifestFile;
        this.manifest = manifest;
        this.loadTruncated = loadTruncated;
        this.serveEach = serveEach;
    }

    /**
     * Loads everything; the databases are empty before.
     *
     * @throws IOException when loading is refused; the message names file, record and what to do
     */
    Result load() throws IOException {
        host.beginLoading(total());
        try {
            long last = 0;
            if (manifest.base().isPresent()) {
                last = loadBase(manifest.base().get());
            }
            baseGood = true;
            for (int i = 0; i < manifest.increments().size() && !stopped; i++) {
                Entry e = manifest.increments().get(i);
                if (i > 0 && e.start() != last + 1) {
                    throw new IOException("The manifest " + manifestFile + " has a gap: " + e.name() + " begins with record " + e.start()
                            + ", but the one before ends with " + last + ". " + repair());
                }
                last = loadIncrement(e, i == manifest.increments().size() - 1);
            }
            return new Result(last, loaded, !stopped, cleanEnd);
        } finally {
            host.endLoading();
            if (groupCapacity > 0) {
                Pages.unmap(group, groupCapacity);
            }
        }
    }

    /** The part of the manifest that {@link #load} has found good, up to where it ended or failed; empty when the base is not. */
    Manifest goodPart() {
        if (!baseGood) {
            return Manifest.EMPTY;
        }
        Manifest part = new Manifest(manifest.base(), manifest.increments().subList(0, begun), List.of());
        return begun == 0 ? part : part.endingAt(good);
    }

    /** Logs how fast {@link #load} was, in this many nanoseconds. */
    void report(long nanos) {
        double seconds = Math.max(nanos, 1) / 1e9;
        LOG.info("DB loaded from append only file: {} seconds, {} commands in {} records, {} commands/s, {} MB/s", round(seconds),
                host.replayed(), records, (long) (host.replayed() / seconds), round(loaded / seconds / 1e6));
    }

    private static String round(double value) {
        return String.format(java.util.Locale.ROOT, "%.3f", value);
    }

    private long total() throws IOException {
        long sum = 0;
        try {
            if (manifest.base().isPresent()) {
                sum += Files.size(directory.resolve(manifest.base().get().name()));
            }
            for (Entry e : manifest.increments()) {
                sum += Files.size(Directories.queueFile(directory.resolve(e.name())));
            }
        } catch (NoSuchFileException e) {
            throw new IOException("The manifest " + manifestFile + " names a file that is missing: " + e.getMessage() + ". " + repair(), e);
        }
        return sum;
    }

    private String repair() {
        return "Make a copy of the directory, then salvage what is good with: cairn-check-aof --fix " + manifestFile;
    }

    private long loadBase(Entry base) throws IOException {
        Path file = directory.resolve(base.name());
        try (BaseFile.Reader reader = new BaseFile.Reader(file)) {
            long before = 0;
            while (!stopped && reader.next()) {
                String wrong = host.replay(Memory.ALL, reader.commands(), reader.length(), reader.database());
                if (wrong != null) {
                    throw new IOException("The base " + file + " cannot be loaded, near byte " + before + ": " + wrong + ". " + repair());
                }
                count(reader.position() - before);
                before = reader.position();
            }
        } catch (NoSuchFileException e) {
            throw new IOException("The base " + file + " is missing. " + repair(), e);
        } catch (IOException e) {
            throw new IOException(e.getMessage() + " " + repair(), e);
        }
        return base.start() - 1;
    }

    private void count(long bytes) {
        loaded += bytes;
        if (loaded - served >= serveEach) {
            served = loaded;
            stopped |= !host.progress(loaded);
        }
    }

    /** Loads an increment; the number of its last record that counts. */
    private long loadIncrement(Entry e, boolean last) throws IOException {
        begun++;
        good = e.start() - 1;
        if (e.end() != Manifest.OPEN && e.end() < e.start()) {
            return e.end();
        }
        Path file = Directories.queueFile(directory.resolve(e.name()));
        try (IncrementScanner scanner = new IncrementScanner(file, e.start())) {
            long before = 0;
            Found found = Found.END;
            while (!stopped && good != e.end() && (found = scanner.next()) == Found.RECORD) {
                if (apply(file, scanner)) {
                    good = scanner.expected() - 1;
                }
                count(scanner.position() - before);
                before = scanner.position();
            }
            if (good == e.end() || stopped) {
                return good;
            }
            checkEnd(e, file, scanner, found, last);
            groupLength = 0;
            return good;
        }
    }

    /** Decides what it means that an increment has ended at this record. */
    private void checkEnd(Entry e, Path file, IncrementScanner scanner, Found found, boolean last) throws IOException {
        String where = file + ", record " + scanner.expected() + ", byte " + scanner.position();
        if (e.end() != Manifest.OPEN || !last) {
            throw new IOException("The append only file is damaged within: " + where + ": "
                    + (found == Found.BAD ? scanner.problem() : "the records end here") + ", but the file goes on to record " + e.end()
                    + ". "
                    + repair());
        }
        int beyond = scanner.beyond();
        if (found == Found.END && beyond == 0 && scanner.expected() - 1 == good) {
            cleanEnd = scanner.position();
            return;
        }
        String what = found == Found.BAD ? scanner.problem() : beyond != 0 ? "records are missing" : "the last change is not whole";
        if (beyond != 0 && (beyond & RecordFormat.FORCED) != 0) {
            throw new IOException(
                    "The append only file is damaged: " + where + ": " + what + ", though records behind it were written after"
                            + " it was safe on disk. " + repair());
        }
        if (!loadTruncated) {
            throw new IOException("Unexpected end of the append only file: " + where + ": " + what + ". The last good record is " + good
                    + ". " + repair() + ", or set aof-load-truncated to yes and start again.");
        }
        LOG.warn(
                "The append only file ends early: {}: {}. What was logged after record {} is dropped, because aof-load-truncated is enabled",
                where, what, good);
    }

    /** Executes the commands of a record, or keeps them until their group is whole; true when nothing is left undone. */
    private boolean apply(Path file, IncrementScanner scanner) throws IOException {
        long record = scanner.record();
        int flags = RecordFormat.flags(record);
        int payload = RecordFormat.payload(record);
        records++;
        if ((flags & (RecordFormat.FIRST | RecordFormat.LAST)) == (RecordFormat.FIRST | RecordFormat.LAST)) {
            execute(file, scanner, record + RecordFormat.HEADER, payload);
            return true;
        }
        if ((flags & RecordFormat.FIRST) != 0) {
            groupLength = 0;
        }
        keep(record + RecordFormat.HEADER, payload);
        if ((flags & RecordFormat.LAST) == 0) {
            return false;
        }
        execute(file, scanner, group, groupLength);
        groupLength = 0;
        return true;
    }

    private void keep(long payload, int length) {
        if (groupLength + length > groupCapacity) {
            long larger = Math.max(2 * groupCapacity, groupLength + length);
            long to = Pages.map(larger);
            if (groupCapacity > 0) {
                Memory.copy(group, to, groupLength);
                Pages.unmap(group, groupCapacity);
            }
            group = to;
            groupCapacity = larger;
        }
        Memory.copy(payload, group + groupLength, length);
        groupLength += length;
    }

    private void execute(Path file, IncrementScanner scanner, long commands, long length) throws IOException {
        long record = scanner.record();
        if (length == 0) {
            return;
        }
        String wrong = host.replay(Memory.ALL, commands, length, RecordFormat.database(record));
        if (wrong != null) {
            throw new IOException("Bad command in the append only file: " + file + ", record " + RecordFormat.sequence(record) + ", byte "
                    + scanner.offset() + ": " + wrong + ". If a module that brings it is missing, add it; else: " + repair());
        }
    }
}
