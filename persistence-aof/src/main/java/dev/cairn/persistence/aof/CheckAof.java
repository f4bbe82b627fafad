package dev.cairn.persistence.aof;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.persistence.aof.Manifest.Entry;
import dev.cairn.resp.Glob;

/** {@code cairn-check-aof}: checks the append-only files, mends them, and shows what is in them. One thread. */
final class CheckAof {
    private static final String USAGE = """
            Usage: cairn-check-aof [--fix | --truncate-to-timestamp SECONDS] [--yes] PATH
                   cairn-check-aof dump [FILTER...] PATH
                   cairn-check-aof tail [-f] [-n CHANGES] [FILTER...] PATH

            PATH is the directory of the append-only files, or a manifest in it.

              --fix                       keep what is good up to the first damage
              --truncate-to-timestamp S   keep what was logged up to this second (since 1970)
              --yes                       do not ask before changing anything
              dump                        print the keys of the base and all changes since, a command a line:
                                          number, time, database, words; 'base' in place of the number for a key of the base
              tail                        print the last changes (10, or -n); -f: and those to come, until interrupted

            FILTER: --key GLOB     only commands that name a key that matches, and those that concern all keys
                    --from TIME    only what was logged then or later: seconds since 1970, or as 2026-01-31T12:00:00Z
                    --to TIME      only what was logged before
                    --sequence N   only changes from number N on

            Exit code: 0 all is well, or mended; 1 everything else: damaged, not mended, wrong usage, files that cannot be read.
            """;
    private static final int DEFAULT_TAIL = 10;
    private static final int MOST_TAIL = 1_000_000;
    private static final Duration FOLLOW = Duration.ofHours(1);

    private final PrintStream out;
    private String mode = "check";
    private boolean fix;
    private boolean yes;
    private boolean follow;
    private long truncateTo = Long.MIN_VALUE;
    private int last = DEFAULT_TAIL;
    private long fromSequence = Long.MIN_VALUE;
    private Instant from = Instant.MIN;
    private Instant to = Instant.MAX;
    private @Nullable Glob key;
    private @Nullable Path path;

    CheckAof(PrintStream out) {
        this.out = out;
    }

    /** The program. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false,
                StandardCharsets.ISO_8859_1);
        int code = new CheckAof(out).run(List.of(arguments));
        out.flush();
        System.exit(code);
    }

    /** Does what the arguments say; the exit code. */
    int run(List<String> arguments) {
        try {
            if (arguments.contains("--help") || arguments.contains("-h")) {
                out.print(USAGE);
                return 0;
            }
            Path files = parse(arguments);
            return switch (mode) {
                case "dump" -> dump(files);
                case "tail" -> tail(files);
                default -> fix || truncateTo != Long.MIN_VALUE ? mend(files) : check(files);
            };
        } catch (IllegalArgumentException e) {
            System.err.println("cairn-check-aof: " + e.getMessage() + "; --help tells more");
            return 1;
        } catch (NoSuchFileException e) {
            System.err.println("cairn-check-aof: " + e.getFile() + ": no such file or directory");
            return 1;
        } catch (IOException e) {
            out.flush();
            System.err.println("cairn-check-aof: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            return 0;
        }
    }

    private Path parse(List<String> arguments) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        if (!rest.isEmpty() && (rest.getFirst().equals("dump") || rest.getFirst().equals("tail"))) {
            mode = rest.removeFirst();
        }
        while (!rest.isEmpty()) {
            String word = rest.removeFirst();
            switch (word) {
                case "--fix" -> fix = true;
                case "--yes", "-y" -> yes = true;
                case "-f", "--follow" -> follow = true;
                case "--truncate-to-timestamp" -> truncateTo = number(word, rest);
                case "-n" -> last = Math.clamp(number(word, rest), 0, MOST_TAIL);
                case "--sequence" -> fromSequence = number(word, rest);
                case "--from" -> from = time(word, rest);
                case "--to" -> to = time(word, rest);
                case "--key" -> key = Glob.of(Bytes.of(value(word, rest).getBytes(StandardCharsets.UTF_8)));
                default -> {
                    if (word.startsWith("-") || path != null) {
                        throw new IllegalArgumentException("unknown argument '" + word + "'");
                    }
                    path = Path.of(word);
                }
            }
        }
        Path given = path;
        if (given == null) {
            throw new IllegalArgumentException("no path is given");
        }
        return given;
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.removeFirst();
    }

