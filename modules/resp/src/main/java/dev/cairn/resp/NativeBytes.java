package dev.cairn.resp;

import dev.cairn.api.command.Bytes;
import dev.cairn.structures.Memory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A view of off-heap memory, set again and again to other runs of bytes. One thread at a time; it owns no memory, and lives as long as what it shows.
 *
 * <p>A view may be <em>adoptable</em>: its bytes stand alone at the start of a mapping of their own, because the server received a big argument straight
 * into it (see {@code Heap.allocateDetached}). Who wants to keep the bytes calls {@link #take} instead of copying them, and then adopts or frees the block.
 */
public final class NativeBytes implements Bytes {
    private long address;
    private int length;
    private long mappedBytes;
    private boolean taken;
    private @Nullable RequestBatch owner;
    private int ownerIndex;

    /** An empty view. */
    public NativeBytes() {
    }

    /** A view of {@code length} bytes at the address. */
    public NativeBytes(long address, int length) {
        this.address = address;
        this.length = length;
    }

    /** Shows {@code length} bytes at the address from now on; they are not adoptable. Returns this view. */
    public NativeBytes set(long address, int length) {
        this.address = address;
        this.length = length;
        if (mappedBytes != 0) {
            mappedBytes = 0;
            owner = null;
        }
        return this;
    }

    /** The address of the first byte. */
    public long address() {
        return address;
    }

    @Override
    public int length() {
        return length;
    }

    /** Marks that the bytes stand at the start of a mapping of {@code mappedBytes} bytes that nobody else owns. */
    public void setAdoptable(long mappedBytes) {
        setAdoptable(mappedBytes, null, 0);
    }

    void setAdoptable(long bytes, @Nullable RequestBatch batch, int index) {
        mappedBytes = bytes;
        taken = false;
        owner = batch;
        ownerIndex = index;
    }

    /** Whether the ownership of the mapping may be had by {@link #take}. */
    public boolean adoptable() {
        return mappedBytes != 0 && !taken;
    }

    /** The size of the mapping that the bytes stand in alone, 0 if they do not. */
    public long mappedBytes() {
        return mappedBytes;
    }

    /**
     * Takes the ownership of the mapping at {@link #address}.
     *
     * @throws IllegalStateException if the bytes are not adoptable
     */
    public void take() {
        if (!adoptable()) {
            throw new IllegalStateException(taken ? "the mapping is taken already" : "the bytes do not stand in a mapping of their own");
        }
        taken = true;
        if (owner != null) {
            owner.taken(ownerIndex);
        }
    }

    /** Whether {@link #take} was called since the view was set. */
    public boolean taken() {
        return mappedBytes != 0 && taken;
    }

    @Override
    public byte at(int i) {
        return Memory.getByte(address + Objects.checkIndex(i, length));
    }

    @Override
    public void copyTo(int from, byte[] to, int offset, int count) {
        Objects.checkFromIndexSize(from, count, length);
        Memory.copyToArray(address + from, to, offset, count);
    }

    @Override
    public byte[] toArray() {
        return Memory.toArray(address, length);
    }

    @Override
    public Bytes retain() {
        return Bytes.of(toArray());
    }

    @Override
    public NativeBytes slice(int from, int to) {
        Objects.checkFromToIndex(from, to, length);
        return new NativeBytes(address + from, to - from);
    }

    @Override
    public boolean isLong() {
        return Decimal.parse(address, length) != Decimal.NONE || isNone();
    }

    @Override
    public long asLong() {
        long value = Decimal.parse(address, length);
        if (value == Decimal.NONE && !isNone()) {
            throw new NumberFormatException("not a canonical 64-bit integer: " + this);
        }
        return value;
    }

    /** Whether the bytes are the one integer that stands for none. */
    private boolean isNone() {
        return length == 20 && text().equals(Long.toString(Decimal.NONE));
    }

    @Override
    public boolean equals(@Nullable Object o) {
        if (o instanceof NativeBytes b) {
            return length == b.length && Memory.equal(address, b.address, length);
        }
        return o instanceof Bytes b && sameContent(b);
    }

    private boolean sameContent(Bytes b) {
        if (b.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (Memory.getByte(address + i) != b.at(i)) {
                return false;
            }
        }
        return true;
    }

    /** The hash code that every {@link Bytes} of this content has: that of an array. */
    @Override
    public int hashCode() {
        int h = 1;
        for (long p = address, end = address + length; p < end; p++) {
            h = 31 * h + Memory.getByte(p);
        }
        return h;
    }

    @Override
    public String toString() {
        return text();
    }
}
