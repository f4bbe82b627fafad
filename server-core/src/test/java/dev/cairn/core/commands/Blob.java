package dev.cairn.core.commands;

import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.TypeId;
import dev.cairn.api.data.WriteSlot;

/** A type of values for tests: bytes in the record, or a Java object; it counts the objects that were released. */
final class Blob implements DataType {
    static final int INLINE = 3;
    static final int OBJECT = 5;

    int released;

    @Override
    public TypeId id() {
        return new TypeId("test-blob", 1);
    }

    @Override
    public String name() {
        return "blob";
    }

    @Override
    public String encodingName(Slot value) {
        return value.encoding() == OBJECT ? "object" : "inline";
    }

    @Override
    public void save(Slot value, ValueWriter out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void load(ValueReader in, int encodingVersion, WriteSlot into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void rewrite(Slot value, CommandSink out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Slot from, WriteSlot to) {
        if (from.encoding() == OBJECT) {
            to.putObject(this, OBJECT, new StringBuilder(from.object().toString()));
        } else {
            to.put(this, from.encoding(), from.bytes());
        }
    }

    @Override
    public void release(Object value) {
        released++;
    }
}
