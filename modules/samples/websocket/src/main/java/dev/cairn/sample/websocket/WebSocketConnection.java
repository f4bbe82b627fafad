package dev.cairn.sample.websocket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.sockets.IpEnds;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.sockets.SocketConnection;

/**
 * A connection by WebSocket. Main thread but for {@link #read} and {@link #write} while it is lent.
 *
 * <p>Reading needs no buffer, see {@link Frames}. What is written goes into {@code frame} with its header, one frame of at most 16 kB after
 * the other. When a frame cannot be sent whole, its bytes count as not written: the rest is sent first when they are offered again, and only
 * then are they said to be written. A pong or a close waits until the frame before it is sent.
 *
 * <p>No event of the loop tells of an end by a close frame that came with data: the connection tells itself.
 */
final class WebSocketConnection extends SocketConnection {
    private static final int MOST_HEAD = 8 << 10;
    private static final int FRAME = 16 << 10;
    private static final int HEADER = 4;
    private static final int NORMAL = 1000;

    private final WebSocketType type;
    private final Frames frames;
    private final Runnable step = this::step;
    private final Runnable writableStep = this::writable;
    private final Runnable endStep = this::tellEnd;
    private byte[] head = new byte[1024];
    private int headLength;
    private boolean established;
    private @Nullable MemorySegment frame;
    private int sent;
    private int filled;
    /** How many bytes of the owner's are in {@link #frame}. */
    private int framed;
    /** A control frame that waits for its turn; a later one takes its place, as the protocol allows. */
    private byte @Nullable [] waiting;
    private boolean closeSent;
    private boolean ended;
    private boolean toldEnd;
    private @Nullable Runnable readable;
    private @Nullable Runnable writable;
    private WriteOrder order = WriteOrder.AFTER_READ;
    /** When the handshake has to be over, by {@link System#nanoTime}. */
    long deadline;

    /** Takes over an accepted socket, unless that fails. */
    @SuppressWarnings("this-escape") // the loop calls only in a later turn
    WebSocketConnection(WebSocketType type, Loop loop, SocketCalls calls, Listener listener, int descriptor, IpEnds ends)
            throws IOException {
        super(type, loop, calls, listener, descriptor, ends);
        this.type = type;
        this.frames = new Frames(type::mostFrame, this::control);
    }

    // The handshake.

    /** Waits for the request; the type is told when it was answered. */
    void handshake() {
        super.onReadable(step);
    }

    private void step() {
        try {
            MemorySegment buffer = frame();
            int n = receive(buffer.address(), Math.min(FRAME, MOST_HEAD - headLength));
            if (n == 0) {
                return;
            }
            if (n < 0) {
                close();
                return;
            }
            if (headLength + n > head.length) {
                head = Arrays.copyOf(head, MOST_HEAD);
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, head, headLength, n);
            int from = Math.max(0, headLength - 3);
            headLength += n;
            int end = endOfHead(from);
            if (end > 0) {
                // a client waits for the answer before it sends frames
                answer(end == headLength ? new Handshake(text()).answer(type.origins()) : new Handshake("").answer(type.origins()));
            } else if (headLength == MOST_HEAD) {
                answer(new Handshake.Answer(Handshake.response("431 Request Header Fields Too Large", "", new byte[0]), false));
            }
        } catch (IOException e) {
            close();
        }
    }

    private String text() {
        return new String(head, 0, headLength, StandardCharsets.ISO_8859_1);
    }

    /** Where the request ends, 0 when it has not. */
    private int endOfHead(int from) {
        for (int i = from; i + 4 <= headLength; i++) {
            if (head[i] == '\r' && head[i + 1] == '\n' && head[i + 2] == '\r' && head[i + 3] == '\n') {
                return i + 4;
            }
        }
        return 0;
    }

    /** Answers by the first bytes that the socket sends, for which it has room. */
    private void answer(Handshake.Answer answer) throws IOException {
        head = new byte[0];
        MemorySegment.copy(answer.bytes(), 0, frame(), ValueLayout.JAVA_BYTE, 0, answer.bytes().length);
        int n = send(frame().address(), answer.bytes().length);
        if (n < answer.bytes().length || !answer.accepted()) {
            close();
            return;
        }
        established = true;
        super.onReadable(null);
        type.established(this);
    }

    // Reading.

    @Override
    public int read(MemorySegment into, long offset, int length) throws IOException {
        if (ended && !closed()) {
            toldEnd = true;
            return -1;
        }
        int n = super.read(into, offset, length);
        if (n <= 0) {
            return n;
        }
        int data;
        try {
            data = frames.take(into, offset, n);
        } catch (FrameError e) {
            sendClose(e.code());
            throw e;
        }
        if (ended && data == 0) {
            toldEnd = true;
            return -1;
        }
        if (ended) {
            type.loop().post(endStep);
        }
        return data;
    }

