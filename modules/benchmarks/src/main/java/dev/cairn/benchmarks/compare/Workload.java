package dev.cairn.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * A workload of redis-benchmark.
 *
 * @param name its name on the command line and in the report, words separated by hyphens
 * @param test the test's name for {@code redis-benchmark -t}, or a command of several words
 * @param pipeline commands per pipeline
 * @param requests commands in a measurement
 * @param keys size of the random key space, all of it loaded before; 0 for one fixed key
 * @param transport how to connect
 * @param appendfsync when the append-only file is forced to disk; empty where there is none
 */
record Workload(String name, String test, int pipeline, long requests, int keys, Transport transport, String appendfsync) {
    private static final int CONNECTIONS = 50;
    /** The key and field that the test {@code hset} sets. */
    private static final String HGET = "HGET myhash element:__rand_int__";

    /** The key of redis-benchmark's tests of lists. */
    static final String LIST = "mylist";
    private static final String RPOP = "rpop";
    /** The test {@code lrange_100} pushes before it measures, and reports both. */
    private static final String LRANGE = "LRANGE " + LIST + " 0 99";
    private static final long LRANGE_ELEMENTS = 100;

    /** A workload over TCP. */
    Workload(String name, String test, int pipeline, long requests, int keys) {
        this(name, test, pipeline, requests, keys, Transport.TCP);
    }

    /** A workload without an append-only file. */
    Workload(String name, String test, int pipeline, long requests, int keys, Transport transport) {
        this(name, test, pipeline, requests, keys, transport, "");
    }

    /** SET with an append-only file. */
    private static Workload logged(int pipeline, long requests, String appendfsync) {
        return new Workload("set-p" + pipeline + "-" + appendfsync, "set", pipeline, requests, 0, Transport.TCP, appendfsync);
    }

    /** All workloads in the order of the report. */
    static List<Workload> all(int keys) {
        String loaded = "random" + (keys % 1_000_000 == 0 ? keys / 1_000_000 + "m" : keys / 1000 + "k");
        return List.of(
                new Workload("set-p1", "set", 1, 500_000, 0),
                new Workload("get-p1", "get", 1, 500_000, 0),
                new Workload("set-p16", "set", 16, 3_000_000, 0),
                new Workload("get-p16", "get", 16, 3_000_000, 0),
                new Workload("incr-p16", "incr", 16, 3_000_000, 0),
                new Workload("mset-p16", "mset", 16, 1_000_000, 0),
                new Workload("set-p64", "set", 64, 5_000_000, 0),
                new Workload("get-p64", "get", 64, 5_000_000, 0),
                new Workload("hset-p1", "hset", 1, 500_000, 0),
                new Workload("hget-p1", HGET, 1, 500_000, 0),
                new Workload("hset-p16", "hset", 16, 3_000_000, 0),
                new Workload("hget-p16", HGET, 16, 3_000_000, 0),
                new Workload("lpush-p1", "lpush", 1, 500_000, 0),
                new Workload("rpop-p1", RPOP, 1, 500_000, 0),
                new Workload("lpush-p16", "lpush", 16, 3_000_000, 0),
                new Workload("rpop-p16", RPOP, 16, 3_000_000, 0),
                new Workload("lrange100-p16", LRANGE, 16, 300_000, 0),
                new Workload("set-" + loaded + "-p16", "set", 16, 3_000_000, keys),
                new Workload("get-" + loaded + "-p16", "get", 16, 3_000_000, keys),
                new Workload("set-p1-unix", "set", 1, 500_000, 0, Transport.UNIX),
                new Workload("get-p1-unix", "get", 1, 500_000, 0, Transport.UNIX),
                new Workload("set-p16-unix", "set", 16, 3_000_000, 0, Transport.UNIX),
                new Workload("get-p16-unix", "get", 16, 3_000_000, 0, Transport.UNIX),
                new Workload("set-p1-tls", "set", 1, 300_000, 0, Transport.TLS),
                new Workload("get-p1-tls", "get", 1, 300_000, 0, Transport.TLS),
                new Workload("set-p16-tls", "set", 16, 2_000_000, 0, Transport.TLS),
                new Workload("get-p16-tls", "get", 16, 2_000_000, 0, Transport.TLS),
                logged(16, 3_000_000, "everysec"),
                logged(1, 500_000, "everysec"),
                logged(1, 100_000, "always"));
    }

    /** The arguments of redis-benchmark but for server and number of requests. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(
                List.of("-c", Integer.toString(CONNECTIONS), "-P", Integer.toString(pipeline)));
        if (keys > 0) {
            arguments.addAll(List.of("-r", Integer.toString(keys), "-d", Integer.toString(Loader.VALUE_BYTES)));
        }
        arguments.addAll(test.indexOf(' ') < 0 ? List.of("-t", test) : List.of(test.split(" ")));
        return arguments;
    }

    /** How many elements the list has before that many commands, so that each round finds the same. */
    long listElements(long commands) {
        return switch (test) {
            case RPOP -> commands;
            case LRANGE -> LRANGE_ELEMENTS;
            default -> 0;
        };
    }

    /** The same commands with 16 in a pipeline, to warm a server up. */
    Workload warmup() {
        return new Workload(name, test, 16, requests, keys, transport, appendfsync);
    }
}
