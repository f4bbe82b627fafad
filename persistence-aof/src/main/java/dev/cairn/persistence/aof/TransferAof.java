package dev.cairn.persistence.aof;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.cairn.api.command.Bytes;
import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.resp.CommandBuffer;

/** {@code cairn-aof}: makes Cairn's append-only files from Redis' own, and the other way round. One thread. */
final class TransferAof {
    private static final String USAGE = """
            Usage: cairn-aof import REDIS-FILES DIRECTORY [--name appendonly.aof]
                   cairn-aof export CAIRN-FILES TARGET [--multi-part]

            import   REDIS-FILES is a single append-only file, or a manifest or directory (appenddirname) of a multi-part one.
                     DIRECTORY is made, or has no append-only files of that name yet: the server's appenddirname.
                     Files with an RDB preamble are refused.
            export   CAIRN-FILES is a manifest or the directory that holds it; a server may be using it.
                     TARGET is the file to be made, as Redis names it appendonly.aof; with --multi-part a directory to be made,
                     with a manifest, a base and an increment.

            Exit code: 0 done; 1 not done, and nothing is left behind.
            """;
    private static final String NAME = "appendonly.aof";
    private static final int PIECE = 256 << 10;
    /** A line of Redis' manifest; a name with other than plain characters is in quotes. */
    private static final Pattern LINE = Pattern.compile("file (\"[^\"\\\\]*\"|\\S+) seq (\\d+) type ([bhi])(?: .*)?");

    private TransferAof() {
    }

    /** The program. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    /** Does what the arguments say; the exit code. */
    static int run(List<String> arguments) {
        try {
            List<String> words = new ArrayList<>(arguments);
            if (words.contains("--help") || words.contains("-h")) {
                System.out.print(USAGE);
                return 0;
            }
            boolean multiPart = words.remove("--multi-part");
            int named = words.indexOf("--name");
            String name = named >= 0 && named + 1 < words.size() ? words.remove(named + 1) : NAME;
            boolean nameGiven = named >= 0 && words.remove("--name");
            if (words.size() == 3 && words.getFirst().equals("import") && !multiPart) {
                importRedis(Path.of(words.get(1)), Path.of(words.get(2)), name);
                return 0;
            }
            if (words.size() == 3 && words.getFirst().equals("export") && !nameGiven) {
                export(Path.of(words.get(1)), Path.of(words.get(2)), multiPart);
                return 0;
            }
            System.err.print(USAGE);
            return 1;
        } catch (NoSuchFileException e) {
            System.err.println("cairn-aof: " + e.getFile() + ": no such file or directory");
            return 1;
        } catch (IOException e) {
            System.err.println("cairn-aof: " + e.getMessage());
            return 1;
        }
    }

    // Import.

    private static void importRedis(Path source, Path directory, String name) throws IOException {
        List<Path> files = redisFiles(source);
        Path manifest = directory.resolve(name + ".manifest");
        if (Files.exists(manifest)) {
            throw new IOException(manifest + " is there already, and its data would be replaced; nothing is done");
        }
        Files.createDirectories(directory);
        Entry base = new Entry(name + ".1.base", 1, 1, Manifest.OPEN);
        long commands = 0;
        try (BaseOfCommands to = new BaseOfCommands(directory.resolve(base.name()))) {
            for (Path file : files) {
                commands += importFile(file, to);
            }
            to.finish();
        }
        new Manifest(Optional.of(base), List.of(), List.of()).write(manifest);
        System.out.println(commands + " commands of " + files.size() + " files are now " + directory.resolve(base.name()));
    }

    /** The files of Redis' data in their order. */
    private static List<Path> redisFiles(Path source) throws IOException {
        boolean inDirectory = Files.isDirectory(source);
        if (!Files.exists(source)) {
            throw new NoSuchFileException(source.toString());
        }
        if (!inDirectory && !source.toString().endsWith(".manifest")) {
            return List.of(source);
        }
        Path manifest = inDirectory ? AofReader.manifest(source) : source;
        List<Path> bases = new ArrayList<>();
        List<Path> increments = new ArrayList<>();
        for (String line : Files.readAllLines(manifest, StandardCharsets.UTF_8)) {
            Matcher words = LINE.matcher(line);
            if (words.matches()) {
                String name = words.group(1).startsWith("\"") ? words.group(1).substring(1, words.group(1).length() - 1) : words.group(1);
                switch (words.group(3)) {
                    case "b" -> bases.add(manifest.resolveSibling(name));
                    case "i" -> increments.add(manifest.resolveSibling(name));
                    default -> {
                        // history, that Redis is about to delete
                    }
                }
            } else if (!line.isBlank() && !line.startsWith("#")) {
                throw new IOException(manifest + " is no manifest of Redis: " + line);
            }
        }
        bases.addAll(increments);
        return bases;
    }

