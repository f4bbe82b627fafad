package dev.cairn.benchmarks;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.api.io.Listener;
import dev.cairn.api.io.Loop;
import dev.cairn.structures.Memory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a client that sends what it is told to from memory and takes every reply at once. It allocates nothing. It is its own
 * connection type, which accepts it as soon as it is listened on. The server's thread.
 */
final class MemoryConnection implements Connection, ConnectionType {
    private @Nullable Runnable readable;
    private long requests;
    private int left;
    private byte replyType;
    private long replyBytes;

    /** Has the server read and execute these bytes, at most 64 KB. */
    void send(long address, int length) {
        requests = address;
        left = length;
        Runnable handler = readable;
        if (handler == null || length == 0) {
            throw new IllegalStateException("nothing to send, or nobody to send it to");
        }
        handler.run();
    }

    /** The first byte of the last write: {@code -} if the first reply was an error. */
    char replyType() {
        return (char) replyType;
    }

    /** Bytes of all replies so far. */
    long replyBytes() {
        return replyBytes;
    }

    @Override
    public int read(MemorySegment into, long offset, int length) {
        int n = Math.min(left, length);
        Memory.copy(requests, into.address() + offset, n);
        requests += n;
        left -= n;
        return n;
    }

    @Override
    public int write(MemorySegment from, long offset, int length) {
        replyType = Memory.getByte(from.address() + offset);
        replyBytes += length;
        return length;
    }

    @Override
    public List<Listener> listen(Loop loop, Consumer<Connection> accepted) {
        accepted.accept(this);
        return List.of();
    }

    @Override
    public void onReadable(@Nullable Runnable handler) {
        readable = handler;
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder order) {
        // never called: every write takes all
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public ConnectionType type() {
        return this;
    }

    @Override
    public String peer() {
        return "memory:1";
    }

    @Override
    public String local() {
        return "memory:0";
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
    public void close() {
        readable = null;
    }
}
