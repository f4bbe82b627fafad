package dev.cairn.resp;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;
import java.nio.charset.StandardCharsets;

/** Off-heap copies of bytes that end where their mapping ends, so that reading past the end fails. */
final class Native implements AutoCloseable {
    final long address;
    final int length;
    private final long mapping;
    private final long mapped;

    Native(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    Native(byte[] bytes, int from, int to) {
        length = to - from;
        mapped = (long) length + Pages.PAGE & -Pages.PAGE;
        mapping = Pages.map(mapped);
        address = mapping + mapped - length;
        Memory.copyFromArray(bytes, from, address, length);
    }

    static Native of(String latin) {
        return new Native(latin.getBytes(StandardCharsets.ISO_8859_1));
    }

    NativeBytes view() {
        return new NativeBytes(address, length);
    }

    @Override
    public void close() {
        Pages.unmap(mapping, mapped);
    }
}
