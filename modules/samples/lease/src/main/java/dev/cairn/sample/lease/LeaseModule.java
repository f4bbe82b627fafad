package dev.cairn.sample.lease;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

/** Adds the command LEASE: whoever calls it in time keeps the key. */
public final class LeaseModule implements ServerModule {
    private static final Token EXPIRE = Token.of("expire");

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("lease", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        Option<Long> seconds = registrar.option(OptionSpec.integer("lease-seconds", 30, 1, 86_400)
                .doc("How long LEASE lets a key live."));
        registrar.command(CommandSpec.of("LEASE", 2)
                .summary("Lets a key live for lease-seconds from now on.").complexity("O(1)")
                .flags(CommandFlag.WRITE, CommandFlag.FAST).acl(AclCategory.KEYSPACE)
                .keys(KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.UPDATE)).syntax("key"),
                (call, args, out) -> lease(call, args.at(1), seconds.value(), out));
    }

    private static void lease(Call call, Bytes key, long seconds, Reply out) {
        WriteSlot slot = call.keyspace().write(key);
        if (!slot.exists()) {
            out.nil();
            return;
        }
        slot.expireAt(call.now() + seconds * 1000);
        slot.changed(KeyEventClass.GENERIC, EXPIRE);
        out.integer(seconds);
    }
}
