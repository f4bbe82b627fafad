package dev.cairn.structures;

/** A block of off-heap bytes that can change its size, and moves then: what a {@link Listpack} is edited in. Used by its owner only. */
public interface Region {
    /** Returns where the bytes are now; stale after {@link #resize}. */
    long address();

    /** Sets the size in bytes and keeps the content up to the smaller size; the block may move. */
    void resize(int bytes);
}
