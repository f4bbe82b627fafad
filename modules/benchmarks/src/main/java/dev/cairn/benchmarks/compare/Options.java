package dev.cairn.benchmarks.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line of compare.
 *
 * @param cairn what to measure
 * @param redis what to measure it against
 * @param benchmark the command that runs redis-benchmark
 * @param rounds measurements of each workload on each server
 * @param warmup requests before a workload's first round
 * @param scale factor on each workload's number of requests
 * @param keys keys loaded for random-key workloads and for memory
 * @param starts start-ups timed
 * @param connections idle connections opened
 * @param markdown whether tables are printed as Markdown
 * @param names names of workloads, or words of them; all if empty
 */
record Options(Server.Launch cairn, Server.Launch redis, List<String> benchmark, int rounds, long warmup, double scale, int keys,
        int starts, int connections, boolean markdown, List<String> names) {

    /** The text that {@code --help} prints. */
    static final String USAGE = """
            usage: modules/benchmarks/compare [OPTION]... [NAME]...

            Starts Cairn and redis-server side by side, without persistence but where it is named, runs redis-benchmark against both in turn,
            and prints each figure and the median of the rounds' ratios. Give it a quiet machine.

            NAME selects workloads by their whole name or by a word of it (default: all):
              set-p1 get-p1 set-p16 get-p16 incr-p16 mset-p16 set-p64 get-p64
              hset-p1 hget-p1 hset-p16 hget-p16
              lpush-p1 rpop-p1 lpush-p16 rpop-p16 lrange100-p16
                        redis-benchmark with 50 connections and 1, 16 or 64 commands in a pipeline
              set-random5m-p16 get-random5m-p16
                        random keys of 5,000,000 that are all present
              set-p16-everysec set-p1-everysec set-p1-always
                        with an append-only file, and this appendfsync
              loading   time to load 5,000,000 SETs from an append-only file
              memory    resident memory per key, memory given back by FLUSHALL, stalls seen by a PING every millisecond;
                        each server alone, fresh and not warmed up
              hashes    resident memory of a hash of 1,000,000 fields, and of 100,000 hashes of 10 fields
              lists     resident memory of a list of 1,000,000 elements, and of 100,000 lists of 10 elements
              startup   time from exec to the first PONG
              idle      resident memory per idle connection
              modules   stalls seen by a PING every millisecond while Cairn, under load, loads, upgrades and unloads a module
            and, only when named:
              threads   SET and GET with io-threads 1, 2 and 3 and io-threads-do-reads, by both of Cairn's strategies, for 1, 50, 500 and
                        5,000 clients, pipelines of 1 and 16, values of 3, 512 and 16,384 bytes; one cell is such as threads-50c-16p-512b

              --cairn CMD       server to measure (distribution/target/cairn/bin/cairn-server)
              --redis CMD       server to compare it with (redis-server)
              --benchmark CMD   client (redis-benchmark)
              --rounds N        rounds of each workload; the server that goes first alternates (5)
              --warmup N        requests at 16 in a pipeline before a workload's first round (2000000)
              --scale X         multiplies every workload's number of requests (1.0)
              --keys N          keys for random-key workloads and for memory (5000000)
              --starts N        start-ups timed (10)
              --connections N   idle connections (10000)
              --quick           a short look: --rounds 3 --warmup 200000 --scale 0.1 --keys 500000 --starts 3 --connections 1000
              --markdown        tables in Markdown
              --help            this text
            """;

    private static final String DEFAULT_CAIRN = "distribution/target/cairn/bin/cairn-server";

    /** Reads a command line; {@code root} is the project's directory. */
    static Options parse(String[] args, Path root) throws CompareException {
        Reader reader = new Reader(args);
        boolean quick = Arrays.asList(args).contains("--quick");
        List<String> cairn = List.of(root.resolve(DEFAULT_CAIRN).toString());
        List<String> redis = List.of("redis-server");
        List<String> benchmark = List.of("redis-benchmark");
        int rounds = quick ? 3 : 5;
        int warmup = quick ? 200_000 : 2_000_000;
        double scale = quick ? 0.1 : 1;
        int keys = quick ? 500_000 : 5_000_000;
        int starts = quick ? 3 : 10;
        int connections = quick ? 1_000 : 10_000;
        boolean markdown = false;
        List<String> names = new ArrayList<>();
        while (reader.hasNext()) {
            String arg = reader.next();
            switch (arg) {
                case "--cairn" -> cairn = reader.command();
                case "--redis" -> redis = reader.command();
                case "--benchmark" -> benchmark = reader.command();
                case "--rounds" -> rounds = reader.number(1);
                case "--warmup" -> warmup = reader.number(0);
                case "--scale" -> scale = reader.factor();
                case "--keys" -> keys = reader.number(1000);
                case "--starts" -> starts = reader.number(1);
                case "--connections" -> connections = reader.number(1);
                case "--quick" -> {
                }
                case "--markdown" -> markdown = true;
                default -> {
                    if (arg.startsWith("-")) {
                        throw new CompareException("unknown option " + arg);
                    }
                    names.add(arg);
                }
            }
        }
        return new Options(new Server.Launch("Cairn", cairn), new Server.Launch("redis-server", redis), benchmark, rounds, warmup, scale,
                keys, starts, connections, markdown, names);
    }

    /** Whether the names on the command line select a workload. */
    boolean selects(String workload) {
        return names.isEmpty() || names.contains(workload) || Arrays.stream(workload.split("-")).anyMatch(names::contains);
    }

    /** Refuses names that select nothing. */
    void checkNames(List<String> workloads) throws CompareException {
        for (String name : names) {
            if (workloads.stream().noneMatch(w -> w.equals(name) || Arrays.asList(w.split("-")).contains(name))) {
                throw new CompareException("unknown workload " + name + "; there are " + String.join(" ", workloads));
            }
        }
    }

    /** Arguments read one by one. */
    private static final class Reader {
        private final String[] args;
        private int at;

        Reader(String[] args) {
            this.args = args;
        }

        boolean hasNext() {
            return at < args.length;
        }

        String next() {
            return args[at++];
        }

        private String value() throws CompareException {
            if (!hasNext()) {
                throw new CompareException(args[at - 1] + " needs a value");
            }
            return next();
        }

        /** A command line split at spaces; a program named by a relative path becomes absolute. */
        List<String> command() throws CompareException {
            List<String> words = new ArrayList<>(Arrays.asList(value().strip().split("\\s+")));
            if (words.getFirst().contains("/")) {
                Path program = Path.of(words.getFirst()).toAbsolutePath();
                if (!Files.isExecutable(program)) {
                    throw new CompareException(program + " is no executable file");
                }
                words.set(0, program.toString());
            }
            return List.copyOf(words);
        }

        int number(int least) throws CompareException {
            String option = args[at - 1];
            String value = value();
            try {
                int number = Integer.parseInt(value);
                if (number >= least) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new CompareException(option + " takes a whole number, not " + value, e);
            }
            throw new CompareException(option + " must be at least " + least);
        }

        double factor() throws CompareException {
            String option = args[at - 1];
            String value = value();
            try {
                double factor = Double.parseDouble(value);
                if (factor > 0 && factor <= 100) {
                    return factor;
                }
            } catch (NumberFormatException e) {
                throw new CompareException(option + " takes a number, not " + value, e);
            }
            throw new CompareException(option + " must be above 0 and at most 100");
        }
    }
}
