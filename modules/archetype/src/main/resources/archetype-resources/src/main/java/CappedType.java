package ${package};

import java.io.IOException;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;

/** The type of counters: an integer inside the key's record. Main thread. */
final class CappedType implements DataType {
    // Nine characters that no other type in the world has, and the version of what save writes.
    private static final TypeId ID = new TypeId("my-capped", 1);

    private final Bytes restore;

    /** The type, whose values are made again by a command. */
    CappedType(Bytes restore) {
        this.restore = restore;
    }

    @Override
    public TypeId id() {
        return ID;
    }

    @Override
    public String name() {
        return "capped";
    }

    @Override
    public String encodingName(Slot value) {
        return "int";
    }

    @Override
    public void save(Slot value, ValueWriter out) throws IOException {
        out.integer(value.integer());
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
        if (encodingVersion != ID.encodingVersion()) {
            throw new IOException("a counter of encoding " + encodingVersion + ", which is not known");
        }
        into.putInteger(this, 0, in.integer());
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        out.command(restore, value.key(), Bytes.of(Long.toString(value.integer())));
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        to.putInteger(this, 0, from.integer());
    }
}
