package dev.cairn.resp;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.data.WriteSlot;
import dev.cairn.structures.Region;

/**
 * The inline value of an open key as a region that can be edited in place, such as one that holds a listpack. Set again and again to other
 * slots; it lives as long as the slot. Main thread.
 */
public final class SlotRegion implements Region {
    private @Nullable WriteSlot slot;
    private int encoding;

    /** A region of no slot yet. */
    public SlotRegion() {
    }

    /**
     * Shows the inline value of an existing key from now on. Returns this region.
     *
     * @param encoding the encoding number that the value has after a change of its size
     */
    public SlotRegion set(WriteSlot slot, int encoding) {
        this.slot = slot;
        this.encoding = encoding;
        return this;
    }

    private WriteSlot slot() {
        WriteSlot s = slot;
        if (s == null) {
            throw new IllegalStateException("the region shows no slot");
        }
        return s;
    }

    @Override
    public long address() {
        return ((NativeBytes) slot().bytes()).address();
    }

    @Override
    public void resize(int bytes) {
        slot().resize(encoding, bytes);
    }
}
