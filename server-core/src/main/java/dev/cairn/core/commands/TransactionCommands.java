package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ALLOW_BUSY;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.NO_MULTI;
import static dev.cairn.api.command.CommandFlag.SKIP_SLOWLOG;
import static dev.cairn.api.command.CommandFlag.STALE;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.Server;
import dev.cairn.core.server.ServerClient;
import dev.cairn.core.server.Transactions;
import dev.cairn.resp.ReplyWriter;

/** The commands of transactions: MULTI, EXEC, DISCARD, WATCH, UNWATCH. Main thread. */
final class TransactionCommands {
    private static final CommandError DISCARD_WITHOUT_MULTI = CommandError.err("DISCARD without MULTI");

    private final Transactions transactions;

    TransactionCommands(Server server) {
        this.transactions = server.transactions();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(transaction("MULTI", 1, "1.2.0").summary("Begins a transaction: the commands that follow are queued.").complexity("O(1)")
                .flags(NOSCRIPT, LOADING, STALE, FAST, NO_MULTI, ALLOW_BUSY), this::multi);
        r.command(transaction("EXEC", 1, "1.2.0").summary("Executes the queued commands of the transaction, nothing in between.")
                .complexity("Depends on the queued commands.").flags(NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG), this::exec);
        r.command(transaction("DISCARD", 1, "2.0.0").summary("Ends the transaction without executing it.")
                .complexity("O(N) where N is the number of queued commands.").flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY),
                this::discard);
        r.command(transaction("WATCH", -2, "2.2.0").summary("Watches keys: the next EXEC does nothing if one of them is changed by then.")
                .complexity("O(1) for each key.").flags(NOSCRIPT, LOADING, STALE, FAST, NO_MULTI, ALLOW_BUSY)
                .keys(KeySpec.range(1, -1, 1, KeySpec.Flag.RO)).syntax("key..."), this::watch);
        r.command(transaction("UNWATCH", 1, "2.2.0").summary("Watches no key any more.").complexity("O(1)")
                .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY), this::unwatch);
    }

    private static CommandSpec.Builder transaction(String name, int arity, String since) {
        return CommandSpec.of(name, arity).group(CommandGroup.TRANSACTIONS).since(since).acl(AclCategory.TRANSACTION);
    }

    private static ServerClient client(Call call) {
        return ((CallContext) call).serverClient();
    }

    private void multi(Call call, Args args, Reply out) {
        transactions.begin(client(call));
        out.ok();
    }

    private void exec(Call call, Args args, Reply out) {
        transactions.execute(client(call), (ReplyWriter) out);
    }

    private void discard(Call call, Args args, Reply out) {
        if (!client(call).inTransaction()) {
            throw DISCARD_WITHOUT_MULTI;
        }
        transactions.discard(client(call));
        out.ok();
    }

    private void watch(Call call, Args args, Reply out) {
        for (int i = 1; i < args.size(); i++) {
            transactions.watch(client(call), args.at(i));
        }
        out.ok();
    }

    private void unwatch(Call call, Args args, Reply out) {
        transactions.unwatch(client(call));
        out.ok();
    }
}
