package dev.cairn.benchmarks.compare;

import dev.cairn.benchmarks.compare.RedisBenchmark.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * GET and SET against servers with 1, 2 and 3 I/O threads: redis-server, and Cairn by each of its strategies, with
 * {@code io-threads-do-reads}. All run side by side and are measured one at a time.
 *
 * <p>A round measures every server once and begins with another one each time. How many commands a measurement has follows from the rate of a
 * short run against each server before, so that one takes about the same time whatever the clients, pipelines and values are, and the whole
 * matrix less than half an hour. To connect 5,000 clients takes redis-benchmark four seconds: there the rate with fewer clients is gone by, and one
 * longer round has to do. Ratios are those to redis-server with as many threads, taken within a round.
 */
final class IoThreadsTrial implements Trial {
    /** Seconds of a measurement at scale 1. */
    private static final double SECONDS = 0.5;
    /** The same where connecting alone takes longer than that. */
    private static final double SECONDS_OF_MANY_CLIENTS = 5;
    private static final int MANY_CLIENTS = 1000;
    private static final int[] CLIENTS = {1, 50, 500, 5000};
    private static final int[] PIPELINES = {1, 16};
    private static final int[] VALUES = {3, 512, 16 << 10};
    private static final int[] THREADS = {1, 2, 3};
    private static final String[] TESTS = {"set", "get"};
    private static final String[] STRATEGIES = {"fork-join", "rings"};
    private static final int LEAST_COMMANDS = 2000;
    /** Pipelines that each client sends at least, and the commands and bytes from which on one is enough. */
    private static final int LEAST_PIPELINES = 4;
    private static final long MANY_COMMANDS = 20_000;
    private static final long MANY_BYTES = 1L << 28;

    private final Options options;
    private final Path directory;
    private final List<String> failures;
    private final RedisBenchmark benchmark;
    private final List<Cell> cells = new ArrayList<>();
    /** Commands a second of each subject under a load, with the clients that it was measured with last. */
    private final Map<String, double[]> rates = new HashMap<>();

    /** A way to load servers. */
    private record Cell(int clients, int pipeline, int value) {
        String name() {
            return "threads-" + clients + "c-" + pipeline + "p-" + value + "b";
        }

        List<String> arguments(String test) {
            return List.of("-c", Integer.toString(clients), "-P", Integer.toString(pipeline), "-d", Integer.toString(value), "-t", test);
        }

        /** The least number of commands that a run may have: a few pipelines of each client. */
        long least() {
            long once = (long) clients * pipeline;
            long usual = LEAST_PIPELINES * once;
            return Math.max(LEAST_COMMANDS, usual > MANY_COMMANDS || usual * value > MANY_BYTES ? once : usual);
        }

        boolean many() {
            return clients >= MANY_CLIENTS;
        }

        double seconds() {
            return many() ? SECONDS_OF_MANY_CLIENTS : SECONDS;
        }

        /** The same load but for the number of clients. */
        String load(String test) {
            return test + "-" + pipeline + "p-" + value + "b";
        }
    }

    /** A server under measurement, and the one that it is compared with: itself in the case of redis-server. */
    private record Subject(String title, Server server, int reference) {
    }

    /**
     * Prepares the cells of the matrix.
     *
     * @param directory where the servers run
     * @param failures takes a line for each cell that could not be measured; the others are still
     */
    IoThreadsTrial(Options options, Path directory, List<String> failures) {
        this.options = options;
        this.directory = directory;
        this.failures = failures;
        this.benchmark = new RedisBenchmark(options.benchmark());
        for (int clients : CLIENTS) {
            for (int pipeline : PIPELINES) {
                for (int value : VALUES) {
                    cells.add(new Cell(clients, pipeline, value));
                }
            }
        }
    }

    @Override
    public List<String> names() {
        return cells.stream().map(Cell::name).toList();
    }

    @Override
    public boolean byDefault() {
        return false;
    }

    @Override
    public List<Table> run() throws CompareException, IOException, InterruptedException {
        List<Subject> subjects = new ArrayList<>();
        try {
            for (int threads : THREADS) {
                int reference = subjects.size();
                subjects.add(start(options.redis(), "redis " + threads, reference, threads));
                for (String strategy : threads == 1 ? List.of(STRATEGIES[0]) : Arrays.asList(STRATEGIES)) {
                    String title = threads == 1 ? "Cairn 1" : strategy + " " + threads;
                    subjects.add(start(options.cairn(), title, reference, threads, "--io-threads-strategy", strategy));
                }
            }
            for (int i = 0; i < subjects.size(); i++) {
                if (subjects.get(i).reference() != i) {
                    warm(subjects.get(i)); // redis-server has no JIT compiler
                }
            }
            return measure(subjects);
        } finally {
            subjects.forEach(subject -> subject.server().close());
        }
    }

    private Subject start(Server.Launch launch, String title, int reference, int threads, String... more) throws CompareException {
        List<String> line = new ArrayList<>(List.of("--io-threads", Integer.toString(threads), "--io-threads-do-reads", "yes"));
        line.addAll(List.of(more));
        Server.Launch named = new Server.Launch(launch.name() + "-" + title.replace(' ', '-'), launch.command());
        return new Subject(title, Server.start(named, directory, line.toArray(String[]::new)), reference);
    }

