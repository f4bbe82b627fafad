package dev.cairn.core.db;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.structures.Heap;

/**
 * Slots for reuse: opened in turn by a command, given back together after it. A command that opens more than are kept is given new ones,
 * of which the pool remembers only those that own memory: the others may be garbage before the command ends.
 */
final class SlotPool {
    private static final int KEPT = 256;

    private final Heap scratch = new Heap(false);
    private RecordSlot[] slots = new RecordSlot[8];
    private final List<RecordSlot> extras = new ArrayList<>();
    private int used;

    SlotPool() {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new RecordSlot(scratch, null);
        }
    }

    RecordSlot next() {
        if (used == slots.length) {
            if (used == KEPT) {
                RecordSlot extra = new RecordSlot(scratch, extras);
                if (RecordSlot.CHECKED) {
                    extras.add(extra);
                }
                return extra;
            }
            RecordSlot[] more = new RecordSlot[Math.min(KEPT, used * 2)];
            System.arraycopy(slots, 0, more, 0, used);
            for (int i = used; i < more.length; i++) {
                more[i] = new RecordSlot(scratch, null);
            }
            slots = more;
        }
        return slots[used++];
    }

    int mark() {
        return used;
    }

    void release(int mark) {
        if (RecordSlot.CHECKED) {
            for (int i = mark; i < used; i++) {
                slots[i].invalidate();
                slots[i] = new RecordSlot(scratch, null);
            }
        }
        used = mark;
        if (!extras.isEmpty()) {
            extras.forEach(RecordSlot::invalidate);
            extras.clear();
        }
    }

    void releaseAll() {
        release(0);
    }

    void close() {
        used = 0;
        scratch.close();
    }
}
