package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.core.observe.LatencyDoctor;
import dev.cairn.core.observe.LatencyGraph;
import dev.cairn.core.observe.LatencyHistogram;
import dev.cairn.core.observe.LatencyMonitor;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.CommandTable;
import dev.cairn.core.server.Server;

/** The container LATENCY: delays by event, and the distributions of the times of commands. Main thread. */
final class LatencyCommands {
    private final Server server;
    private final LatencyMonitor monitor;

    LatencyCommands(Server server) {
        this.server = server;
        this.monitor = server.latency();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.container(CommandSpec.of("LATENCY", -2).group(CommandGroup.SERVER).since("2.8.13").complexity("Depends on subcommand.")
                .summary("A container for commands on what held up the server."));
        r.command(special("LATENCY|LATEST", 2, "2.8.13").complexity("O(1)")
                .summary("Returns each event's name, the time and the milliseconds of its last delay, and its longest."), this::latest);
        r.command(special("LATENCY|HISTORY", 3, "2.8.13").complexity("O(1)")
                .summary("Returns the times and the milliseconds of an event's last delays.").syntax("event"), this::history);
        r.command(special("LATENCY|GRAPH", 3, "2.8.13").complexity("O(1)").summary("Draws an event's last delays.").syntax("event"),
                this::graph);
        r.command(special("LATENCY|DOCTOR", 2, "2.8.13").complexity("O(1)").summary("Reports on the delays, with advice."), this::doctor);
        r.command(admin("LATENCY|RESET", -2, "2.8.13").complexity("O(1)").tips("request_policy:all_nodes", "response_policy:agg_sum")
                .summary("Forgets the delays of events, of all if none is named.").syntax("[event...]"), this::reset);
        r.command(special("LATENCY|HISTOGRAM", -2, "7.0.0").complexity("O(N) where N is the number of commands with a distribution.")
                .summary("Returns how many executions took how many microseconds at most, of all commands if none is named.")
                .syntax("[COMMAND:string...]"), this::histogram);
        HelpText.declare(r, server, "LATENCY", "2.8.13");
    }

    private static CommandSpec.Builder admin(String name, int arity, String since) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER).since(since).flags(ADMIN, NOSCRIPT, LOADING, STALE);
    }

    private static CommandSpec.Builder special(String name, int arity, String since) {
        return admin(name, arity, since).tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special");
    }

    private long nowSeconds() {
        return server.clock().exactMicros() / 1_000_000;
    }

    private void latest(Call call, Args args, Reply out) {
        out.array(monitor.events().size());
        for (LatencyMonitor.Series s : monitor.events()) {
            LatencyMonitor.Sample last = s.samples().getLast();
            out.array(4).bulk(s.event()).integer(last.seconds()).integer(last.millis()).integer(s.max());
        }
    }

    private void history(Call call, Args args, Reply out) {
        LatencyMonitor.Series series = monitor.event(args.at(2).text());
        if (series == null) {
            out.array(0);
            return;
        }
        out.array(series.samples().size());
        for (LatencyMonitor.Sample s : series.samples()) {
            out.array(2).integer(s.seconds()).integer(s.millis());
        }
    }

    private void graph(Call call, Args args, Reply out) {
        LatencyMonitor.Series series = monitor.event(args.at(2).text());
        if (series == null) {
            throw CommandError.err("No samples available for event '" + args.at(2).text() + "'");
        }
        out.verbatim("txt", Bytes.of(LatencyGraph.draw(series, nowSeconds())));
    }

    private void doctor(Call call, Args args, Reply out) {
        out.verbatim("txt", Bytes.of(LatencyDoctor.report(monitor, server.slowLog(), nowSeconds(), server.hz())));
    }

    private void reset(Call call, Args args, Reply out) {
        if (args.size() == 2) {
            out.integer(monitor.reset());
            return;
        }
        int n = 0;
        for (int i = 2; i < args.size(); i++) {
            n += monitor.reset(args.at(i).text());
        }
        out.integer(n);
    }

    private void histogram(Call call, Args args, Reply out) {
        int mark = out.begin(Reply.Shape.MAP);
        int n = 0;
        if (args.size() == 2) {
            n = distributions(server.originalCommands().all(), out);
        }
        for (int i = 2; i < args.size(); i++) {
            CommandEntry e = server.commands().findByFullName(args.at(i).text());
            if (e != null) {
                n += distribution(e, out);
            }
        }
        out.end(mark, n);
    }

    private static int distributions(Collection<CommandEntry> entries, Reply out) {
        int n = 0;
        for (CommandEntry e : entries) {
            n += distribution(e, out);
        }
        return n;
    }

    /** Writes the distribution of a command, and those of its subcommands; returns how many there are. */
    private static int distribution(CommandEntry e, Reply out) {
        int n = write(e.wireName(), e.histogram(), out);
        CommandTable subcommands = e.subcommands();
        return subcommands == null ? n : n + distributions(subcommands.all(), out);
    }

    private static int write(String name, @Nullable LatencyHistogram histogram, Reply out) {
        if (histogram == null) {
            return 0;
        }
        out.bulk(name).map(2).bulk("calls").integer(histogram.count()).bulk("histogram_usec");
        int mark = out.begin(Reply.Shape.MAP);
        int[] steps = {0};
        histogram.steps((micros, count) -> {
            out.integer(micros).integer(count);
            steps[0]++;
        });
        out.end(mark, steps[0]);
        return 1;
    }
}
