package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares Cairn with redis-server.
 *
 * <p>Run it by {@code modules/benchmarks/compare}; see {@link Options#USAGE}. Progress goes to standard error, the report to standard
 * output. The exit status is 0 if every figure was taken, 1 if one could not be, 2 for a bad command line.
 */
public final class Compare {
    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;

    private final Options options;
    private final Path directory;
    private final String commandLine;
    private final List<String> failures = new ArrayList<>();

    private Compare(Options options, Path directory, String commandLine) {
        this.options = options;
        this.directory = directory;
        this.commandLine = commandLine;
    }

    /**
     * Runs the comparison.
     *
     * @param args the project's directory, then the options
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        if (Arrays.asList(rest).contains("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(rest, Path.of(args[0]));
        } catch (CompareException e) {
            System.err.println("compare: " + e.getMessage() + " (see --help)");
            System.exit(BAD_USAGE);
            return;
        }
        Path directory = Files.createTempDirectory("cairn-compare");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Children.close();
            delete(directory);
        }, "clean-up"));
        System.exit(new Compare(options, directory, quote(rest)).run());
    }

    /** Runs the selected trials, prints the report and returns the exit status. */
    private int run() throws IOException, InterruptedException {
        List<Trial> trials = List.of(new ThroughputTrial(options, directory, failures), new MemoryTrial(options, directory),
                new CollectionMemoryTrial(options, directory, CollectionMemoryTrial.Kind.HASHES),
                new CollectionMemoryTrial(options, directory, CollectionMemoryTrial.Kind.LISTS),
                new LoadingTrial(options, directory), new StartupTrial(options, directory), new IdleTrial(options, directory),
                new ModulesTrial(options, directory), new IoThreadsTrial(options, directory, failures));
        try {
            options.checkNames(trials.stream().flatMap(trial -> trial.names().stream()).toList());
        } catch (CompareException e) {
            System.err.println("compare: " + e.getMessage());
            return BAD_USAGE;
        }
        String versions;
        try {
            versions = versions();
        } catch (CompareException | IOException e) {
            System.err.println("compare: " + e.getMessage());
            return FAILED;
        }
        String load = Machine.load();
        Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        StringBuilder tables = new StringBuilder();
        for (Trial trial : trials) {
            if ((trial.byDefault() || !options.names().isEmpty()) && trial.names().stream().anyMatch(options::selects)) {
                run(trial, tables);
            }
        }
        System.out.print(heading(began, load, versions));
        System.out.print(tables);
        failures.forEach(failure -> System.err.println("compare: " + failure));
        return failures.isEmpty() ? 0 : FAILED;
    }

    private void run(Trial trial, StringBuilder tables) throws InterruptedException {
        try {
            for (Table table : trial.run()) {
                if (!table.isEmpty()) {
                    tables.append('\n').append(table.render(options.markdown()));
                }
            }
        } catch (CompareException | IOException e) {
            failures.add(String.join(" ", trial.names()) + ": " + e.getMessage());
        }
    }

    private String versions() throws CompareException, IOException {
        List<String> versions = new ArrayList<>();
        for (Server.Launch launch : List.of(options.cairn(), options.redis())) {
            try (Server server = Server.start(launch, directory)) {
                versions.add(launch.name() + ": " + server.version() + " (" + String.join(" ", launch.command()) + ")");
            }
        }
        return String.join("; ", versions);
    }

    private String heading(Instant began, String load, String versions) throws IOException {
        Duration took = Duration.between(began, Instant.now()).truncatedTo(ChronoUnit.SECONDS);
        List<String> lines = List.of("Command: " + (options.markdown() ? "`" + commandLine + "`" : commandLine),
                "Machine: " + Machine.description(), "Servers: " + versions,
                "Started: " + began + " at load average " + load + ", took " + took.toMinutes() + " min " + took.toSecondsPart() + " s, "
                        + options.rounds() + " rounds, " + Text.whole(options.warmup()) + " requests of warm-up per workload and server");
        return lines.stream().map(line -> (options.markdown() ? "- " : "") + line + "\n").collect(Collectors.joining());
    }

    /** The command line as a shell takes it. */
    private static String quote(String[] args) {
        return Stream.concat(Stream.of("modules/benchmarks/compare"), Arrays.stream(args))
                .map(arg -> arg.matches("[A-Za-z0-9_./:=,+-]+") ? arg : "'" + arg.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("compare: cannot delete " + directory + ": " + e.getMessage());
        }
    }
}
