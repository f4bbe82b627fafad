package dev.cairn.core.commands;

import static dev.cairn.api.command.AclCategory.ADMIN;
import static dev.cairn.api.command.AclCategory.DANGEROUS;
import static dev.cairn.api.command.AclCategory.KEYSPACE;
import static dev.cairn.api.command.CommandFlag.ALLOW_BUSY;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.NO_MULTI;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.STALE;
import static dev.cairn.api.command.CommandFlag.WRITE;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Effects;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.event.ShutdownBegun;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.Server;

/** The commands on the server as a whole: DBSIZE, FLUSHDB, FLUSHALL, SWAPDB, TIME, ROLE, SHUTDOWN. Main thread. */
public final class ServerCommands {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCommands.class);
    private static final Token SYNC = Token.of("SYNC");
    private static final Token ASYNC = Token.of("ASYNC");
    private static final Token NOSAVE = Token.of("NOSAVE");
    private static final Token SAVE = Token.of("SAVE");
    private static final Token NOW = Token.of("NOW");
    private static final Token FORCE = Token.of("FORCE");
    private static final Token ABORT = Token.of("ABORT");
    private static final CommandError BAD_DATABASE = CommandError.err("DB index is out of range");
    private static final CommandError NOTHING_TO_ABORT = CommandError.err("No shutdown in progress.");
    private static final CommandError CANNOT_SAVE = CommandError.err("Errors trying to SHUTDOWN. The dataset cannot be saved, for this"
            + " server has no RDB persistence; use SHUTDOWN NOSAVE.");

    private static final CommandError SHUTDOWN_FAILED = CommandError.err("Errors trying to SHUTDOWN. Check logs.");

    private final Server server;

    /** Makes the commands of a server. */
    public ServerCommands(Server server) {
        this.server = server;
    }

    /** Declares the commands. */
    public void register(Registrar r) {
        r.command(spec("DBSIZE", 1).flags(READONLY, FAST).acl(KEYSPACE).since("1.0.0").complexity("O(1)")
                .tips("request_policy:all_shards", "response_policy:agg_sum").summary("Counts the keys of the selected database."),
                this::dbSize);
        r.command(flush("FLUSHDB").summary("Deletes all keys of the selected database."), this::flushDb);
        r.command(flush("FLUSHALL").summary("Deletes all keys of all databases."), this::flushAll);
        r.command(spec("SWAPDB", 3).flags(WRITE, FAST).acl(KEYSPACE, DANGEROUS).since("4.0.0")
                .complexity("O(N) where N is the number of clients that watch or wait for keys of the two databases.")
                .summary("Exchanges two databases.").syntax("index1:integer index2:integer"), this::swapDb);
        r.command(spec("TIME", 1).flags(LOADING, STALE, FAST).since("2.6.0").complexity("O(1)").tips("nondeterministic_output")
                .summary("Tells the server's time in seconds and microseconds."), this::time);
        r.command(spec("ROLE", 1).flags(NOSCRIPT, LOADING, STALE, FAST).acl(ADMIN, DANGEROUS).since("2.8.12").complexity("O(1)")
                .summary("Tells the server's role in replication."), this::role);
        r.command(spec("SHUTDOWN", -1).flags(CommandFlag.ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, ALLOW_BUSY).since("1.0.0")
                .complexity("O(N) when saving, where N is the number of keys in all databases; O(1) otherwise.")
                .summary("Ends the server.").changed("7.0.0", "Added the modifiers NOW, FORCE and ABORT.")
                .syntax("abort-selector=[save-selector-block=([save-selector=[NOSAVE|SAVE]] [NOW@7.0.0] [FORCE@7.0.0])|ABORT@7.0.0]"),
                this::shutdown);
    }

    private static CommandSpec.Builder spec(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER);
    }

    private static CommandSpec.Builder flush(String name) {
        return spec(name, -1).flags(WRITE).acl(KEYSPACE, DANGEROUS).since("1.0.0")
                .complexity("O(1) for the client: the memory is dropped whole and given back bit by bit.")
                .tips("request_policy:all_shards", "response_policy:all_succeeded").changed("4.0.0", "Added the modifier ASYNC.")
                .changed("6.2.0", "Added the modifier SYNC.").syntax("flush-type=[ASYNC@4.0.0|SYNC@6.2.0]");
    }

    private void dbSize(Call call, Args args, Reply out) {
        out.integer(call.keyspace().size());
    }

    private void flushDb(Call call, Args args, Reply out) {
        boolean lazily = lazily(args);
        server.flush(call.keyspace().index(), lazily);
        log(call, args);
        out.ok();
    }

    private void flushAll(Call call, Args args, Reply out) {
        boolean lazily = lazily(args);
        server.flush(-1, lazily);
        log(call, args);
        out.ok();
    }

    /** Logs the command as it came, though there may have been nothing to flush: whoever follows the log may know other keys. */
    private static void log(Call call, Args args) {
        Effects effects = call.effects();
        if (effects.wanted()) {
            effects.begin(args.size());
            for (int i = 0; i < args.size(); i++) {
                effects.word(args.at(i));
            }
        }
    }

    /** Whether to free in the background. Either way a database's memory is dropped whole, without a walk over its keys. */
    private boolean lazily(Args args) {
        if (args.size() > 2 || args.size() == 2 && !args.is(1, SYNC) && !args.is(1, ASYNC)) {
            throw CommandError.SYNTAX;
        }
        return args.size() == 2 ? args.is(1, ASYNC) : server.databases().lazyFree().flushed;
    }

    private void swapDb(Call call, Args args, Reply out) {
        long first = index(args.at(1), "invalid first DB index");
        long second = index(args.at(2), "invalid second DB index");
        int count = server.databases().count();
        if (first < 0 || first >= count || second < 0 || second >= count) {
            throw BAD_DATABASE;
        }
        server.swap((int) first, (int) second);
        out.ok();
    }

    private static long index(Bytes b, String error) {
        if (!b.isLong() || b.asLong() != (int) b.asLong()) {
            throw CommandError.err(error);
        }
        return b.asLong();
    }

    private void time(Call call, Args args, Reply out) {
        long micros = call.micros();
        out.array(2).bulk(micros / 1_000_000).bulk(micros % 1_000_000);
    }

    private void role(Call call, Args args, Reply out) {
        out.array(3).bulk("master").integer(0).array(0);
    }

    private void shutdown(Call call, Args args, Reply out) {
        boolean noSave = false;
        boolean save = false;
        boolean force = false;
        boolean now = false;
        boolean abort = false;
        for (int i = 1; i < args.size(); i++) {
            if (args.is(i, NOSAVE)) {
                noSave = true;
            } else if (args.is(i, SAVE)) {
                save = true;
            } else if (args.is(i, NOW)) {
                now = true;
            } else if (args.is(i, FORCE)) {
                force = true;
            } else if (args.is(i, ABORT)) {
                abort = true;
            } else {
                throw CommandError.SYNTAX;
            }
        }
        if (abort && (noSave || save || now || force) || noSave && save) {
            throw CommandError.SYNTAX;
        }
        if (abort) {
            // a shutdown waits for nothing, so there is never one to be aborted
            throw NOTHING_TO_ABORT;
        }
        if (save && !force) {
            throw CANNOT_SAVE;
        }
        LOG.warn("User requested shutdown...");
        if (server.durability().beforeShutdown(save, noSave).isPresent() && !force) {
            throw SHUTDOWN_FAILED;
        }
        if (save) {
            LOG.warn("The dataset is not saved, for this server has no RDB persistence; FORCE goes on without.");
        }
        server.shutDown(() -> server.events().fire(new ShutdownBegun()));
        server.clients().closeLater(((CallContext) call).serverClient());
    }
}
