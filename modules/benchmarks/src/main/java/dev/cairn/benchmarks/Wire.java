package dev.cairn.benchmarks;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Requests as clients send them, one after the other. Made before a measurement starts. */
final class Wire {
    /** Commands in a pipeline, as {@code redis-benchmark -P 16} sends them. */
    static final int PIPELINE = 16;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Appends a command as an array of bulk strings. */
    Wire add(String... words) {
        ascii("*" + words.length);
        for (String word : words) {
            ascii("$" + word.length());
            ascii(word);
        }
        return this;
    }

    private void ascii(String line) {
        bytes.writeBytes(line.getBytes(StandardCharsets.US_ASCII));
        bytes.write('\r');
        bytes.write('\n');
    }

    /** How many bytes there are. */
    int length() {
        return bytes.size();
    }

    /** A copy of the bytes off the heap, with room behind it for loads of whole words; it lives as long as the process. */
    long toMemory() {
        return copyTo(Pages.map(length() + 16L));
    }

    /** Copies the bytes to an address, and returns it. */
    long copyTo(long address) {
        Memory.copyFromArray(bytes.toByteArray(), 0, address, length());
        return address;
    }

    /** The key of a number, 16 bytes, as redis-benchmark writes it. */
    static String key(int number) {
        return String.format(Locale.ROOT, "key:%012d", number);
    }
}
