package dev.cairn.types.hash;

import dev.cairn.resp.Decimal;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Dict;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Listpack;

/** Shows a field and its value as bytes, integers of a listpack in decimal: views that are set again and again. Main thread. */
final class PackReader {
    private final NativeBytes field = new NativeBytes();
    private final NativeBytes value = new NativeBytes();
    private final long digits;

    PackReader(Heap heap) {
        digits = heap.allocate(2 * Decimal.MAX_BYTES);
    }

    /** Shows the entries of a pack at two offsets. */
    void read(long pack, int fieldAt, int valueAt) {
        show(field, pack, fieldAt, digits);
        show(value, pack, valueAt, digits + Decimal.MAX_BYTES);
    }

    /** Shows an entry of a dict. */
    void read(long entry) {
        long start = Dict.field(entry);
        int length = Dict.fieldLength(entry);
        field.set(start, length);
        value.set(start + length, Dict.valueLength(entry));
    }

    private static void show(NativeBytes view, long pack, int at, long digits) {
        if (Listpack.isInteger(pack, at)) {
            view.set(digits, Decimal.write(digits, Listpack.integer(pack, at)));
        } else {
            view.set(Listpack.string(pack, at), Listpack.length(pack, at));
        }
    }

    NativeBytes field() {
        return field;
    }

    NativeBytes value() {
        return value;
    }
}
