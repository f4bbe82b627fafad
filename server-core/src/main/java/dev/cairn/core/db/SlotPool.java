package dev.cairn.core.db;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.structures.Heap;

/** Slots for reuse: opened in turn by a command, given back together after it. */
final class SlotPool {
    private static final int KEPT = 256;

    private final Heap scratch = new Heap(false);
    private RecordSlot[] slots = new RecordSlot[8];
    private final List<RecordSlot> extras = new ArrayList<>();
    private int used;

    SlotPool() {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new RecordSlot(scratch);
        }
    }

    RecordSlot next() {
        if (used == slots.length) {
            if (used == KEPT) {
                RecordSlot extra = new RecordSlot(scratch);
                extras.add(extra);
                return extra;
            }
            RecordSlot[] more = new RecordSlot[Math.min(KEPT, used * 2)];
            System.arraycopy(slots, 0, more, 0, used);
            for (int i = used; i < more.length; i++) {
                more[i] = new RecordSlot(scratch);
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
                slots[i] = new RecordSlot(scratch);
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
