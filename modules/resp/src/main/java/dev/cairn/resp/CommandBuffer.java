package dev.cairn.resp;

import dev.cairn.api.command.Bytes;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * Commands in RESP as they are encoded, one after another, in off-heap memory that grows. One thread at a time. A command is {@link #begin} and
 * exactly so many words.
 */
public final class CommandBuffer implements AutoCloseable {
    private static final int CRLF = '\r' | '\n' << 8;
    /* A type, a number of 20 characters and a line break, rounded up. */
    private static final int HEADER = 32;

    private final long firstCapacity;
    private final long reserved;
    private long buffer;
    private long capacity;
    private long length;

    /**
     * Makes a buffer, which takes no memory yet.
     *
     * @param firstCapacity bytes that it takes first
     * @param reserved      bytes at the beginning that are left for somebody else
     */
    public CommandBuffer(long firstCapacity, int reserved) {
        this.firstCapacity = firstCapacity;
        this.reserved = reserved;
        this.length = reserved;
    }

    /** The address of the first byte, those left for somebody else included; 0 before anything was put in. */
    public long address() {
        return buffer;
    }

    /** Bytes in use, those left for somebody else included. */
    public long length() {
        return length;
    }

    /** Bytes that the memory has. */
    public long capacity() {
        return capacity;
    }

    /** Whether there is no command. */
    public boolean isEmpty() {
        return length == reserved;
    }

    /** Begins a command of so many words. */
    public void begin(int words) {
        reserve(HEADER);
        header('*', words);
    }

    /** Adds a word. */
    public void word(Bytes b) {
        int n = b.length();
        reserve(n + (long) HEADER);
        header('$', n);
        long at = buffer + length;
        BytesCopy.put(b, at);
        Memory.putShort(at + n, (short) CRLF);
        length += n + 2;
    }

    /** Adds a word: a number in its decimal form. */
    public void word(long number) {
        reserve(2 * HEADER);
        int digits = digits(number);
        header('$', digits);
        putDigits(number, digits);
        Memory.putShort(buffer + length, (short) CRLF);
        length += 2;
    }

    /** Adds bytes that are encoded already. */
    public void put(byte[] bytes) {
        reserve(bytes.length);
        Memory.copyFromArray(bytes, 0, buffer + length, bytes.length);
        length += bytes.length;
    }

    /** Puts bytes that are encoded already before those at a place. */
    public void insert(long at, byte[] bytes) {
        reserve(bytes.length);
        long place = buffer + at;
        Memory.copy(place, place + bytes.length, length - at);
        Memory.copyFromArray(bytes, 0, place, bytes.length);
        length += bytes.length;
    }

    private void header(char type, int n) {
        if (n < 10) {
            Memory.putInt(buffer + length, type | '0' + n << 8 | CRLF << 16);
            length += 4;
            return;
        }
        Memory.putByte(buffer + length++, type);
        putDigits(n, digits(n));
        Memory.putShort(buffer + length, (short) CRLF);
        length += 2;
    }

    private static int digits(long number) {
        int n = number < 0 ? 2 : 1;
        for (long rest = number / 10; rest != 0; rest /= 10) {
            n++;
        }
        return n;
    }

    private void putDigits(long number, int digits) {
        long rest = number;
        long at = buffer + length + digits;
        do {
            Memory.putByte(--at, (byte) ('0' + Math.abs((int) (rest % 10))));
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            Memory.putByte(--at, (byte) '-');
        }
        length += digits;
    }

    private void reserve(long bytes) {
        if (capacity - length < bytes) {
            grow(bytes);
        }
    }

    private void grow(long bytes) {
        long larger = Math.max(Math.max(firstCapacity, 2 * capacity), length + bytes);
        long to = Pages.map(larger);
        if (capacity > 0) {
            Memory.copy(buffer, to, length);
            Pages.releaseLater(buffer, capacity);
        }
        buffer = to;
        capacity = larger;
    }

    /** Forgets the commands; memory beyond {@code kept} bytes is given back. */
    public void clear(long kept) {
        length = reserved;
        if (capacity > kept) {
            Pages.releaseLater(buffer, capacity);
            buffer = 0;
            capacity = 0;
        }
    }

    /** Hands the memory over, of {@link #capacity} bytes from {@link #address} on, to who will {@link Pages#unmap} it; the buffer is as new. */
    public void handOver() {
        buffer = 0;
        capacity = 0;
        length = reserved;
    }

    @Override
    public void close() {
        if (capacity > 0) {
            Pages.unmap(buffer, capacity);
        }
        handOver();
    }
}
