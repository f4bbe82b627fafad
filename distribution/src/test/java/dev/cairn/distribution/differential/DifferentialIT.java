package dev.cairn.distribution.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.RespReply.Kind;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sends the same random commands to redis-server and to Cairn and compares every reply and the final states.
 *
 * <p>The stream is cut into epochs that start on empty servers. After a mismatch the stream so far is shrunk to a short reproduction, and
 * the run goes on with empty servers, so that one run reports every kind of mismatch.
 *
 * <p>Properties: {@code cairn.differential.commands} (in all, default 300000), {@code cairn.differential.seed} (default: always the same, so that
 * a build fails or does not; another one looks further),
 * {@code cairn.server.command} (the server under test).
 */
class DifferentialIT {
    private static final int COMMANDS = Integer.getInteger("cairn.differential.commands", 300_000);
    private static final long SEED = Long.getLong("cairn.differential.seed", 20_261_126);
    private static final int EPOCH_UNITS = 1500;
    private static final int CHUNK_UNITS = 60;
    private static final int MOST_REPORTS = 40;
    /** With fewer commands a rare one may be missing by chance. */
    private static final int ENOUGH_FOR_ALL = 100_000;
    /** The commands that no stream has. */
    private static final Set<String> LEFT_OUT = Set.of(
            // Containers have no reply of their own; CommandTableIT compares what COMMAND tells; help texts are Cairn's own.
            "client", "command", "config", "object", "pubsub", "command|docs", "command|info", "client|help", "command|help",
            "config|help", "object|help", "pubsub|help", "slowlog", "latency", "memory", "slowlog|help", "latency|help", "memory|help",
            // They end the connection or the server, or need a file; other tests have them.
            "quit", "shutdown", "config|rewrite",
            // What DEBUG does is each server's own; redis-server 7.0 does not know CLIENT SETINFO.
            "debug", "client|setinfo", "client|capa", "client|no-touch", "hexpire", "hexpireat", "hexpiretime", "hgetdel", "hgetex",
            "hpersist", "hpexpire", "hpexpireat", "hpexpiretime", "hpttl", "hsetex", "httl", "waitaof",
            // They load modules or write files.
            "module", "module|help", "module|list", "module|load", "module|loadex", "module|unload", "module|upgrade",
            "bgrewriteaof");

    /** How much shorter the run with I/O threads is. */
    private static final int THREADED_SHARE = 6;

    @ParameterizedTest(name = "RESP{0}")
    @ValueSource(ints = {2, 3})
    void repliesAndStatesEqualRedisServers(int protocol) throws IOException {
        try (ServerProcess reference = ServerProcess.redis(); ServerProcess candidate = ServerProcess.cairn()) {
            Run run = compare(protocol, COMMANDS / 2, reference, candidate);
            if (COMMANDS / 2 >= ENOUGH_FOR_ALL) {
                assertEquals(Set.of(), unused(candidate, run.executed), "commands that the stream lacks");
            }
        }
    }

    @ParameterizedTest(name = "io-threads 2, {0}")
    @ValueSource(strings = {"fork-join", "rings"})
    void theyAreTheSameWithIoThreads(String strategy) throws IOException {
        try (ServerProcess reference = ServerProcess.redis();
                ServerProcess candidate = ServerProcess.cairn("--io-threads", "2", "--io-threads-do-reads", "yes",
                        "--events-per-io-thread", "0", "--io-threads-strategy", strategy);
                Companions companions = new Companions(candidate)) {
            compare(3, COMMANDS / THREADED_SHARE, reference, candidate);
            assertTrue(companions.end() > 0, "the companions got no reply");
            assertTrue(threadedReads(candidate) > 0, "no thread has read");
        }
    }

    private static Run compare(int protocol, int commands, ServerProcess reference, ServerProcess candidate) throws IOException {
        System.out.println("DifferentialIT: RESP" + protocol + ", -Dcairn.differential.seed=" + SEED);
        try (ServerPair servers = new ServerPair(reference, candidate, protocol)) {
            Run run = new Run(servers, new CommandStream(SEED + protocol, protocol), candidate);
            run.commands(commands);
            assertTrue(candidate.isAlive(), () -> "the server under test ended; its log:\n" + candidate.log());
            assertTrue(run.reports.isEmpty(), () -> run.reports.size() + " kinds of mismatches, -Dcairn.differential.seed=" + SEED + "\n\n"
                    + String.join("\n", run.reports.values()));
            System.out.println("DifferentialIT: RESP" + protocol + ", " + run.sent + " commands, replies and final states equal");
            return run;
        }
    }

