package dev.cairn.core.db;

import java.io.EOFException;
import java.io.IOException;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType.ValueReader;
import dev.cairn.api.data.DataType.ValueWriter;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * One value in the form in which its type saves it, in off-heap memory that is used again for the next. Main thread.
 *
 * <p>An integer is written seven bits a byte, the low ones first, with the high bit set in all bytes but the last; a run of bytes after its
 * length; a double as the eight bytes of its bits, low ones first.
 */
final class SavedValue implements ValueWriter, AutoCloseable {
    private static final int FIRST_CAPACITY = 4096;
    /** What is kept for the next value. */
    private static final int KEPT_CAPACITY = 1 << 20;
    private static final int LONGEST_INTEGER = 10;

    private final Heap heap = new Heap(false);
    private long buffer;
    private int capacity;
    private int length;

    SavedValue() {
        resize(FIRST_CAPACITY);
    }

    /** Forgets the value. */
    void clear() {
        length = 0;
        if (capacity > KEPT_CAPACITY) {
            heap.free(buffer);
            buffer = 0;
            resize(FIRST_CAPACITY);
        } else if (Memory.CHECKED) {
            // who has kept a view of what was read is to notice
            Memory.fill(buffer, capacity, (byte) 0xdd);
        }
    }

    private void resize(int bytes) {
        buffer = buffer == 0 ? heap.allocate(bytes) : heap.reallocate(buffer, bytes);
        capacity = bytes;
    }

    private long room(long bytes) throws IOException {
        long need = length + bytes;
        if (need > capacity) {
            if (need > Heap.MAX_BYTES) {
                throw new IOException("a value that takes more than " + Heap.MAX_BYTES + " bytes when it is saved");
            }
            resize((int) Math.min(Heap.MAX_BYTES, Math.max(need, 2L * capacity)));
        }
        return buffer + length;
    }

    @Override
    public void integer(long value) throws IOException {
        long start = room(LONGEST_INTEGER);
        long at = start;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            Memory.putByte(at++, (int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        Memory.putByte(at++, (int) rest);
        length += (int) (at - start);
    }

    @Override
    public void bytes(Bytes value) throws IOException {
        int n = value.length();
        integer(n);
        BytesCopy.put(value, room(n));
        length += n;
    }

    @Override
    public void real(double value) throws IOException {
        Memory.putLong(room(8), Double.doubleToRawLongBits(value));
        length += 8;
    }

    /** Begins to read the value. */
    Reader read() {
        return new Reader();
    }

    @Override
    public void close() {
        heap.close();
    }

    /** Gives the value back, as far as it goes. */
    final class Reader implements ValueReader {
        private int at;

        private long take(long bytes) throws EOFException {
            if (bytes < 0 || bytes > length - at) {
                throw new EOFException("the saved value ends after " + length + " bytes");
            }
            long from = buffer + at;
            at += (int) bytes;
            return from;
        }

        @Override
        public long integer() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 7 * LONGEST_INTEGER; shift += 7) {
                int b = Memory.getByte(take(1));
                value |= (b & 0x7fL) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new IOException("an integer of more than " + LONGEST_INTEGER + " bytes");
        }

        @Override
        public Bytes bytes() throws IOException {
            long n = integer();
            return new NativeBytes(take(n), (int) n);
        }

        @Override
        public double real() throws IOException {
            return Double.longBitsToDouble(Memory.getLong(take(8)));
        }

        /** Bytes that were not read. */
        int left() {
            return length - at;
        }
    }
}