    private void warm(Subject subject) throws CompareException, IOException, InterruptedException {
        if (options.warmup() > 0) {
            Text.progress("%s: warm-up", subject.server().name());
            for (String test : TESTS) {
                for (Cell cell : List.of(new Cell(50, 16, 3), new Cell(50, 1, 512))) {
                    long requests = Math.max(cell.least(), cell.pipeline() == 1 ? options.warmup() / 16 : options.warmup());
                    benchmark.run(subject.server(), Transport.TCP, cell.arguments(test), requests);
                }
            }
        }
    }

    private List<Table> measure(List<Subject> subjects) throws InterruptedException {
        Table throughput = table("Throughput with I/O threads, 1000 commands/s, and the ratio to redis-server with as many", subjects);
        Table cpu = table("CPU time of the server process per command in us, and redis-server's divided by it", subjects);
        Table latency = table("p50 / p99.9 of the latency of a pipeline in ms", subjects);
        for (Cell cell : cells) {
            if (!options.selects(cell.name())) {
                continue;
            }
            for (String test : TESTS) {
                try {
                    List<List<Sample>> samples = rounds(cell, test, subjects);
                    String row = test.toUpperCase(Locale.ROOT) + " " + cell.name().substring("threads-".length());
                    throughput.add(row(row, subjects, samples, Sample::opsPerSecond, 1e-3, 0, false));
                    cpu.add(row(row, subjects, samples, Sample::cpuMicros, 1, 2, true));
                    latency.add(latencies(row, samples));
                } catch (CompareException | IOException e) {
                    failures.add(cell.name() + " " + test + ": " + e.getMessage());
                }
            }
        }
        return List.of(throughput, cpu, latency);
    }

    private static Table table(String title, List<Subject> subjects) {
        List<String> headers = new ArrayList<>(List.of("clients, pipeline, value"));
        subjects.forEach(subject -> headers.add(subject.title()));
        return new Table(title, headers.toArray(String[]::new));
    }

    /** The samples of each subject. */
    private List<List<Sample>> rounds(Cell cell, String test, List<Subject> subjects)
            throws CompareException, IOException, InterruptedException {
        List<String> arguments = cell.arguments(test);
        List<List<Sample>> samples = new ArrayList<>();
        long[] requests = new long[subjects.size()];
        for (int i = 0; i < requests.length; i++) {
            Server server = subjects.get(i).server();
            if (test.equals("get")) {
                try (Wire wire = Wire.connect(server.port())) {
                    wire.call("SET", "key:__rand_int__", "x".repeat(cell.value()));
                }
            }
            samples.add(new ArrayList<>());
        }
        double[] known = cell.many() ? rates.get(cell.load(test)) : null;
        double[] rate = known == null ? new double[requests.length] : known;
        for (int i = 0; i < requests.length; i++) {
            if (known == null) {
                rate[i] = benchmark.run(subjects.get(i).server(), Transport.TCP, arguments, cell.least()).opsPerSecond();
            }
            requests[i] = Math.max(cell.least(), Math.round(rate[i] * cell.seconds() * options.scale()));
        }
        rates.put(cell.load(test), rate);
        for (int round = 0; round < (cell.many() ? 1 : options.rounds()); round++) {
            for (int turn = 0; turn < requests.length; turn++) {
                int i = (turn + round) % requests.length;
                samples.get(i).add(benchmark.run(subjects.get(i).server(), Transport.TCP, arguments, requests[i]));
            }
        }
        List<String> medians = new ArrayList<>();
        for (int i = 0; i < requests.length; i++) {
            medians.add(subjects.get(i).title() + " " + Text.whole(Stats.median(samples.get(i), Sample::opsPerSecond) / 1000));
        }
        Text.progress("%s %s: %s", cell.name(), test, String.join(", ", medians));
        return samples;
    }

    /**
     * Medians of a property, and for Cairn the median of the ratios.
     *
     * @param inverse whether less is better
     */
    private static String[] row(String name, List<Subject> subjects, List<List<Sample>> samples, ToDoubleFunction<Sample> property,
            double unit, int decimals, boolean inverse) {
        List<String> row = new ArrayList<>(List.of(name));
        for (int i = 0; i < subjects.size(); i++) {
            Subject subject = subjects.get(i);
            List<Sample> own = samples.get(i);
            String cell = Text.decimal(Stats.median(own, property) * unit, decimals);
            if (subject.reference() != i) {
                List<Sample> theirs = samples.get(subject.reference());
                double[] ratios = inverse ? Stats.ratios(theirs, own, property) : Stats.ratios(own, theirs, property);
                cell += " (" + Text.ratio(Stats.median(ratios)) + ")";
            }
            row.add(cell);
        }
        return row.toArray(String[]::new);
    }

    private static String[] latencies(String name, List<List<Sample>> samples) {
        List<String> row = new ArrayList<>(List.of(name));
        for (List<Sample> own : samples) {
            row.add(Text.pair(Text.decimal(Stats.median(own, Sample::p50), 2), Text.decimal(Stats.median(own, Sample::p999), 2)));
        }
        return row.toArray(String[]::new);
    }
}
