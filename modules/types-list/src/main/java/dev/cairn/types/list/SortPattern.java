package dev.cairn.types.list;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.data.Content;
import dev.cairn.api.data.Fields;
import dev.cairn.api.data.Slot;

/**
 * A pattern of SORT: the name of a key, in which the first {@code *} stands for the element, and perhaps a field of the hash at that key, after
 * {@code ->}; or {@code #}, the element itself.
 */
final class SortPattern {
    private final boolean self;
    private final byte[] before;
    private final byte[] behind;
    private final @Nullable Bytes field;
    private final boolean variable;

    SortPattern(Bytes pattern) {
        byte[] text = pattern.toArray();
        // as in C, the signs are looked for up to a zero byte
        int end = indexOf(text, 0, text.length, (byte) 0);
        int star = indexOf(text, 0, end, (byte) '*');
        self = text.length == 1 && text[0] == '#';
        variable = star < end;
        int arrow = star;
        do {
            arrow = indexOf(text, arrow + 1, end, (byte) '-');
        } while (arrow < end && (arrow + 1 >= end || text[arrow + 1] != '>'));
        boolean hasField = variable && arrow + 2 < end;
        int last = hasField ? arrow : text.length;
        before = Arrays.copyOf(text, variable ? star : 0);
        behind = Arrays.copyOfRange(text, variable ? star + 1 : 0, variable ? last : 0);
        field = hasField ? Bytes.of(Arrays.copyOfRange(text, arrow + 2, text.length)) : null;
    }

    private static int indexOf(byte[] text, int from, int to, byte sign) {
        for (int i = from; i < to; i++) {
            if (text[i] == sign) {
                return i;
            }
        }
        return to;
    }

    /** Whether what it names depends on the element. */
    boolean isVariable() {
        return variable;
    }

    /** What it names for an element, alive as long as nothing is changed or looked up; null when that does not exist. */
    @Nullable
    Bytes of(Call call, Bytes element) {
        if (self) {
            return element;
        }
        if (!variable) {
            return null;
        }
        byte[] key = new byte[before.length + element.length() + behind.length];
        System.arraycopy(before, 0, key, 0, before.length);
        element.copyTo(0, key, before.length, element.length());
        System.arraycopy(behind, 0, key, before.length + element.length(), behind.length);
        Slot slot = call.keyspace().read(Bytes.of(key));
        if (!slot.exists()) {
            return null;
        }
        Bytes name = field;
        if (name != null) {
            return slot.type() instanceof Fields fields ? fields.field(call.keyspace(), slot, name) : null;
        }
        return slot.type() instanceof Content content ? content.content(slot) : null;
    }
}
