package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.Iterator;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.core.observe.SlowLog;
import dev.cairn.core.server.Server;

/** The container SLOWLOG: the commands that took longest. Main thread. */
final class SlowLogCommands {
    private static final int DEFAULT_COUNT = 10;
    private static final CommandError BAD_COUNT = CommandError.err("count should be greater than or equal to -1");

    private final SlowLog log;
    private final Server server;

    SlowLogCommands(Server server) {
        this.server = server;
        this.log = server.slowLog();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.container(CommandSpec.of("SLOWLOG", -2).group(CommandGroup.SERVER).since("2.2.12").complexity("Depends on subcommand.")
                .summary("A container for commands on the log of slow commands."));
        r.command(admin("SLOWLOG|GET", -2).complexity("O(N) where N is the number of commands returned.")
                .tips("request_policy:all_nodes", "nondeterministic_output")
                .summary("Returns slow commands, the newest first: id, time, microseconds, words, address and name of the client.")
                .changed("4.0.0", "Added the address and the name of the client.").syntax("[count:integer]"), this::get);
        r.command(admin("SLOWLOG|LEN", 2).complexity("O(1)")
                .tips("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output")
                .summary("Counts the slow commands that are kept."), this::len);
        r.command(admin("SLOWLOG|RESET", 2).complexity("O(N) where N is the number of commands kept.")
                .tips("request_policy:all_nodes", "response_policy:all_succeeded").summary("Forgets the slow commands."), this::reset);
        HelpText.declare(r, server, "SLOWLOG", "6.2.0");
    }

    private static CommandSpec.Builder admin(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER).since("2.2.12").flags(ADMIN, LOADING, STALE);
    }

    private void get(Call call, Args args, Reply out) {
        if (args.size() > 3) {
            throw HelpText.wrongForm(call, args);
        }
        long count = DEFAULT_COUNT;
        if (args.size() == 3) {
            if (!args.at(2).isLong() || args.at(2).asLong() < -1) {
                throw BAD_COUNT;
            }
            count = args.at(2).asLong();
        }
        int n = (int) (count == -1 ? log.length() : Math.min(count, log.length()));
        out.array(n);
        Iterator<SlowLog.Entry> newest = log.newest();
        for (int i = 0; i < n; i++) {
            SlowLog.Entry e = newest.next();
            out.array(6).integer(e.id()).integer(e.seconds()).integer(e.micros()).array(e.words().length);
            for (byte[] word : e.words()) {
                out.bulk(Bytes.of(word));
            }
            out.bulk(e.address()).bulk(e.name());
        }
    }

    private void len(Call call, Args args, Reply out) {
        out.integer(log.length());
    }

    private void reset(Call call, Args args, Reply out) {
        log.clear();
        out.ok();
    }
}
