package dev.cairn.persistence.aof;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.persistence.ReplayTarget;
import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.structures.Memory;

/**
 * Finds the good part of damaged files. It changes nothing but the manifest: an increment is cut by naming its last record that counts, and
 * what is dropped stays on disk, unnamed. One thread at a time.
 */
final class Repair {
    /** What is wrong, empty when nothing is, and the manifest of what is good. */
    record Verdict(String problem, Manifest good) {
    }

    /** Takes commands as well-formed or not, and executes none. */
    private static final class Reader implements ReplayTarget {
        private long commands;

        @Override
        public void beginLoading(long totalBytes) {
            commands = 0;
        }

        @Override
        public void endLoading() {
            // nothing was begun
        }

        @Override
        public @Nullable String replay(MemorySegment memory, long offset, long length, int database) {
            CommandReader reader = new CommandReader(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), database);
            try {
                while (!reader.next().isEmpty()) {
                    commands++;
                }
                return null;
            } catch (IOException e) {
                return e.getMessage();
            }
        }

        @Override
        public boolean progress(long bytes) {
            return true;
        }

        @Override
        public long replayed() {
            return commands;
        }
    }

    private final Path manifestFile;
    private final Path directory;
    private final String name;

    Repair(Path manifestFile) {
        this.manifestFile = manifestFile;
        this.directory = Directories.containing(manifestFile);
        String file = manifestFile.getFileName().toString();
        this.name = file.endsWith(".manifest") ? file.substring(0, file.length() - ".manifest".length()) : file;
    }

    /** The data's file that a server locks while it uses the directory. */
    Path lockFile() {
        return directory.resolve(name + ".lock");
    }

    /** Checks as a start of the server would with {@code aof-load-truncated no}. */
    Verdict check() {
        Manifest manifest;
        try {
            manifest = Manifest.read(manifestFile);
        } catch (IOException e) {
            return new Verdict(String.valueOf(e.getMessage()), Manifest.EMPTY);
        }
        return check(manifest);
    }

    private Verdict check(Manifest manifest) {
        Manifest there = present(manifest);
        Loader loader = new Loader(new Reader(), manifestFile, there, false, Long.MAX_VALUE);
        try {
            loader.load();
            boolean missing = there != manifest;
            return new Verdict(missing ? "The manifest " + manifestFile + " names a file that is missing: " + missing(manifest) : "",
                    there);
        } catch (IOException e) {
            return new Verdict(String.valueOf(e.getMessage()), loader.goodPart());
        }
    }

    private String missing(Manifest manifest) {
        return Stream.concat(manifest.base().stream(), manifest.increments().stream()).map(Entry::name)
                .filter(f -> !Files.exists(directory.resolve(f))).findFirst().orElse("a .cq4 file of an increment");
    }

    /** The manifest up to the first file that is missing. */
    private Manifest present(Manifest manifest) {
        if (manifest.base().isPresent() && !Files.exists(directory.resolve(manifest.base().get().name()))) {
            return Manifest.EMPTY;
        }
        List<Entry> increments = manifest.increments();
        for (int i = 0; i < increments.size(); i++) {
            try {
                Directories.queueFile(directory.resolve(increments.get(i).name()));
            } catch (IOException e) {
                return new Manifest(manifest.base(), increments.subList(0, i), manifest.history());
            }
        }
        return manifest;
    }

    /**
     * The good part of what {@link #check} refuses: up to the first damage. A damaged base is written anew with its good blocks, a damaged
     * manifest from the files beside it.
     *
     * @throws IOException when nothing is good, or the files do not tell what belongs together
     */
    Manifest salvage() throws IOException {
        Manifest manifest;
        try {
            manifest = Manifest.read(manifestFile);
        } catch (IOException e) {
            manifest = rebuilt();
        }
        Verdict verdict = check(manifest);
        if (!verdict.good().isEmpty() || verdict.problem().isEmpty()) {
            return verdict.good();
        }
        if (manifest.base().isEmpty() || !Files.exists(directory.resolve(manifest.base().get().name()))) {
            throw new IOException(verdict.problem() + "\nNothing before it is good, so there is nothing to keep.");
        }
        return new Manifest(Optional.of(goodBlocks(manifest.base().get(), manifest.nextBase())), List.of(), List.of());
    }

    private Entry goodBlocks(Entry damaged, long number) throws IOException {
        Path to = directory.resolve(name + "." + number + ".base");
        Path temporary = to.resolveSibling("temp-" + to.getFileName());
        try (BaseFile.Reader reader = new BaseFile.Reader(directory.resolve(damaged.name()));
                BaseFile.Writer writer = new BaseFile.Writer(temporary, true)) {
            Reader target = new Reader();
            while (nextGood(reader) && target.replay(Memory.ALL, reader.commands(), reader.length(),
                    reader.database()) == null) {
                writer.block(reader.commands() - BaseFile.HEADER, reader.length(), reader.database());
            }
            writer.finish();
        }
        Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE);
        return new Entry(to.getFileName().toString(), number, damaged.start(), Manifest.OPEN);
    }

    private static boolean nextGood(BaseFile.Reader reader) {
        try {
            return reader.next();
        } catch (IOException damaged) {
            return false;
        }
    }

    /**
     * A manifest made of the files: the base, of which there may be one, and the increments, whose first records tell their order. One that was
     * never begun is left out: nothing is in it.
     */
    private Manifest rebuilt() throws IOException {
        Pattern pattern = Pattern.compile(Pattern.quote(name) + "\\.(\\d+)\\.(base|incr)");
        List<Entry> bases = new ArrayList<>();
        List<Entry> increments = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Matcher matcher = pattern.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    long number = Long.parseLong(matcher.group(1));
                    boolean base = matcher.group(2).equals("base");
                    OptionalLong start = base ? OptionalLong.of(1) : firstSequence(file);
                    if (start.isPresent()) {
                        (base ? bases : increments).add(new Entry(matcher.group(), number, start.getAsLong(), Manifest.OPEN));
                    }
                }
            }
        }
        if (bases.size() > 1) {
            throw new IOException("The manifest " + manifestFile + " is damaged, and there are " + bases.size()
                    + " bases, of which nothing tells which one counts. Move the others away, then try again.");
        }
        increments.sort(Comparator.comparingLong(Entry::number));
        for (int i = 0; i + 1 < increments.size(); i++) {
            increments.set(i, increments.get(i).sealed(increments.get(i + 1).start() - 1));
        }
        long start = increments.isEmpty() ? 1 : increments.getFirst().start();
        return new Manifest(bases.stream().findFirst().map(b -> new Entry(b.name(), b.number(), start, Manifest.OPEN)), increments,
                List.of());
    }

    /** The number of an increment's first record; empty where a killed server has made its directory, and has not begun it. */
    private static OptionalLong firstSequence(Path increment) throws IOException {
        try (Stream<Path> files = Files.list(increment)) {
            if (files.noneMatch(f -> f.toString().endsWith(".cq4"))) {
                return OptionalLong.empty();
            }
        }
        return IncrementScanner.firstSequence(Directories.queueFile(increment));
    }

    /**
     * The manifest up to the last change that was logged in a second or before it.
     *
     * @throws IOException when the files are damaged before that, or the base holds later changes
     */
    Manifest until(long seconds) throws IOException {
        Manifest manifest = Manifest.read(manifestFile);
        List<Entry> kept = new ArrayList<>();
        for (Entry e : manifest.increments()) {
            try (IncrementScanner scanner = new IncrementScanner(Directories.queueFile(directory.resolve(e.name())), e.start())) {
                long good = e.start() - 1;
                while (good != e.end() && scanner.next() == IncrementScanner.Found.RECORD) {
                    if (Math.floorDiv(RecordFormat.millis(scanner.record()), 1000L) > seconds) {
                        if (kept.isEmpty() && scanner.expected() - 1 == e.start()) {
                            throw new IOException("There is nothing in the increments that is as old; the base may hold later changes."
                                    + " Nothing is truncated.");
                        }
                        kept.add(e.sealed(good));
                        return new Manifest(manifest.base(), kept, List.of());
                    }
                    if ((RecordFormat.flags(scanner.record()) & RecordFormat.LAST) != 0) {
                        good = scanner.expected() - 1;
                    }
                }
            }
            kept.add(e);
        }
        return manifest;
    }

    /** What the manifest names now; nothing when it cannot be read. */
    Manifest named() {
        try {
            return Manifest.read(manifestFile);
        } catch (IOException damaged) {
            return Manifest.EMPTY;
        }
    }

    /** What a manifest counts that another one does not, for people. */
    static List<String> dropped(Manifest before, Manifest after) {
        List<String> lines = new ArrayList<>();
        before.base().filter(b -> !after.base().equals(before.base())).ifPresent(b -> lines.add(
                b.name() + ": " + after.base().map(a -> "what is behind its good blocks, which are now " + a.name()).orElse("all of it")));
        for (Entry e : before.increments()) {
            Optional<Entry> kept = after.increments().stream().filter(a -> a.name().equals(e.name())).findFirst();
            if (kept.isEmpty()) {
                lines.add(e.name() + ": all records, from " + e.start() + " on");
            } else if (kept.get().end() != e.end()) {
                lines.add(e.name() + ": all records after " + kept.get().end());
            }
        }
        return lines;
    }

    /** Makes a manifest the one that counts; the one before is kept beside it. */
    void write(Manifest manifest) throws IOException {
        if (Files.exists(manifestFile)) {
            Files.copy(manifestFile, manifestFile.resolveSibling("before-fix-" + manifestFile.getFileName() + ".txt"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        manifest.write(manifestFile);
    }
}