    private static long number(String option, Deque<String> rest) {
        String value = value(option, rest);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " needs a number, not '" + value + "'", e);
        }
    }

    private static Instant time(String option, Deque<String> rest) {
        String value = value(option, rest);
        try {
            return value.matches("\\d{1,12}") ? Instant.ofEpochSecond(Long.parseLong(value)) : Instant.parse(value);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(option + " needs a time, not '" + value + "'", e);
        }
    }

    // Check and mend.

    private int check(Path files) throws IOException {
        Path manifestFile = AofReader.manifest(files);
        Repair.Verdict verdict = new Repair(manifestFile).check();
        if (verdict.problem().isEmpty()) {
            out.println(manifestFile + " is valid: " + range(verdict.good()));
            return 0;
        }
        out.println(verdict.problem());
        out.println("Good up to there: " + range(verdict.good()));
        out.println(manifestFile + " is not valid. Use the --fix option to try fixing it.");
        return 1;
    }

    private static String range(Manifest manifest) {
        if (manifest.isEmpty()) {
            return "nothing";
        }
        List<Entry> increments = manifest.increments();
        String base = manifest.base().map(b -> "base " + b.name()).orElse("no base");
        return base + (increments.isEmpty() ? ", no increments"
                : ", " + increments.size() + " increments from record " + increments.getFirst().start()
                        + (increments.getLast().end() == Manifest.OPEN ? " on" : " to " + increments.getLast().end()));
    }

    private int mend(Path files) throws IOException {
        Path manifestFile = AofReader.manifest(files);
        Repair repair = new Repair(manifestFile);
        try (FileChannel lock = FileChannel.open(repair.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (!locked(lock)) {
                throw new IOException("A server uses these files; stop it first");
            }
            Repair.Verdict verdict = repair.check();
            if (truncateTo == Long.MIN_VALUE) {
                return fix(repair, verdict);
            }
            if (!verdict.problem().isEmpty()) {
                throw new IOException(verdict.problem() + "\nMend that with --fix before truncating.");
            }
            Manifest kept = repair.until(truncateTo);
            return replace(repair, verdict.good(), kept, "Nothing was logged after " + Instant.ofEpochSecond(truncateTo));
        }
    }

    private static boolean locked(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private int fix(Repair repair, Repair.Verdict verdict) throws IOException {
        if (verdict.problem().isEmpty()) {
            out.println("Nothing is damaged: " + range(verdict.good()));
            return 0;
        }
        out.println(verdict.problem());
        Manifest before = repair.named();
        return replace(repair, before, repair.salvage(), "The manifest is written anew");
    }

    private int replace(Repair repair, Manifest before, Manifest after, String nothing) throws IOException {
        List<String> dropped = Repair.dropped(before, after);
        if (dropped.isEmpty() && after.equals(before)) {
            out.println(nothing);
            return 0;
        }
        out.println("Kept: " + range(after));
        out.println(dropped.isEmpty() ? "Dropped: nothing. " + nothing : "Dropped:");
        dropped.forEach(line -> out.println("  " + line));
        if (!yes && !confirmed()) {
            out.println("Aborting... nothing is changed.");
            return 1;
        }
        repair.write(after);
        out.println("Done. No file was deleted; what is dropped is not named by the manifest any more.");
        return 0;
    }

    private boolean confirmed() throws IOException {
        out.print("Continue? [y/N]: ");
        out.flush();
        String answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine();
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }

    // Show.

    private int dump(Path files) throws IOException {
        try (AofReader reader = AofReader.all(files)) {
            for (Optional<Change> change = reader.poll(); change.isPresent(); change = reader.poll()) {
                lines(change.get()).forEach(out::println);
            }
        }
        return 0;
    }

    private int tail(Path files) throws IOException, InterruptedException {
        Deque<List<String>> latest = new ArrayDeque<>();
        try (AofReader reader = AofReader.fromSequence(files, 0)) {
            for (Optional<Change> change = reader.poll(); change.isPresent(); change = reader.poll()) {
                List<String> lines = lines(change.get());
                if (!lines.isEmpty()) {
                    latest.addLast(lines);
                }
                if (latest.size() > last) {
                    latest.removeFirst();
                }
            }
            latest.forEach(lines -> lines.forEach(out::println));
            while (follow && !out.checkError()) {
                reader.await(FOLLOW).ifPresent(change -> lines(change).forEach(out::println));
            }
        }
        return 0;
    }

    /** The lines of a change that pass the filters. */
    private List<String> lines(Change change) {
        List<String> lines = new ArrayList<>();
        if (change.sequence() < fromSequence || change.base() && fromSequence != Long.MIN_VALUE || change.time().isBefore(from)
                || !change.time().isBefore(to)) {
            return lines;
        }
        String head = (change.base() ? "base" : Long.toString(change.sequence())) + ' ' + change.time() + " db";
        for (Command command : change.commands()) {
            if (key == null || LoggedKeys.any(command, key)) {
                lines.add(head + command.database() + ' ' + command);
            }
        }
        return lines;
    }
}
