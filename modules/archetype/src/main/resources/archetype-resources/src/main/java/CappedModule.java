package ${package};

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.SpiVersion;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import org.jspecify.annotations.Nullable;

/** Adds counters that stop at a most: a type of values, two commands on it, and an option. Main thread. */
public final class CappedModule implements ServerModule {
    private static final Token ADDED = Token.of("add");
    private static final Bytes RESTORE = Bytes.of("${prefix}.RESTORE");

    private final CappedType type = new CappedType(RESTORE);
    private @Nullable Option<Long> most;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public CappedModule() {
    }

    @Override
    public ModuleInfo info() {
        return new ModuleInfo("${artifactId}", 1, new SpiVersion(1, 0));
    }

    @Override
    public void configure(Registrar registrar) {
        registrar.dataType(type);
        most = registrar.option(OptionSpec.integer("${artifactId}-most", 1000, 0, Long.MAX_VALUE).doc("Where counters stop."));
        registrar.command(CommandSpec.of("${prefix}.ADD", 3).summary("Adds to a counter, which stops at a most.").complexity("O(1)")
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.ACCESS, KeySpec.Flag.UPDATE))
                .syntax("key amount:integer"), this::add);
        registrar.command(CommandSpec.of("${prefix}.GET", 2).summary("Returns the value of a counter.").complexity("O(1)")
                .flags(READONLY, FAST).keys(KeySpec.at(1, KeySpec.Flag.RO, KeySpec.Flag.ACCESS)).syntax("key"), this::get);
        registrar.command(CommandSpec.of("${prefix}.RESTORE", 3).summary("Sets a counter, whatever the most is now.").complexity("O(1)")
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, KeySpec.Flag.OW, KeySpec.Flag.UPDATE)).syntax("key value:integer"),
                this::restore);
    }

    private void add(Call call, Args args, Reply out) {
        long amount = args.integer(2, 0, Long.MAX_VALUE);
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        long before = slot.exists() ? slot.integer() : 0;
        long cap = most == null ? 0 : most.value();
        long after = Math.max(before, amount > cap - before ? cap : before + amount);
        slot.putInteger(type, 0, after);
        slot.changed(KeyEventClass.MODULE, ADDED);
        // what the log is told must not depend on the option, which may be another when it is read
        call.effects().begin(3).word(RESTORE).word(args.at(1)).word(after);
        out.integer(after);
    }

    private void get(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (slot.exists()) {
            out.integer(slot.integer());
        } else {
            out.nil();
        }
    }

    private void restore(Call call, Args args, Reply out) {
        long value = args.integer(2, 0, Long.MAX_VALUE);
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        slot.putInteger(type, 0, value);
        slot.changed(KeyEventClass.MODULE, ADDED);
        out.ok();
    }
}
