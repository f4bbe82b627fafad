package dev.cairn.structures;

/** A {@link Region} that is a block of a {@link Heap}. The owner of the heap owns it. */
public final class HeapRegion implements Region {
    private final Heap heap;
    private long address;

    /** Allocates a region of {@code bytes} bytes of arbitrary content. */
    public HeapRegion(Heap heap, int bytes) {
        this.heap = heap;
        this.address = heap.allocate(bytes);
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public void resize(int bytes) {
        address = heap.reallocate(address, bytes);
    }

    /** Returns the bytes that the region takes in the heap. */
    public int usable() {
        return heap.usable(address);
    }

    /** Gives the block back; the region may not be used afterwards. */
    public void free() {
        heap.free(address);
        address = 0;
    }
}
