package dev.cairn.api.command;

import java.nio.charset.StandardCharsets;

/**
 * A read-only run of bytes. Views that the server hands out live as long as the handler runs, and a view of a value only until that value
 * changes; {@link #retain} copies. Equality is by content.
 */
public interface Bytes {
    /** The empty run. */
    Bytes EMPTY = new HeapBytes(new byte[0]);

    /** Number of bytes, 0 to 2<sup>31</sup>-1. */
    int length();

    /**
     * The byte at {@code i}.
     *
     * @throws IndexOutOfBoundsException outside of 0 to {@code length()-1}
     */
    byte at(int i);

    /** Copies {@code count} bytes from {@code from} on into an array. */
    void copyTo(int from, byte[] to, int offset, int count);

    /** Whether the bytes are a 64-bit signed integer in its one canonical decimal form: no sign {@code +}, no leading zero, no space. */
    default boolean isLong() {
        return Decimals.isLong(this);
    }

    /**
     * The value of the bytes as a 64-bit signed integer.
     *
     * @throws NumberFormatException when {@link #isLong} is false
     */
    default long asLong() {
        return Decimals.parseLong(this);
    }

    /** A copy on the heap, free of the original's life time. */
    default Bytes retain() {
        return new HeapBytes(toArray());
    }

    /** A view of the bytes {@code from} (inclusive) to {@code to} (exclusive), alive as long as this one. */
    Bytes slice(int from, int to);

    /** The bytes in a new array. */
    default byte[] toArray() {
        byte[] copy = new byte[length()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /** The bytes decoded as UTF-8, malformed parts replaced. */
    default String text() {
        return new String(toArray(), StandardCharsets.UTF_8);
    }

    /** A text's UTF-8 bytes. */
    static Bytes of(String text) {
        return new HeapBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A view of an array, which must not change any more. */
    static Bytes of(byte[] bytes) {
        return new HeapBytes(bytes);
    }
}
