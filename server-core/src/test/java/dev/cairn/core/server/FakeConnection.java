package dev.cairn.core.server;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;

/** A connection whose other end is a test: it says what is read, and when, and takes what is written. */
final class FakeConnection implements Connection {
    @Nullable Runnable readable;
    @Nullable Runnable writable;
    boolean closed;
    /** Bytes that are written before the connection takes no more. */
    int room = Integer.MAX_VALUE;
    /** Bytes that can be read although nobody looks at them, as a large input of no interest. */
    long idleBytes;
    private byte[] input = new byte[0];
    private int at;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    /** Has the server read these bytes until it has them all, or wants no more. */
    void send(String text) {
        input = text.getBytes(StandardCharsets.ISO_8859_1);
        at = 0;
        while (at < input.length && !closed && readable != null) {
            readable.run();
        }
    }

    /** What was written since the last call. */
    String received() {
        String text = output.toString(StandardCharsets.ISO_8859_1);
        output.reset();
        return text;
    }

    @Override
    public ConnectionType type() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String peer() {
        return "127.0.0.1:1";
    }

    @Override
    public String local() {
        return "127.0.0.1:2";
    }

    @Override
    public boolean loopback() {
        return true;
    }

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public int read(MemorySegment into, long offset, int length) {
        if (idleBytes > 0) {
            int n = (int) Math.min(length, idleBytes);
            idleBytes -= n;
            return n;
        }
        int n = Math.min(length, input.length - at);
        MemorySegment.copy(input, at, into, ValueLayout.JAVA_BYTE, offset, n);
        at += n;
        return n;
    }

    @Override
    public int write(MemorySegment from, long offset, int length) {
        int n = Math.min(length, room);
        room -= n;
        output.writeBytes(from.asSlice(offset, n).toArray(ValueLayout.JAVA_BYTE));
        return n;
    }

    @Override
    public void onReadable(@Nullable Runnable handler) {
        readable = handler;
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder order) {
        writable = handler;
    }

    @Override
    public void close() {
        closed = true;
    }
}
