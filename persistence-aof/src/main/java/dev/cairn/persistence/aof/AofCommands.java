package dev.cairn.persistence.aof;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.BLOCKING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.NO_ASYNC_LOADING;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;

/** The commands of the append-only file: BGREWRITEAOF, WAITAOF. Main thread. */
final class AofCommands {
    private static final Token STARTED = Token.of("Background append only file rewriting started");
    private static final CommandError NOT_0_OR_1 = CommandError.err("value is out of range, value must between 0 and 1");
    private static final CommandError NOT_POSITIVE = CommandError.err("value is out of range, must be positive");
    private static final CommandError BAD_TIMEOUT = CommandError.err("timeout is not an integer or out of range");
    private static final CommandError NEGATIVE_TIMEOUT = CommandError.err("timeout is negative");

    private final AofPersistence aof;

    AofCommands(AofPersistence aof) {
        this.aof = aof;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(CommandSpec.of("BGREWRITEAOF", 1).group(CommandGroup.SERVER).since("1.0.0")
                .summary("Begins to rewrite the append-only file to what the data needs, beside the serving.")
                .complexity("O(1); the rewriting is O(N) where N is the number of keys, in small pieces.")
                .flags(NO_ASYNC_LOADING, ADMIN, NOSCRIPT), this::rewrite);
        r.command(
                CommandSpec.of("WAITAOF", 4).group(CommandGroup.GENERIC).since("7.2.0")
                        .summary("Waits until the client's writes are safe on disk, here and on replicas.").complexity("O(1)")
                        .acl(AclCategory.CONNECTION).tips("request_policy:all_shards", "response_policy:agg_min").flags(BLOCKING)
                        .syntax("numlocal:integer numreplicas:integer timeout:integer"),
                this::waitAof);
    }

    private void rewrite(Call call, Args args, Reply out) {
        aof.requestRewrite();
        out.simple(STARTED);
    }

    private void waitAof(Call call, Args args, Reply out) {
        long local = args.integer(1);
        if (local < 0 || local > 1) {
            throw NOT_0_OR_1;
        }
        long replicas = args.integer(2);
        if (replicas < 0) {
            throw NOT_POSITIVE;
        }
        if (!args.at(3).isLong()) {
            throw BAD_TIMEOUT;
        }
        long timeout = args.at(3).asLong();
        if (timeout < 0) {
            throw NEGATIVE_TIMEOUT;
        }
        aof.acknowledgements().await(call, local == 1, replicas, timeout, out);
    }
}
