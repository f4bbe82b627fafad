package dev.cairn.benchmarks.probe;

import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import java.io.IOException;

/** The module {@code probe} with a type of bytes: PROBE.SET and PROBE.GET. It is registered as a built-in one, or loaded from a jar. */
public final class ProbeModule implements ServerModule {
    private static final Token EVENT = Token.of("probe.set");
    private final ProbeType type = new ProbeType();

    /** Makes the module. */
    public ProbeModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("probe", 1);
    }

    @Override
    public void configure(Registrar r) {
        r.dataType(type);
        r.command(CommandSpec.of("PROBE.SET", 3).flags(WRITE, FAST).keys(KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.UPDATE)), this::set);
        r.command(CommandSpec.of("PROBE.GET", 2).flags(READONLY, FAST).keys(KeySpec.at(1, KeySpec.Flag.RO, KeySpec.Flag.ACCESS)),
                this::get);
    }

    private void set(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        slot.put(type, 0, args.at(2));
        slot.changed(KeyEventClass.MODULE, EVENT);
        out.ok();
    }

    private void get(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (slot.exists()) {
            out.bulk(slot.bytes());
        } else {
            out.nil();
        }
    }

    private static final class ProbeType implements DataType {
        private static final TypeId ID = new TypeId("cairnprob", 1);
        private static final Bytes SET = Bytes.of("PROBE.SET");

        @Override
        public TypeId id() {
            return ID;
        }

        @Override
        public String name() {
            return "probe";
        }

        @Override
        public String encodingName(Slot value) {
            return "raw";
        }

        @Override
        public void save(Slot value, ValueWriter out) throws IOException {
            out.bytes(value.bytes());
        }

        @Override
        public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
            into.put(this, 0, in.bytes());
        }

        @Override
        public void rewrite(Slot value, CommandSink out) {
            out.command(SET, value.key(), value.bytes());
        }
    }
}
