package dev.cairn.benchmarks.compare;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Time from exec to the first PONG, servers in turn. */
final class StartupTrial implements Trial {
    private static final String NAME = "startup";

    private final Options options;
    private final Path directory;

    StartupTrial(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Table> run() throws CompareException {
        double[] cairn = new double[options.starts()];
        double[] redis = new double[options.starts()];
        for (int i = 0; i < options.starts(); i++) {
            cairn[i] = start(options.cairn());
            redis[i] = start(options.redis());
        }
        Table table = new Table("Start-up to the first PONG in ms, " + options.starts() + " starts", "", "median", "least", "most");
        row(table, options.cairn().name(), cairn);
        row(table, options.redis().name(), redis);
        return List.of(table);
    }

    private double start(Server.Launch launch) throws CompareException {
        try (Server server = Server.start(launch, directory)) {
            double millis = server.startNanos() / 1e6;
            Text.progress("%s: first PONG after %.1f ms", server.name(), millis);
            return millis;
        }
    }

    private static void row(Table table, String name, double[] millis) {
        table.add(name, Text.decimal(Stats.median(millis), 1), Text.decimal(Arrays.stream(millis).min().orElseThrow(), 1),
                Text.decimal(Arrays.stream(millis).max().orElseThrow(), 1));
    }
}
