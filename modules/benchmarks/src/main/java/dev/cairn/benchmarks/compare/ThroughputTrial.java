package dev.cairn.benchmarks.compare;

import dev.cairn.benchmarks.compare.RedisBenchmark.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Workloads of redis-benchmark against both servers, which run side by side and are measured one at a time.
 *
 * <p>A round measures each server once; the one that goes first changes with every round, so drift of the machine favours neither. Ratios
 * are taken within a round, and the report gives their median.
 */
final class ThroughputTrial implements Trial {
    private static final long WHOLE_PIPELINES = 64L * 50;
    /** Share of a core from which on redis-benchmark, which has one thread, rather than the server limits the rate. */
    private static final double CLIENT_BOUND = 0.95;

    private final Options options;
    private final Path directory;
    private final List<String> failures;
    private final RedisBenchmark benchmark;
    private final List<Workload> workloads;
    private final Table throughput = new Table(
            "Throughput and CPU time of the server process per command (* the client is the limit: go by CPU)", "workload",
            "Cairn ops/s", "redis ops/s", "ratio", "rounds", "Cairn CPU us", "redis CPU us", "CPU ratio", "client busy C / r");
    private final Table latency = new Table("Latency of a pipeline in ms, Cairn / redis-server", "workload", "p50", "p99", "p99.9",
            "p99.9 ratio");

    /**
     * Prepares the workloads that the options select.
     *
     * @param directory where the servers run
     * @param failures takes a line for each workload that could not be measured; the others are still
     */
    ThroughputTrial(Options options, Path directory, List<String> failures) {
        this.failures = failures;
        this.options = options;
        this.directory = directory;
        this.benchmark = new RedisBenchmark(options.benchmark());
        this.workloads = Workload.all(options.keys());
    }

    @Override
    public List<String> names() {
        return workloads.stream().map(Workload::name).toList();
    }

    @Override
    public List<Table> run() throws CompareException, InterruptedException {
        if (workloads.stream().anyMatch(w -> w.transport() == Transport.TLS && options.selects(w.name()))) {
            try {
                Transport.makeCertificate(directory);
            } catch (IOException e) {
                failures.add("no TLS: openssl makes no certificate: " + e.getMessage());
            }
        }
        try (Server cairn = Server.startOnAllTransports(options.cairn(), directory);
                Server redis = Server.startOnAllTransports(options.redis(), directory)) {
            int loaded = 0;
            for (Workload workload : workloads) {
                if (!options.selects(workload.name())) {
                    continue;
                }
                try {
                    if (workload.keys() > loaded) {
                        load(cairn, workload.keys());
                        load(redis, workload.keys());
                        loaded = workload.keys();
                    }
                    cairn.appendfsync(workload.appendfsync());
                    redis.appendfsync(workload.appendfsync());
                    measure(workload, cairn, redis);
                } catch (CompareException | IOException e) {
                    failures.add(workload.name() + ": " + e.getMessage());
                }
            }
        }
        return List.of(throughput, latency);
    }

    private static void load(Server server, int keys) throws CompareException, IOException {
        try (Wire wire = Wire.connect(server.port())) {
            wire.call("FLUSHALL");
            double rate = Loader.load(server, keys, 'x');
            Loader.check(wire, keys);
            Text.progress("%s: loaded %,d keys, %,.0f/s", server.name(), keys, rate);
        }
    }

    private void measure(Workload workload, Server cairn, Server redis) throws CompareException, IOException, InterruptedException {
        List<Sample> ofCairn = new ArrayList<>();
        List<Sample> ofRedis = new ArrayList<>();
        warm(workload, cairn);
        warm(workload, redis);
        long requests = Math.max(WHOLE_PIPELINES, Math.round(workload.requests() * options.scale()));
        for (int round = 0; round < options.rounds(); round++) {
            if (round % 2 == 0) {
                ofCairn.add(round(cairn, workload, requests));
                ofRedis.add(round(redis, workload, requests));
            } else {
                ofRedis.add(round(redis, workload, requests));
                ofCairn.add(round(cairn, workload, requests));
            }
            Sample c = ofCairn.getLast();
            Sample r = ofRedis.getLast();
            Text.progress("%-20s round %d: %,10.0f / %,10.0f ops/s = %.2f x, CPU %.3f / %.3f us", workload.name(), round + 1,
                    c.opsPerSecond(), r.opsPerSecond(), c.opsPerSecond() / r.opsPerSecond(), c.cpuMicros(), r.cpuMicros());
        }
        report(workload, ofCairn, ofRedis);
    }

    /** Gives GET and HGET what they ask for and lets a JIT compiler do its work. */
    private void warm(Workload workload, Server server) throws CompareException, IOException, InterruptedException {
        if (workload.keys() == 0) {
            try (Wire wire = Wire.connect(server.port())) {
                wire.call("SET", "key:__rand_int__", "xxx");
                wire.call("HSET", "myhash", "element:__rand_int__", "xxx");
            }
        }
        if (options.warmup() > 0) {
            round(server, workload.warmup(), options.warmup());
        }
    }

    private Sample round(Server server, Workload workload, long requests) throws CompareException, IOException, InterruptedException {
        try (Wire wire = Wire.connect(server.port())) {
            wire.call("DEL", Workload.LIST);
            Loader.push(wire, Workload.LIST, workload.listElements(requests));
        }
        return benchmark.run(server, workload, requests);
    }

    private void report(Workload workload, List<Sample> cairn, List<Sample> redis) {
        double[] ratios = Stats.ratios(cairn, redis, Sample::opsPerSecond);
        boolean clientBound = Stats.median(cairn, Sample::clientLoad) >= CLIENT_BOUND
                || Stats.median(redis, Sample::clientLoad) >= CLIENT_BOUND;
        throughput.add(workload.name(),
                Text.whole(Stats.median(cairn, Sample::opsPerSecond)),
                Text.whole(Stats.median(redis, Sample::opsPerSecond)),
                Text.ratio(Stats.median(ratios)) + (clientBound ? "*" : " "),
                Text.range(ratios),
                Text.decimal(Stats.median(cairn, Sample::cpuMicros), 3),
                Text.decimal(Stats.median(redis, Sample::cpuMicros), 3),
                Text.ratio(Stats.median(Stats.ratios(redis, cairn, Sample::cpuMicros))),
                Text.pair(percent(Stats.median(cairn, Sample::clientLoad)), percent(Stats.median(redis, Sample::clientLoad))));
        latency.add(workload.name(),
                Text.pair(Text.decimal(Stats.median(cairn, Sample::p50), 3), Text.decimal(Stats.median(redis, Sample::p50), 3)),
                Text.pair(Text.decimal(Stats.median(cairn, Sample::p99), 3), Text.decimal(Stats.median(redis, Sample::p99), 3)),
                Text.pair(Text.decimal(Stats.median(cairn, Sample::p999), 3), Text.decimal(Stats.median(redis, Sample::p999), 3)),
                Text.ratio(Stats.median(Stats.ratios(cairn, redis, Sample::p999))));
    }

    private static String percent(double share) {
        return Text.whole(share * 100) + "%";
    }
}
