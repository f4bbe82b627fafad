package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Resident memory per key, memory given back, and stalls while keys are loaded, overwritten and flushed.
 *
 * <p>Each server runs alone, fresh and not warmed up: a stall at the first million keys counts as one later does.
 */
final class MemoryTrial implements Trial {
    private static final String NAME = "memory";
    private static final int SETTLE_SECONDS = 30;
    /** How long stalls are watched for after FLUSHALL has answered, for memory released in the background. */
    private static final long RELEASE_MILLIS = 2_000;

    private final Options options;
    private final Path directory;

    /** What one server did; memory in bytes, rates in keys per second. */
    private record Result(long empty, long loaded, long overwritten, long flushed, double loadRate, double overwriteRate,
            Prober.Waits loading, Prober.Waits overwriting, Prober.Waits flushing) {
        double overslept() {
            return Math.max(loading.overslept(), Math.max(overwriting.overslept(), flushing.overslept()));
        }
    }

    /** Work during which a prober watches the server. */
    private interface Work {
        double run() throws IOException, InterruptedException;
    }

    private record Watched(double result, Prober.Waits waits) {
    }

    MemoryTrial(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Table> run() throws CompareException, IOException, InterruptedException {
        Result cairn = measure(options.cairn());
        Result redis = measure(options.redis());
        int keys = options.keys();
        return List.of(memory(cairn, redis, keys), stalls(cairn, redis));
    }

    private Result measure(Server.Launch launch) throws CompareException, IOException, InterruptedException {
        try (Server server = Server.start(launch, directory); Wire wire = Wire.connect(server.port())) {
            long empty = server.settledBytes(SETTLE_SECONDS);
            Watched load = watch(server, () -> Loader.load(server, options.keys(), 'x'));
            Loader.check(wire, options.keys());
            long loaded = server.settledBytes(SETTLE_SECONDS);
            Watched overwrite = watch(server, () -> Loader.load(server, options.keys(), 'y'));
            Loader.check(wire, options.keys());
            long overwritten = server.settledBytes(SETTLE_SECONDS);
            Watched flush = watch(server, () -> {
                wire.call("FLUSHALL");
                Thread.sleep(RELEASE_MILLIS);
                return 0;
            });
            long flushed = server.settledBytes(SETTLE_SECONDS);
            Text.progress("%s: %.1f bytes resident per key, longest stall %.1f ms loading, %.1f ms overwriting", server.name(),
                    (double) loaded / options.keys(), load.waits().longest(), overwrite.waits().longest());
            return new Result(empty, loaded, overwritten, flushed, load.result(), overwrite.result(), load.waits(), overwrite.waits(),
                    flush.waits());
        }
    }

    private static Watched watch(Server server, Work work) throws CompareException, IOException, InterruptedException {
        try (Prober prober = Prober.start(server)) {
            double result = work.run();
            return new Watched(result, prober.stop());
        }
    }

    private static Table memory(Result cairn, Result redis, int keys) {
        Table table = new Table(String.format(Locale.ROOT, "Resident memory, %,d keys of %d bytes with values of %d bytes", keys,
                Loader.KEY_BYTES, Loader.VALUE_BYTES), "", "Cairn", "redis-server", "ratio");
        add(table, "empty, MiB", cairn, redis, r -> r.empty() / 1048576.0, 1);
        add(table, "loaded, MiB", cairn, redis, r -> r.loaded() / 1048576.0, 1);
        add(table, "loaded, bytes per key in all", cairn, redis, r -> (double) r.loaded() / keys, 1);
        add(table, "loaded, bytes per key beyond empty", cairn, redis, r -> (double) (r.loaded() - r.empty()) / keys, 1);
        add(table, "overwritten, MiB", cairn, redis, r -> r.overwritten() / 1048576.0, 1);
        add(table, "after FLUSHALL, MiB", cairn, redis, r -> r.flushed() / 1048576.0, 1);
        return table;
    }

    private static Table stalls(Result cairn, Result redis) {
        Table table = new Table("Loading and its stalls (a PING every millisecond)", "", "Cairn", "redis-server", "ratio");
        add(table, "load, keys/s", cairn, redis, Result::loadRate, 0);
        add(table, "overwrite, keys/s", cairn, redis, Result::overwriteRate, 0);
        add(table, "loading: longest stall, ms", cairn, redis, r -> r.loading().longest(), 2);
        add(table, "loading: p99.9, ms", cairn, redis, r -> r.loading().p999(), 2);
        add(table, "overwriting: longest stall, ms", cairn, redis, r -> r.overwriting().longest(), 2);
        add(table, "overwriting: p99.9, ms", cairn, redis, r -> r.overwriting().p999(), 2);
        add(table, "FLUSHALL: longest stall, ms", cairn, redis, r -> r.flushing().longest(), 2);
        add(table, "prober's own worst delay, ms", cairn, redis, Result::overslept, 2);
        return table;
    }

    private static void add(Table table, String label, Result cairn, Result redis, ToDoubleFunction<Result> figure, int digits) {
        double c = figure.applyAsDouble(cairn);
        double r = figure.applyAsDouble(redis);
        table.add(label, digits == 0 ? Text.whole(c) : Text.decimal(c, digits), digits == 0 ? Text.whole(r) : Text.decimal(r, digits),
                Text.ratio(c / r));
    }
}
