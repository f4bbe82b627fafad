package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Time to load an append-only file of plain SETs, each server alone; the log of both comes from the same commands. */
final class LoadingTrial implements Trial {
    private static final String NAME = "loading";
    private static final String[] LOGGED = {"--appendonly", "yes", "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0"};

    private final Options options;
    private final Path directory;

    LoadingTrial(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Table> run() throws CompareException, IOException {
        Table table = new Table("Loading " + Text.whole(options.keys()) + " SETs from an append-only file, median of " + options.rounds()
                + " starts", "", "to the first PONG, s", "without a file, s", "commands/s");
        double cairn = row(table, options.cairn());
        double redis = row(table, options.redis());
        table.add("ratio", "", "", Text.ratio(cairn / redis));
        return List.of(table);
    }

    /** Measures a server; returns the commands that it loads per second. */
    private double row(Table table, Server.Launch launch) throws CompareException, IOException {
        Path own = Files.createDirectory(directory.resolve(launch.name() + "-loading"));
        try (Server server = Server.start(launch, own, LOGGED)) {
            Loader.load(server, options.keys(), 'x');
        }
        double[] loaded = new double[options.rounds()];
        double[] empty = new double[options.rounds()];
        for (int i = 0; i < options.rounds(); i++) {
            try (Server server = Server.start(launch, own)) {
                empty[i] = server.startNanos() / 1e9;
            }
            try (Server server = Server.start(launch, own, LOGGED); Wire wire = Wire.connect(server.port())) {
                loaded[i] = server.startNanos() / 1e9;
                Loader.check(wire, options.keys());
                Text.progress("%s: first PONG after %.2f s", server.name(), loaded[i]);
            }
        }
        double rate = options.keys() / (Stats.median(loaded) - Stats.median(empty));
        table.add(launch.name(), Text.decimal(Stats.median(loaded), 2), Text.decimal(Stats.median(empty), 2), Text.whole(rate));
        return rate;
    }
}
