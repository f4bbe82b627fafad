package dev.cairn.core.commands;

import static dev.cairn.api.command.AclCategory.DANGEROUS;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.core.config.Options;
import dev.cairn.core.server.MemoryInfo;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerInfo;
import dev.cairn.core.server.StatsInfo;

/** INFO and the core's sections of it. Main thread. */
public final class InfoCommand {
    private final Server server;
    private final ServerInfo about;
    private final StatsInfo counters;

    /** Makes the command of a server. */
    public InfoCommand(Server server, Options options) {
        this.server = server;
        this.about = new ServerInfo(server, options);
        this.counters = new StatsInfo(server);
    }

    /** Declares the command and the core's sections, in Redis' order. */
    public void register(Registrar r) {
        r.command(CommandSpec.of("INFO", -1).group(CommandGroup.SERVER).flags(LOADING, STALE).acl(DANGEROUS).since("1.0.0")
                .complexity("O(1)").tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                .summary("Tells what the server is, holds and has done, by sections.")
                .changed("7.0.0", "Takes more than one section in a call.").syntax("[section...]"), this::info);
        r.info("Server", true, about::server);
        r.info("Clients", true, about::clients);
        r.info("Memory", true, about::memory);
        r.info("Persistence", true, about::persistence);
        r.info("Stats", true, counters::stats);
        r.info("Replication", true, about::replication);
        r.info("CPU", true, counters::cpu);
        r.info("Modules", true, about::modules);
        r.info("Commandstats", false, counters::commands);
        r.info("Errorstats", true, counters::errors);
        r.info("Latencystats", false, counters::latencies);
        r.info("Cluster", true, about::cluster);
        r.info("Keyspace", true, about::keyspace);
        r.info("Jvm", false, MemoryInfo::jvm);
        server.info().addHidden("Debug", counters::debug);
    }

    private void info(Call call, Args args, Reply out) {
        List<String> wanted = new ArrayList<>(args.size());
        for (int i = 1; i < args.size(); i++) {
            wanted.add(args.at(i).text().toLowerCase(Locale.ROOT));
        }
        out.verbatim("txt", Bytes.of(server.info().text(wanted)));
    }
}