    private static long importFile(Path file, BaseOfCommands to) throws IOException {
        refuseRdb(file);
        long count = 0;
        try (InputStream in = Files.newInputStream(file)) {
            CommandReader reader = new CommandReader(in, 0);
            to.select(0);
            for (List<byte[]> words = reader.next(); !words.isEmpty(); words = reader.next()) {
                to.command(words, reader.database());
                count++;
            }
            if (to.inTransaction()) {
                throw new IOException("it ends within a transaction");
            }
            return count;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage() + ". redis-check-aof may mend it.", e);
        }
    }

    private static void refuseRdb(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String magic = Command.text(in.readNBytes(6));
            if (magic.startsWith("REDIS") || magic.startsWith("VALKEY")) {
                throw new IOException(
                        file + " begins with an RDB snapshot, and that needs RDB, which Cairn does not read. Have Redis write it"
                                + " anew without: CONFIG SET aof-use-rdb-preamble no, then BGREWRITEAOF");
            }
        }
    }

    /** Writes a base out of commands, in blocks that do not part a transaction; without {@link #finish} nothing is left of it. */
    private static final class BaseOfCommands implements Closeable {
        private final Jobs.BaseJob job;
        private final CommandBuffer piece = new CommandBuffer(PIECE + (PIECE >> 2), BaseFile.HEADER);
        private boolean finished;
        private boolean transaction;
        private int database;
        private int blockDatabase;

        BaseOfCommands(Path file) {
            this.job = new Jobs.BaseJob(file, true);
        }

        boolean inTransaction() {
            return transaction;
        }

        /** Begins a block for a database. */
        void select(int to) throws IOException {
            block();
            database = to;
            blockDatabase = to;
        }

        /** Takes a command, after which a database is selected. */
        void command(List<byte[]> words, int selected) throws IOException {
            piece.begin(words.size());
            for (byte[] word : words) {
                piece.word(Bytes.of(word));
            }
            database = selected;
            String name = Command.text(words.getFirst()).toUpperCase(Locale.ROOT);
            transaction = name.equals("MULTI") || transaction && !name.equals("EXEC");
            if (!transaction && piece.length() >= PIECE) {
                block();
            }
        }

        private void block() throws IOException {
            if (!piece.isEmpty()) {
                long block = piece.address();
                long capacity = piece.capacity();
                long commands = piece.length() - BaseFile.HEADER;
                piece.handOver();
                job.piece(block, capacity, commands, blockDatabase);
            }
            blockDatabase = database;
        }

        void finish() throws IOException {
            block();
            job.finish();
            finished = true;
        }

        @Override
        public void close() throws IOException {
            piece.close();
            if (!finished) {
                job.drop();
            }
        }
    }

    // Export.

    private static void export(Path source, Path target, boolean multiPart) throws IOException {
        if (Files.exists(target)) {
            throw new IOException(target + " is there already; nothing is done");
        }
        Path temporary = target.resolveSibling("temp-" + target.getFileName());
        if (multiPart) {
            Files.createDirectory(temporary);
        }
        boolean done = false;
        try (AofReader reader = AofReader.all(source)) {
            if (multiPart) {
                Files.writeString(temporary.resolve(NAME + ".manifest"),
                        "file " + NAME + ".1.base.aof seq 1 type b\nfile " + NAME + ".1.incr.aof seq 1 type i\n",
                        StandardCharsets.US_ASCII);
                exportParts(reader, temporary.resolve(NAME + ".1.base.aof"), temporary.resolve(NAME + ".1.incr.aof"));
            } else {
                try (RedisWriter to = new RedisWriter(temporary)) {
                    for (Optional<Change> change = reader.poll(); change.isPresent(); change = reader.poll()) {
                        to.write(change.get());
                    }
                }
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            System.out.println("The data up to record " + Math.max(reader.nextSequence() - 1, 0) + " is now " + target);
        } finally {
            if (!done) {
                Directories.delete(temporary);
            }
        }
    }

    private static void exportParts(AofReader reader, Path base, Path increment) throws IOException {
        try (RedisWriter keys = new RedisWriter(base); RedisWriter changes = new RedisWriter(increment)) {
            for (Optional<Change> change = reader.poll(); change.isPresent(); change = reader.poll()) {
                (change.get().base() ? keys : changes).write(change.get());
            }
        }
    }

    /** Writes commands as Redis logs them. */
    private static final class RedisWriter extends FilterOutputStream {
        private int database;

        RedisWriter(Path file) throws IOException {
            super(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        }

        void write(Change change) throws IOException {
            for (Command command : change.commands()) {
                if (command.database() != database) {
                    database = command.database();
                    words(Arrays.asList(ascii("SELECT"), ascii(Integer.toString(database))));
                }
                words(command.words());
            }
        }

        private void words(List<byte[]> words) throws IOException {
            out.write(ascii("*" + words.size() + "\r\n"));
            for (byte[] word : words) {
                out.write(ascii("$" + word.length + "\r\n"));
                out.write(word);
                out.write(ascii("\r\n"));
            }
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }
}
