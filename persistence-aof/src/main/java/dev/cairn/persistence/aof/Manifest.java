package dev.cairn.persistence.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The list of the files that are the data: a base, increments in their order, and history that may be deleted. Immutable; safe on any thread.
 *
 * <p>It is a text: a line with the format's version, a line for each file of the form {@code file NAME seq N type b|i|h start S end E}, where
 * S and E are the sequence numbers of the first and last record of an increment, E only where it is sealed, and at the end the CRC-32C
 * of all lines before. It is replaced as a whole: a temporary file is written and forced, renamed, and the directory forced.
 */
record Manifest(Optional<Entry> base, List<Entry> increments, List<Entry> history) {
    /** A file's line; its name may have spaces. */
    private static final Pattern LINE = Pattern.compile("file (.+) seq (\\d+) type (\\S+) start (\\d+)(?: end (-?\\d+))?");
    private static final String HEADER = "cairn-aof-manifest 1";
    /** The {@code end} of an increment that is not sealed. */
    static final long OPEN = -1;

    /** A manifest of nothing. */
    static final Manifest EMPTY = new Manifest(Optional.empty(), List.of(), List.of());

    /**
     * A file, or an increment's directory.
     *
     * @param name its name in the directory
     * @param number its number among those of its kind, from 1
     * @param start sequence number of its first record; of a base, of the first record that is not in it
     * @param end sequence number of the last record that counts, {@code start - 1} for none, {@link #OPEN} where it is not sealed
     */
    record Entry(String name, long number, long start, long end) {
        Entry sealed(long last) {
            return new Entry(name, number, start, last);
        }
    }

    Manifest {
        increments = List.copyOf(increments);
        history = List.copyOf(history);
    }

    boolean isEmpty() {
        return base.isEmpty() && increments.isEmpty();
    }

    long nextIncrement() {
        return Math.max(max(increments), max(history)) + 1;
    }

    long nextBase() {
        return Math.max(base.map(Entry::number).orElse(0L), max(history)) + 1;
    }

    private static long max(List<Entry> entries) {
        return entries.stream().mapToLong(Entry::number).max().orElse(0);
    }

    /** The manifest with the last increment sealed at a record, if it is not sealed yet. */
    Manifest seal(long last) {
        return increments.isEmpty() || increments.getLast().end() != OPEN ? this : endingAt(last);
    }

    /** The manifest with the last increment sealed at a record, whatever it was before. */
    Manifest endingAt(long last) {
        List<Entry> sealed = new ArrayList<>(increments);
        sealed.set(sealed.size() - 1, sealed.getLast().sealed(last));
        return new Manifest(base, sealed, history);
    }

    /** The manifest with one more increment. */
    Manifest with(Entry increment) {
        List<Entry> more = new ArrayList<>(increments);
        more.add(increment);
        return new Manifest(base, more, history);
    }

    /** The manifest with one more file that a start deletes. */
    Manifest withHistory(Entry deleted) {
        List<Entry> more = new ArrayList<>(history);
        more.add(deleted);
        return new Manifest(base, increments, more);
    }

    /** The manifest after a rewrite: a new base, the increments that follow it, and all others as history. */
    Manifest rewritten(Entry newBase, List<Entry> following) {
        List<Entry> old = new ArrayList<>(history);
        base.ifPresent(old::add);
        increments.stream().filter(i -> following.stream().noneMatch(f -> f.name().equals(i.name()))).forEach(old::add);
        return new Manifest(Optional.of(newBase), following, old);
    }

    /** The manifest without history. */
    Manifest withoutHistory() {
        return new Manifest(base, increments, List.of());
    }

    /** The file's text. */
    String text() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        base.ifPresent(e -> line(text, e, 'b'));
        history.forEach(e -> line(text, e, 'h'));
        increments.forEach(e -> line(text, e, 'i'));
        String lines = text.toString();
        return lines + "crc32c " + crc(lines) + "\n";
    }

    private static void line(StringBuilder text, Entry e, char type) {
        text.append("file ").append(e.name()).append(" seq ").append(e.number()).append(" type ").append(type).append(" start ")
                .append(e.start());
        if (e.end() != OPEN) {
            text.append(" end ").append(e.end());
        }
        text.append('\n');
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(java.util.Locale.ROOT, "%08x", crc.getValue());
    }

    /**
     * Reads a manifest's text.
     *
     * @throws IOException when it is not one; the message names the line
     */
    static Manifest parse(String text) throws IOException {
        int trailer = text.lastIndexOf("crc32c ");
        if (!text.startsWith(HEADER + "\n")) {
            throw new IOException("line 1 is not '" + HEADER + "'");
        }
        if (trailer < 0 || !text.substring(trailer).equals("crc32c " + crc(text.substring(0, trailer)) + "\n")) {
            throw new IOException("its last line is not the checksum of the lines before");
        }
        Optional<Entry> base = Optional.empty();
        List<Entry> increments = new ArrayList<>();
        List<Entry> history = new ArrayList<>();
        String[] lines = text.substring(0, trailer).split("\n");
        for (int i = 1; i < lines.length; i++) {
            Matcher line = LINE.matcher(lines[i]);
            if (!line.matches()) {
                throw new IOException("line " + (i + 1) + " is not of the form 'file NAME seq N type b|i|h start S [end E]'");
            }
            Entry e = entry(line, i + 1);
            switch (line.group(3)) {
                case "b" -> {
                    if (base.isPresent()) {
                        throw new IOException("line " + (i + 1) + " names a second base");
                    }
                    base = Optional.of(e);
                }
                case "i" -> increments.add(e);
                case "h" -> history.add(e);
                default -> throw new IOException("line " + (i + 1) + " has the unknown type " + line.group(3));
            }
        }
        return new Manifest(base, increments, history);
    }

    private static Entry entry(Matcher line, int number) throws IOException {
        try {
            String name = line.group(1);
            String end = line.group(5);
            if (name.equals(String.valueOf(Path.of(name).getFileName()))) {
                return new Entry(name, Long.parseLong(line.group(2)), Long.parseLong(line.group(4)),
                        end == null ? OPEN : Long.parseLong(end));
            }
        } catch (RuntimeException e) {
            throw new IOException("line " + number + " is no file's: " + e.getMessage(), e);
        }
        throw new IOException("line " + number + " names a path, not a file of the directory");
    }

    /**
     * Reads a manifest, an empty one where there is none.
     *
     * @throws IOException when it cannot be read; the message tells what to do
     */
    static Manifest read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return EMPTY;
        } catch (IOException e) {
            throw new IOException("Can't read the manifest " + file + ": " + e, e);
        }
        try {
            return parse(text);
        } catch (IOException e) {
            throw new IOException("The manifest " + file + " is damaged: " + e.getMessage() + ". Look at the files beside it and repair it"
                    + " with: cairn-check-aof --fix " + file, e);
        }
    }

    /** Replaces the manifest on disk. */
    void write(Path file) throws IOException {
        Path temporary = file.resolveSibling("temp-" + file.getFileName());
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text());
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Directories.force(Directories.containing(file));
    }
}
