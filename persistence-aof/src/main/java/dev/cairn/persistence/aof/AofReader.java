package dev.cairn.persistence.aof;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.cairn.persistence.aof.IncrementScanner.Found;
import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.structures.Memory;

/**
 * Reads the append-only files as a stream of changes, from another process than the server's and while the server writes. It locks nothing
 * and writes nothing. One thread at a time.
 *
 * <p>A change is given when it is whole and its checksums are right, never before. A rewrite does not disturb: what is being read stays open,
 * and the manifest tells which increment follows. Only a reader that is more than an increment behind when a rewrite deletes what it has not
 * read yet is left with a gap, and is told so by {@link Gone}. A change that was read may be lost to the server by a power cut, as a reply
 * may be; after {@code cairn-check-aof --fix}, numbers are given again.
 */
public final class AofReader implements Closeable {
    /** Says that what was asked for is not in the log any more: a rewrite has put it into the base. */
    public static final class Gone extends IOException {
        private static final long serialVersionUID = 1L;
        private final long firstSequence;

        Gone(String message, long firstSequence) {
            super(message);
            this.firstSequence = firstSequence;
        }

        /** The first number that there is, to go on with behind a gap. */
        public long firstSequence() {
            return firstSequence;
        }
    }

    private static final long SHORTEST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 50;
    /** Looks at a finished document that does not read right before it is taken for damaged: its bytes may be on their way. */
    private static final int LOOKS = 20;

    private final Path manifestFile;
    private final Path directory;
    private final long fromSequence;
    private final long fromMillis;
    private BaseFile.@Nullable Reader base;
    private long baseMillis;
    private @Nullable Entry increment;
    private @Nullable IncrementScanner scanner;
    /** The number of the next record, and whether it is known yet where the stream begins. */
    private long next;
    private boolean begun;
    private final ByteArrayOutputStream group = new ByteArrayOutputStream();
    private int looks;

    private AofReader(Path path, long fromSequence, long fromMillis) throws IOException {
        this.manifestFile = manifest(path);
        this.directory = Directories.containing(manifestFile);
        this.fromSequence = fromSequence;
        this.fromMillis = fromMillis;
    }

    /**
     * Reads everything: the keys of the base, then the changes since.
     *
     * @param path a manifest, or the directory that holds one
     * @throws IOException when there is none, or more than one
     */
    public static AofReader all(Path path) throws IOException {
        AofReader reader = new AofReader(path, 0, Long.MIN_VALUE);
        reader.openBase();
        return reader;
    }

    /** Reads the changes from a number on, one more than {@link Change#sequence} of the last that is known. */
    public static AofReader fromSequence(Path path, long sequence) throws IOException {
        return new AofReader(path, sequence, Long.MIN_VALUE);
    }

    /** Reads the changes that were logged at a time or later. */
    public static AofReader fromTime(Path path, Instant time) throws IOException {
        return new AofReader(path, 0, time.toEpochMilli());
    }

