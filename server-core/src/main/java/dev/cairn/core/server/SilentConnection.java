package dev.cairn.core.server;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.Connection;
import dev.cairn.api.io.ConnectionType;

/** The connection of a client that is none: nobody sends, and what is written is dropped. */
final class SilentConnection implements Connection {
    private final String peer;

    /**
     * A connection to nowhere.
     *
     * @param peer what MONITOR shows as the sender's address
     */
    SilentConnection(String peer) {
        this.peer = peer;
    }

    @Override
    public ConnectionType type() {
        throw new UnsupportedOperationException("there is no connection");
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public String local() {
        return "";
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
        return 0;
    }

    @Override
    public int write(MemorySegment from, long offset, int length) {
        return length;
    }

    @Override
    public void onReadable(@Nullable Runnable handler) {
        // nobody sends
    }

    @Override
    public void onWritable(@Nullable Runnable handler, WriteOrder order) {
        // nobody waits
    }

    @Override
    public void close() {
        // there is nothing to close
    }
}
