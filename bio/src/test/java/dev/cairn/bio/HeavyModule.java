package dev.cairn.bio;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

/** A module with a type whose values are Java objects and say themselves how much work they are to free. */
final class HeavyModule implements ServerModule, DataType {
    private static final Token PUT = Token.of("put");

    /** A value: how much work it is, and what its release waits for. */
    record Load(long effort, CountDownLatch gate) {
    }

    /** The thread of each release, in order. */
    final List<String> releasedBy = new CopyOnWriteArrayList<>();
    /** What releases of values that are put from now on wait for. */
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile @Nullable ModuleContext context;

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("heavy", 1);
    }

    @Override
    public void configure(Registrar r) {
        r.dataType(this);
        r.command(CommandSpec.of("HEAVY.PUT", 3).summary("Puts a value.").complexity("O(1)").since("1.0.0").flags(CommandFlag.WRITE)
                .acl(AclCategory.KEYSPACE).keys(KeySpec.at(1, KeySpec.Flag.OW, KeySpec.Flag.UPDATE)).syntax("key effort:integer"),
                this::put);
    }

    @Override
    public void start(ModuleContext c) {
        context = c;
    }

    private void put(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1));
        slot.putObject(this, 0, new Load(args.integer(2), gate));
        slot.changed(KeyEventClass.MODULE, PUT);
        out.ok();
    }

    @Override
    public TypeId id() {
        return new TypeId("heavyload", 0);
    }

    @Override
    public String name() {
        return "heavy";
    }

    @Override
    public String encodingName(Slot value) {
        return "raw";
    }

    @Override
    public void save(Slot value, ValueWriter out) throws IOException {
        out.integer(((Load) value.object()).effort());
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
        into.putObject(this, 0, new Load(in.integer(), gate));
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        out.command(Bytes.of("HEAVY.PUT"), value.key(), Bytes.of(Long.toString(((Load) value.object()).effort())));
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        to.putObject(this, 0, from.object());
    }

    @Override
    public long freeEffort(Slot value) {
        return ((Load) value.object()).effort();
    }

    @Override
    public void release(Object value) {
        try {
            ((Load) value).gate().await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        releasedBy.add(Thread.currentThread().getName());
    }
}