    private void control(int opcode, byte[] payload, int length) throws IOException {
        switch (opcode) {
            case Frames.PING -> {
                waiting = controlFrame(Frames.PONG, payload, length);
                flush();
                updateWritable();
            }
            case Frames.CLOSE -> {
                ended = true;
                sendClose(closeCode(payload, length));
            }
            default -> {
                // a pong that nobody has asked for tells that the peer lives
            }
        }
    }

    /** The code to answer a close frame with: its own, or what is wrong with it. */
    private static int closeCode(byte[] payload, int length) {
        if (length == 0) {
            return NORMAL;
        }
        int code = length == 1 ? 0 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        boolean known = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006 || code >= 3000 && code < 5000;
        if (!known) {
            return FrameError.PROTOCOL;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, length - 2));
            return code;
        } catch (CharacterCodingException e) {
            return FrameError.NOT_TEXT;
        }
    }

    @Override
    public boolean buffered() {
        return ended && !toldEnd;
    }

    private void tellEnd() {
        Runnable handler = readable;
        if (handler != null && buffered() && !lent() && !closed()) {
            handler.run();
        }
    }

    @Override
    public void onReadable(@Nullable Runnable handler) {
        readable = handler;
        super.onReadable(handler);
        if (handler != null && buffered()) {
            type.loop().post(endStep);
        }
    }

    // Writing.

    @Override
    public int write(MemorySegment from, long offset, int length) throws IOException {
        address(from, offset, length);
        if (closed()) {
            return send(0, length); // which says what is wrong with that
        }
        int total = 0;
        while (flush()) {
            total += framed;
            framed = 0;
            if (total >= length) {
                break;
            }
            if (closeSent) {
                throw new IOException("the peer has closed the connection");
            }
            int n = Math.min(FRAME - HEADER, length - total);
            int header = header(frame(), Frames.BINARY, n);
            MemorySegment.copy(from, offset + total, frame(), header, n);
            sent = 0;
            filled = header + n;
            framed = n;
        }
        return total;
    }

    /** Sends what is in the frame, and then the control frame that waits; returns whether all is sent. */
    private boolean flush() throws IOException {
        while (true) {
            while (sent < filled) {
                int n = send(frame().address() + sent, filled - sent);
                if (n == 0) {
                    return false;
                }
                sent += n;
            }
            byte[] next = waiting;
            if (next == null) {
                return true;
            }
            waiting = null;
            MemorySegment.copy(next, 0, frame(), ValueLayout.JAVA_BYTE, 0, next.length);
            sent = 0;
            filled = next.length;
        }
    }

    private static int header(MemorySegment to, int opcode, int length) {
        to.set(ValueLayout.JAVA_BYTE, 0, (byte) (0x80 | opcode));
        if (length < 126) {
            to.set(ValueLayout.JAVA_BYTE, 1, (byte) length);
            return 2;
        }
        to.set(ValueLayout.JAVA_BYTE, 1, (byte) 126);
        to.set(ValueLayout.JAVA_BYTE, 2, (byte) (length >> 8));
        to.set(ValueLayout.JAVA_BYTE, 3, (byte) length);
        return HEADER;
    }

    private static byte[] controlFrame(int opcode, byte[] payload, int length) {
        byte[] bytes = new byte[2 + length];
        bytes[0] = (byte) (0x80 | opcode);
        bytes[1] = (byte) length;
        System.arraycopy(payload, 0, bytes, 2, length);
        return bytes;
    }

    /** Sends a close frame, the last one, if there is room for it. */
    private void sendClose(int code) {
        if (!closeSent) {
            closeSent = true;
            waiting = controlFrame(Frames.CLOSE, new byte[]{(byte) (code >> 8), (byte) code}, 2);
            try {
                flush();
            } catch (IOException e) {
                waiting = null; // the peer finds the connection closed
            }
        }
    }

    /** What is being sent: there from the first use on. */
    private MemorySegment frame() {
        MemorySegment f = frame;
        if (f == null) {
            f = Arena.ofAuto().allocate(FRAME);
            frame = f;
        }
        return f;
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder wanted) {
        writable = handler;
        order = wanted;
        updateWritable();
    }

    /** Waits for room when the owner does, or a control frame does. */
    private void updateWritable() {
        if (!lent() && !closed()) {
            super.onWritable(writable != null || waiting != null || sent < filled && framed == 0 ? writableStep : null, order);
        }
    }

    private void writable() {
        try {
            flush();
        } catch (IOException e) {
            waiting = null; // the owner's next read or write tells
            if (framed == 0) {
                sent = filled;
            }
        }
        Runnable handler = writable;
        if (handler != null) {
            handler.run();
        }
        updateWritable();
    }

    @Override
    public void settle() {
        super.settle();
        updateWritable();
        if (buffered()) {
            type.loop().post(endStep);
        }
    }

    /** Says good-bye, if that can be sent at once, and closes. */
    @Override
    public void close() {
        if (!closed()) {
            if (established && sent == filled) {
                sendClose(NORMAL);
            }
            super.close();
            type.closed(this);
        }
    }
}
