package dev.cairn.api.data;

import dev.cairn.api.command.Bytes;

/**
 * A key and what it holds, open for reading.
 *
 * <p>A value lives either <em>inline</em>, as bytes or as one integer inside the key's record, or as an <em>object</em>, a Java object
 * behind a handle. Which of them, and under which encoding number, is its type's choice.
 */
public interface Slot {
    /** The value of {@link #expireAt()} for a key that does not expire. */
    long NO_EXPIRY = -1;

    /** Whether the key exists; all other methods but {@link #key} want that it does. */
    boolean exists();

    /** The key; a view. */
    Bytes key();

    /** The type of the value. */
    DataType type();

    /** The type's own number for how the value is held, 0 to 15. */
    int encoding();

    /** Length of the inline value in bytes. */
    int length();

    /** The inline value's bytes; a view that dies when the value changes. */
    Bytes bytes();

    /** The inline value as the 64-bit integer that it was put as. */
    long integer();

    /** The object. */
    Object object();

    /** When the key expires, in milliseconds since 1970, or {@link #NO_EXPIRY}. */
    long expireAt();

    /** Seconds since the last access; 0 when access times are not kept by the eviction policy. */
    long idleSeconds();

    /** The logarithmic count of accesses, 0 to 255, under an LFU policy. */
    int frequency();

    /** What the given type keeps for the slot's database. */
    TypeStore store(DataType type);

    /** Bytes that the key takes in memory: record, value and its share of the index. */
    long memory();
}