    /** How many reads a server's threads have done since its statistics were reset. */
    private static long threadedReads(ServerProcess server) throws IOException {
        try (RespClient client = server.connect()) {
            return client.call("INFO", "stats").text().lines().filter(line -> line.startsWith("io_threaded_reads_processed:"))
                    .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip())).findFirst().orElseThrow();
        }
    }

    /** The commands of a server that are not among those and not left out on purpose. */
    private static Set<String> unused(ServerProcess server, Set<String> used) throws IOException {
        try (RespClient client = server.connect()) {
            return client.call("COMMAND", "LIST").elements().stream().map(RespReply::text)
                    .filter(name -> !used.contains(name) && !LEFT_OUT.contains(name)).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The commands that a server has executed since its statistics were reset. */
    private static Set<String> executed(ServerProcess server) throws IOException {
        try (RespClient client = server.connect()) {
            return client.call("INFO", "commandstats").text().lines().filter(line -> line.startsWith("cmdstat_"))
                    .map(line -> line.substring("cmdstat_".length(), line.indexOf(':'))).collect(Collectors.toSet());
        }
    }

    /** One run over one stream. */
    private static final class Run {
        final Map<String, String> reports = new LinkedHashMap<>();
        private final ServerPair servers;
        private final CommandStream stream;
        private final ServerProcess candidate;
        /** Looked at after each epoch, since the stream resets the statistics now and then. */
        private final Set<String> executed = new HashSet<>();
        private int sent;

        Run(ServerPair servers, CommandStream stream, ServerProcess candidate) {
            this.servers = servers;
            this.stream = stream;
            this.candidate = candidate;
        }

        void commands(int count) throws IOException {
            while (sent < count && reports.size() < MOST_REPORTS && candidate.isAlive()) {
                epoch(count);
                if (candidate.isAlive()) {
                    executed.addAll(DifferentialIT.executed(candidate));
                }
            }
        }

        private void epoch(int count) throws IOException {
            servers.reset();
            List<Unit> history = new ArrayList<>();
            while (history.size() < EPOCH_UNITS && sent < count) {
                List<Unit> chunk = new ArrayList<>();
                for (int i = 0; i < CHUNK_UNITS; i++) {
                    Unit unit = stream.next();
                    chunk.add(unit);
                    sent += unit.steps().size();
                }
                Optional<Mismatch> mismatch = servers.run(chunk);
                if (mismatch.isPresent()) {
                    history.addAll(chunk.subList(0, mismatch.get().unit() + 1));
                    report(mismatch.get(), history, false);
                    return;
                }
                history.addAll(chunk);
            }
            Optional<Mismatch> mismatch = servers.compareStates();
            if (mismatch.isPresent()) {
                report(mismatch.get(), history, true);
            }
        }

        private void report(Mismatch mismatch, List<Unit> history, boolean states) throws IOException {
            String signature = (states ? "final state: " : "") + mismatch.signature();
            if (reports.containsKey(signature)) {
                return;
            }
            StringBuilder text = new StringBuilder("* ").append(signature).append('\n').append(mismatch).append('\n');
            boolean silent = mismatch.candidate().kind() == Kind.NONE && mismatch.candidate().text().contains("Timeout");
            Optional<List<Unit>> shrunk = silent || !candidate.isAlive() ? Optional.empty()
                    : new Shrinker(servers, mismatch, states).shrink(history);
            text.append(shrunk.isPresent() ? "  reproduced on empty servers by:\n" : "  the last commands on the same keys:\n");
            List<Step> steps = shrunk.isPresent() ? steps(shrunk.get()) : related(steps(history), mismatch.step());
            for (Step step : steps.subList(Math.max(0, steps.size() - 40), steps.size())) {
                text.append("    ").append(step).append('\n');
            }
            reports.put(signature, text.toString());
            System.out.println(text);
        }

        private static List<Step> steps(List<Unit> units) {
            return units.stream().flatMap(unit -> unit.steps().stream()).toList();
        }

        private static List<Step> related(List<Step> steps, Step to) {
            return steps.stream()
                    .filter(step -> step.equals(to) || to.arguments().stream().skip(1)
                            .anyMatch(argument -> step.arguments().stream().skip(1)
                                    .anyMatch(other -> java.util.Arrays.equals(argument, other))))
                    .toList();
        }
    }
}
