package dev.cairn.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs redis-benchmark and reads its report. */
final class RedisBenchmark {
    private static final Pattern THROUGHPUT = Pattern.compile("throughput summary: ([0-9.]+) requests per second");
    private static final Pattern PERCENTILE = Pattern.compile("^([0-9.]+)% <= ([0-9.]+) milliseconds", Pattern.MULTILINE);
    private static final String DISTRIBUTION = "Latency by percentile distribution:";
    private static final String CUMULATIVE = "Cumulative distribution of latencies:";
    private static final long TIMEOUT_SECONDS = 300;

    /**
     * One run.
     *
     * @param opsPerSecond commands per second
     * @param p50 median latency in milliseconds, of a whole pipeline
     * @param p99 99th percentile in milliseconds
     * @param p999 99.9th percentile in milliseconds
     * @param cpuMicros CPU time of the server per command in microseconds
     * @param clientLoad CPU time of redis-benchmark over elapsed time; near 1 the client is the limit
     */
    record Sample(double opsPerSecond, double p50, double p99, double p999, double cpuMicros, double clientLoad) {
    }

    private final List<String> command;

    RedisBenchmark(List<String> command) {
        this.command = command;
    }

    /** Sends {@code requests} commands of a workload to a server. */
    Sample run(Server server, Workload workload, long requests) throws CompareException, IOException, InterruptedException {
        return run(server, workload.transport(), workload.arguments(), requests);
    }

    /** Sends {@code requests} commands to a server as further arguments of redis-benchmark say. */
    Sample run(Server server, Transport transport, List<String> arguments, long requests)
            throws CompareException, IOException, InterruptedException {
        List<String> line = new ArrayList<>(command);
        line.addAll(transport.arguments(server));
        line.addAll(List.of("-n", Long.toString(requests), "--precision", "3"));
        line.addAll(arguments);
        long serverBefore = server.cpuNanos();
        long clientBefore = CpuClock.ofEndedChildren();
        String report = run(line);
        double serverNanos = server.cpuNanos() - serverBefore;
        double clientNanos = CpuClock.ofEndedChildren() - clientBefore;

        Matcher throughput = THROUGHPUT.matcher(report);
        int from = report.indexOf(DISTRIBUTION);
        int to = report.indexOf(CUMULATIVE);
        if (!throughput.find() || from < 0 || to < from) {
            throw new CompareException(String.join(" ", line) + " gave no summary:\n" + report.strip());
        }
        double rate = Double.parseDouble(throughput.group(1));
        String distribution = report.substring(from, to);
        return new Sample(rate, percentile(distribution, 50), percentile(distribution, 99), percentile(distribution, 99.9),
                serverNanos / 1e3 / requests, clientNanos / 1e9 / (requests / rate));
    }

    private static String run(List<String> line) throws CompareException, IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectInput(new File("/dev/null"));
        builder.environment().put("LC_ALL", "C");
        Process process = Children.add(builder.start());
        Thread watchdog = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).replace('\r', '\n');
            int status = process.waitFor();
            if (status != 0) {
                throw new CompareException(String.join(" ", line) + " ended with status " + status + ":\n" + output.strip());
            }
            return output;
        } finally {
            watchdog.interrupt();
            Children.stop(process);
        }
    }

    /** The smallest latency listed that covers at least {@code percent} of the requests. */
    private static double percentile(String distribution, double percent) throws CompareException {
        Matcher row = PERCENTILE.matcher(distribution);
        while (row.find()) {
            if (Double.parseDouble(row.group(1)) >= percent) {
                return Double.parseDouble(row.group(2));
            }
        }
        throw new CompareException("redis-benchmark listed no latencies");
    }
}
