package dev.cairn.core.commands;

import java.io.IOException;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType.ValueWriter;
import dev.cairn.api.data.Slot;

/** Counts the bytes that a value takes when it is saved, without saving it. */
final class SavedLength implements ValueWriter {
    private long bytes;

    private SavedLength() {
    }

    /** The length of a value in bytes. */
    static long of(Slot slot) {
        SavedLength length = new SavedLength();
        try {
            slot.type().save(slot, length);
        } catch (IOException e) {
            throw new AssertionError("counting does no input or output", e);
        }
        return length.bytes;
    }

    @Override
    public void integer(long value) {
        bytes += value == 0 ? 1 : (64 - Long.numberOfLeadingZeros(value) + 6) / 7;
    }

    @Override
    public void bytes(Bytes value) {
        int n = value.length();
        bytes += (n < 64 ? 1 : n < 16_384 ? 2 : 5) + (long) n;
    }

    @Override
    public void real(double value) {
        bytes += 8;
    }
}
