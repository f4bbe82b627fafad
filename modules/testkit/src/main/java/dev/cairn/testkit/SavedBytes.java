package dev.cairn.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType.ValueReader;
import dev.cairn.api.data.DataType.ValueWriter;

/** Saved values as bytes. For one thread. */
final class SavedBytes {
    private SavedBytes() {
    }

    /** Collects what a type saves. */
    static final class Writer implements ValueWriter {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public void integer(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        @Override
        public void bytes(Bytes value) {
            integer(value.length());
            out.writeBytes(value.toArray());
        }

        @Override
        public void real(double value) {
            long bits = Double.doubleToRawLongBits(value);
            for (int i = 0; i < 8; i++) {
                out.write((int) (bits >>> 8 * i) & 0xff);
            }
        }

        byte[] toArray() {
            return out.toByteArray();
        }
    }

    /** Gives back what was saved. */
    static final class Reader implements ValueReader {
        private final byte[] in;
        private final int end;
        private int at;

        /** A reader of the first {@code end} bytes. */
        Reader(byte[] in, int end) {
            this.in = in;
            this.end = end;
        }

        private int next() throws EOFException {
            if (at >= end) {
                throw new EOFException("the saved value ends after " + end + " bytes");
            }
            return in[at++] & 0xff;
        }

        @Override
        public long integer() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                int b = next();
                value |= (b & 0x7fL) << shift;
                if (b < 0x80) {
                    return value;
                }
            }
            throw new IOException("an integer of more than ten bytes");
        }

        @Override
        public Bytes bytes() throws IOException {
            long length = integer();
            if (length < 0 || length > end - at) {
                throw new EOFException("the saved value ends in a string of " + length + " bytes");
            }
            byte[] bytes = java.util.Arrays.copyOfRange(in, at, at + (int) length);
            at += (int) length;
            return Bytes.of(bytes);
        }

        @Override
        public double real() throws IOException {
            long bits = 0;
            for (int i = 0; i < 8; i++) {
                bits |= (long) next() << 8 * i;
            }
            return Double.longBitsToDouble(bits);
        }

        /** Whether all was read. */
        boolean atEnd() {
            return at == end;
        }
    }
}
