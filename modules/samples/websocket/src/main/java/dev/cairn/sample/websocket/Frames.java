package dev.cairn.sample.websocket;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongSupplier;

/**
 * Takes the frames of a client apart: RFC 6455, section 5. Belongs to whoever reads the connection.
 *
 * <p>What the server reads is a stream of bytes, so messages need not be kept together: the bytes of data frames are unmasked where they
 * lie and moved over the headers, which leaves them one after the other at the begin of what was received. Only a header and a control
 * frame, both small, are kept when they have come in part.
 */
final class Frames {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** The most bytes that a control frame has. */
    static final int MOST_CONTROL = 125;

    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MASKED = 0x80;
    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASK = 4;
    private static final ValueLayout.OfLong EIGHT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final LongSupplier mostFrame;
    private final Control control;
    private final byte[] header = new byte[2 + Long.BYTES + MASK];
    private final byte[] controlPayload = new byte[MOST_CONTROL];
    /** Bytes of the header that have come, and that it has as far as is known. */
    private int have;
    private int need = 2;
    /** Bytes of the frame that have not come, and that have. */
    private long rest;
    private long done;
    private int opcode;
    /** The mask, its first byte lowest. */
    private int mask;
    private boolean inMessage;
    private boolean closed;

    /** Is told of control frames. */
    interface Control {
        /** A control frame has come. */
        void frame(int opcode, byte[] payload, int length) throws IOException;
    }

    Frames(LongSupplier mostFrame, Control control) {
        this.mostFrame = mostFrame;
        this.control = control;
    }

    /**
     * Takes what was received.
     *
     * @return how many bytes of data there are now from {@code offset} on
     * @throws FrameError when the client does not keep to the protocol
     */
    int take(MemorySegment bytes, long offset, int length) throws IOException {
        long from = offset;
        long end = offset + length;
        long to = offset;
        while (from < end && !closed) {
            if (have < need) {
                header[have++] = bytes.get(ValueLayout.JAVA_BYTE, from++);
                if (have == 2) {
                    first();
                }
                if (have == need) {
                    begin();
                }
                continue;
            }
            int n = (int) Math.min(rest, end - from);
            if (opcode >= CLOSE) {
                for (int i = 0; i < n; i++) {
                    controlPayload[(int) done + i] = (byte) (bytes.get(ValueLayout.JAVA_BYTE, from + i) ^ maskAt(done + i));
                }
            } else {
                unmask(bytes, from, to, n);
                to += n;
            }
            from += n;
            done += n;
            rest -= n;
            if (rest == 0) {
                finish();
            }
        }
        return (int) (to - offset);
    }

    /** Looks at the first two bytes of a header. */
    private void first() throws FrameError {
        boolean last = (header[0] & FINAL) != 0;
        opcode = header[0] & 0xf;
        int length = header[1] & ~MASKED & 0xff;
        if ((header[0] & RESERVED) != 0) {
            throw new FrameError(FrameError.PROTOCOL, "a reserved bit is set");
        }
        if ((header[1] & MASKED) == 0) {
            throw new FrameError(FrameError.PROTOCOL, "a client's frame is not masked");
        }
        switch (opcode) {
            case CONTINUATION -> {
                if (!inMessage) {
                    throw new FrameError(FrameError.PROTOCOL, "a message goes on that was not begun");
                }
            }
            case TEXT -> throw new FrameError(FrameError.UNSUPPORTED, "text, where RESP is binary");
            case BINARY -> {
                if (inMessage) {
                    throw new FrameError(FrameError.PROTOCOL, "a message begins inside another");
                }
            }
            case CLOSE, PING, PONG -> {
                if (!last || length > MOST_CONTROL) {
                    throw new FrameError(FrameError.PROTOCOL, "a control frame is long or in parts");
                }
            }
            default -> throw new FrameError(FrameError.PROTOCOL, "no frame has the code " + opcode);
        }
        if (opcode < CLOSE) {
            inMessage = !last;
        }
        need = 2 + MASK + switch (length) {
            case LENGTH_16 -> Short.BYTES;
            case LENGTH_64 -> Long.BYTES;
            default -> 0;
        };
    }

    /** Begins with the bytes of a frame whose header has come. */
    private void begin() throws IOException {
        int lengthBytes = need - 2 - MASK;
        rest = lengthBytes == 0 ? header[1] & ~MASKED & 0xff : 0;
        for (int i = 0; i < lengthBytes; i++) {
            rest = rest << 8 | header[2 + i] & 0xff;
        }
        if (rest < 0 || lengthBytes == Short.BYTES && rest < LENGTH_16 || lengthBytes == Long.BYTES && rest >>> 16 == 0) {
            throw new FrameError(FrameError.PROTOCOL, "the length is not written in its shortest form");
        }
        if (rest > mostFrame.getAsLong()) {
            throw new FrameError(FrameError.TOO_LARGE, "a frame of " + rest + " bytes, more than ws-max-frame");
        }
        mask = 0;
        for (int i = 0; i < MASK; i++) {
            mask |= (header[need - MASK + i] & 0xff) << 8 * i;
        }
        done = 0;
        if (rest == 0) {
            finish();
        }
    }

    /** Ends a frame; the next byte is of a header. */
    private void finish() throws IOException {
        int length = (int) done;
        have = 0;
        need = 2;
        if (opcode >= CLOSE) {
            closed = opcode == CLOSE;
            control.frame(opcode, controlPayload, length);
        }
    }

    private byte maskAt(long position) {
        return (byte) (mask >>> 8 * (int) (position & MASK - 1));
    }

    /** Moves bytes to where they belong, at or before where they are, and unmasks them. */
    private void unmask(MemorySegment bytes, long from, long to, int n) {
        int turned = Integer.rotateRight(mask, 8 * (int) (done & MASK - 1));
        long twice = turned & 0xffffffffL | (long) turned << 32;
        int i = 0;
        for (; i + Long.BYTES <= n; i += Long.BYTES) {
            bytes.set(EIGHT, to + i, bytes.get(EIGHT, from + i) ^ twice);
        }
        for (; i < n; i++) {
            bytes.set(ValueLayout.JAVA_BYTE, to + i, (byte) (bytes.get(ValueLayout.JAVA_BYTE, from + i) ^ maskAt(done + i)));
        }
    }
}
