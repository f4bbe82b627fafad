package dev.cairn.persistence.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/** Writes append-only files as a server does, record by record, with times that a test chooses. */
final class MadeFiles implements Closeable {
    static final long FIRST_SECOND = 1_700_000_000L;

    final Path directory;
    final Path manifestFile;
    Manifest manifest = Manifest.EMPTY;
    private @Nullable ChronicleFile open;
    private long next = 1;

    MadeFiles(Path directory) {
        this.directory = directory;
        this.manifestFile = directory.resolve("a.aof.manifest");
    }

    static byte[] resp(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    long next() {
        return next;
    }

    /** The file of the last increment. */
    Path file() throws IOException {
        return Directories.queueFile(directory.resolve(manifest.increments().getLast().name()));
    }

    /** Ends the increment that is open, if any, and begins another one. */
    void begin() throws IOException {
        close();
        manifest = manifest.seal(next - 1);
        long number = manifest.nextIncrement();
        Entry e = new Entry("a.aof." + number + ".incr", number, next, Manifest.OPEN);
        open = ChronicleFile.open(directory.resolve(e.name()), false);
        open.begin(next++, FIRST_SECOND * 1000);
        manifest = manifest.with(e);
        manifest.write(manifestFile);
    }

    /** Writes a base of what is given and a manifest that begins with it and the last increment, as a rewrite does. */
    void rewritten(byte[] commands) throws IOException {
        Entry following = manifest.increments().getLast();
        Entry e = new Entry("a.aof." + manifest.nextBase() + ".base", manifest.nextBase(), following.start(), Manifest.OPEN);
        long block = Pages.map(BaseFile.HEADER + commands.length);
        try (BaseFile.Writer writer = new BaseFile.Writer(directory.resolve(e.name()), true)) {
            Memory.copyFromArray(commands, 0, block + BaseFile.HEADER, commands.length);
            writer.block(block, commands.length, 0);
            writer.finish();
        } finally {
            Pages.unmap(block, BaseFile.HEADER + commands.length);
        }
        Manifest before = manifest;
        manifest =
                new Manifest(Optional.of(e), manifest.increments().subList(manifest.increments().size() - 1, manifest.increments().size()),
                        java.util.List.of());
        manifest.write(manifestFile);
        for (Entry old : before.increments()) {
            if (!old.name().equals(following.name())) {
                Directories.delete(directory.resolve(old.name()));
            }
        }
    }

    /** Appends a record of commands of a database, logged some seconds after the first. */
    void record(int flags, int database, int second, byte[] payload) throws IOException {
        long record = Pages.map(RecordFormat.HEADER + payload.length);
        try {
            Memory.copyFromArray(payload, 0, record + RecordFormat.HEADER, payload.length);
            RecordFormat.header(record, next++, (FIRST_SECOND + second) * 1000, payload.length, database, flags);
            Objects.requireNonNull(open).append(record, RecordFormat.HEADER + payload.length);
        } finally {
            Pages.unmap(record, RecordFormat.HEADER + payload.length);
        }
    }

    /** Appends a change of one command. */
    void command(int second, String... words) throws IOException {
        record(RecordFormat.FIRST | RecordFormat.LAST, 0, second, resp(words));
    }

    /** Ends the increment that is open, as at an orderly end; the manifest does not say so. */
    @Override
    public void close() throws IOException {
        ChronicleFile file = open;
        open = null;
        if (file != null) {
            file.end();
            file.close();
        }
    }
}