    /** The manifest that a path means: it itself, or the only one in the directory. */
    static Path manifest(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString(), null, "no such file or directory");
            }
            return path.toAbsolutePath();
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Path> found = files.filter(f -> f.getFileName().toString().endsWith(".manifest"))
                    .filter(f -> !f.getFileName().toString().startsWith("temp-")).toList();
            if (found.size() != 1) {
                throw new IOException(path + " should hold one manifest and holds " + found.size() + "; name the manifest itself");
            }
            return found.getFirst().toAbsolutePath();
        }
    }

    private void openBase() throws IOException {
        for (int attempt = 1;; attempt++) {
            Manifest manifest = Manifest.read(manifestFile);
            if (manifest.base().isEmpty()) {
                return;
            }
            Entry e = manifest.base().get();
            Path file = directory.resolve(e.name());
            try {
                baseMillis = Files.getLastModifiedTime(file).toMillis();
                base = new BaseFile.Reader(file);
                next = e.start();
                begun = true;
                return;
            } catch (NoSuchFileException replaced) {
                if (attempt == LOOKS) {
                    throw replaced;
                }
            }
        }
    }

    /** The number of the next record that is read: all before are given, or were before the beginning. */
    public long nextSequence() {
        return next;
    }

    /**
     * The next change, if it is there; never waits.
     *
     * @throws Gone when a rewrite has deleted what would be next
     * @throws IOException when the files are damaged, or cannot be read
     */
    public Optional<Change> poll() throws IOException {
        while (base != null) {
            Optional<Change> piece = pieceOfBase(base);
            if (piece.isPresent()) {
                return piece;
            }
        }
        while (scanner != null || openNext(Manifest.read(manifestFile))) {
            IncrementScanner s = Objects.requireNonNull(scanner);
            Entry e = Objects.requireNonNull(increment);
            if (e.end() != Manifest.OPEN && s.expected() > e.end()) {
                closeIncrement();
                continue;
            }
            Found found = s.next();
            if (found == Found.RECORD) {
                looks = 0;
                Optional<Change> change = take(s);
                if (change.isPresent()) {
                    return change;
                }
            } else if (!goesOn(e, s, found)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /**
     * The next change, for which it waits if it must; a change is seen some milliseconds after it was logged.
     *
     * @param longest the longest time to wait
     * @throws IOException as {@link #poll} does
     */
    public Optional<Change> await(Duration longest) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        long pause = SHORTEST_PAUSE_MILLIS;
        Optional<Change> change = poll();
        while (change.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            change = poll();
        }
        return change;
    }

    private Optional<Change> pieceOfBase(BaseFile.Reader reader) throws IOException {
        if (!reader.next()) {
            reader.close();
            base = null;
            return Optional.empty();
        }
        return change(next - 1, baseMillis, true, Memory.toArray(reader.commands(), Math.toIntExact(reader.length())), reader.database());
    }

    private Optional<Change> take(IncrementScanner s) throws IOException {
        long record = s.record();
        int flags = RecordFormat.flags(record);
        if ((flags & RecordFormat.FIRST) != 0) {
            group.reset();
        }
        byte[] payload = Memory.toArray(record + RecordFormat.HEADER, RecordFormat.payload(record));
        if ((flags & RecordFormat.LAST) == 0) {
            group.write(payload, 0, payload.length);
            return Optional.empty();
        }
        if (group.size() > 0) {
            group.write(payload, 0, payload.length);
            payload = group.toByteArray();
            group.reset();
        }
        next = s.expected();
        if (RecordFormat.sequence(record) < fromSequence || RecordFormat.millis(record) < fromMillis) {
            return Optional.empty();
        }
        return change(next - 1, RecordFormat.millis(record), false, payload, RecordFormat.database(record));
    }

    private static Optional<Change> change(long sequence, long millis, boolean base, byte[] payload, int database) throws IOException {
        CommandReader reader = new CommandReader(payload, database);
        List<Command> commands = new ArrayList<>();
        for (List<byte[]> words = reader.next(); !words.isEmpty(); words = reader.next()) {
            if (!CommandReader.isSelect(words)) {
                commands.add(new Command(reader.database(), words));
            }
        }
        return commands.isEmpty() ? Optional.empty() : Optional.of(new Change(sequence, millis, base, commands));
    }

    /**
     * Finds out what it means that no record was found here: the manifest knows whether the increment was ended. It is read after the file, so
     * an increment that follows at the expected number was begun when nothing could come here any more.
     */
    private boolean goesOn(Entry e, IncrementScanner s, Found found) throws IOException {
        Manifest now = Manifest.read(manifestFile);
        Optional<Entry> same = now.increments().stream().filter(i -> i.name().equals(e.name())).findFirst();
        if (now.increments().stream().anyMatch(i -> i.start() == s.expected() && i.number() > e.number())) {
            closeIncrement();
            return true;
        }
        s.refresh();
        if (same.isEmpty() && !now.increments().isEmpty()) {
            throw gone(s.expected(), now);
        }
        if (same.isPresent() && same.get().end() != e.end()) {
            increment = same.get();
            return true;
        }
        boolean sealed = e.end() != Manifest.OPEN;
        if (sealed || found == Found.BAD && !s.unfinished()) {
            if (++looks > LOOKS) {
                throw new IOException("The increment " + directory.resolve(e.name()) + " is damaged: record " + s.expected() + " at byte "
                        + s.position() + ": " + (found == Found.BAD ? s.problem() : "the records end here") + ". See: cairn-check-aof "
                        + manifestFile);
            }
            Thread.onSpinWait();
            return true;
        }
        if (fromSequence > s.expected()) {
            throw new IOException("The log ends with record " + (s.expected() - 1) + ", before record " + fromSequence + " to begin with");
        }
        return false;
    }

    private boolean openNext(Manifest manifest) throws IOException {
        for (int attempt = 1; !manifest.increments().isEmpty(); attempt++) {
            Entry latest = manifest.increments().getLast();
            if (begun && latest.end() != Manifest.OPEN && next == latest.end() + 1) {
                return false;
            }
            Entry e = begun ? following(manifest) : beginning(manifest);
            try {
                scanner = new IncrementScanner(Directories.queueFile(directory.resolve(e.name())), e.start());
                increment = e;
                if (!begun) {
                    begin(manifest, e);
                }
                return true;
            } catch (NoSuchFileException replaced) {
                if (attempt == LOOKS) {
                    throw replaced;
                }
                manifest = Manifest.read(manifestFile);
            }
        }
        return false;
    }

    private Entry following(Manifest manifest) throws IOException {
        long after = increment == null ? 0 : increment.number();
        for (Entry e : manifest.increments()) {
            if (e.start() == next && e.number() > after) {
                return e;
            }
        }
        throw gone(next, manifest);
    }

    private Entry beginning(Manifest manifest) throws IOException {
        Entry found = manifest.increments().getFirst();
        if (fromSequence > 0 && fromSequence < found.start()) {
            throw gone(fromSequence, manifest);
        }
        for (Entry e : manifest.increments()) {
            if (e.start() <= fromSequence) {
                found = e;
            }
        }
        return found;
    }

    private void begin(Manifest manifest, Entry e) throws IOException {
        next = e.start();
        begun = true;
        if (fromMillis == Long.MIN_VALUE || manifest.base().isEmpty()) {
            return;
        }
        try (IncrementScanner first = new IncrementScanner(Directories.queueFile(directory.resolve(e.name())), e.start())) {
            if (first.next() == Found.RECORD && RecordFormat.millis(first.record()) > fromMillis) {
                throw new Gone("Changes before " + Instant.ofEpochMilli(RecordFormat.millis(first.record())) + " are in the base: "
                        + manifestFile, e.start());
            }
        }
    }

    private Gone gone(long wanted, Manifest manifest) {
        long first = manifest.increments().stream().mapToLong(Entry::start).filter(s -> s > wanted).min()
                .orElse(manifest.increments().getLast().start());
        return new Gone("Record " + wanted + " is not in the log any more, which goes on with record " + first + ": " + manifestFile,
                first);
    }

    private void closeIncrement() throws IOException {
        IncrementScanner s = scanner;
        if (s != null) {
            next = s.expected();
            scanner = null;
            s.close();
        }
        group.reset();
    }

    /** Closes the files. */
    @Override
    public void close() throws IOException {
        if (base != null) {
            base.close();
            base = null;
        }
        closeIncrement();
    }
}
