package dev.cairn.api.command;

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** Bytes in a Java array. */
final class HeapBytes implements Bytes {
    private final byte[] array;

    HeapBytes(byte[] array) {
        this.array = array;
    }

    @Override
    public int length() {
        return array.length;
    }

    @Override
    public byte at(int i) {
        return array[i];
    }

    @Override
    public void copyTo(int from, byte[] to, int offset, int count) {
        System.arraycopy(array, from, to, offset, count);
    }

    @Override
    public Bytes retain() {
        return this;
    }

    @Override
    public Bytes slice(int from, int to) {
        Objects.checkFromToIndex(from, to, array.length);
        return new HeapBytes(Arrays.copyOfRange(array, from, to));
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Bytes b && Decimals.sameContent(this, b);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        return text();
    }
}
