package dev.cairn.transport.inprocess;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.cairn.structures.Memory;

/** Bytes on their way from one end of a connection to the other, in memory. Thread-safe. */
final class Pipe {
    private final int window;
    private byte[] bytes = new byte[4096];
    private int head;
    private int size;
    private boolean ended;
    private @Nullable String broken;

    /** A pipe that holds as many bytes as {@code window} at most. */
    Pipe(int window) {
        this.window = window;
    }

    /** Whether a read would not block: there are bytes, or the end, or a failure. */
    synchronized boolean readable() {
        return size > 0 || ended || broken != null;
    }

    /** How many bytes can be taken at once. */
    synchronized int available() {
        return size;
    }

    /** Whether a write would not block: there is room, or a failure. */
    synchronized boolean writable() {
        return size < window || ended || broken != null;
    }

    /** Adds what there is room for. */
    synchronized int put(byte[] from, int offset, int length) throws IOException {
        checkWritable();
        int n = Math.min(length, window - size);
        reserve(n);
        int at = (head + size) % bytes.length;
        int first = Math.min(n, bytes.length - at);
        System.arraycopy(from, offset, bytes, at, first);
        System.arraycopy(from, offset + first, bytes, 0, n - first);
        return added(n);
    }

    /** Adds what there is room for, from native memory. */
    synchronized int put(MemorySegment from, long offset, int length) throws IOException {
        checkWritable();
        int n = Math.min(length, window - size);
        reserve(n);
        int at = (head + size) % bytes.length;
        int first = Math.min(n, bytes.length - at);
        copy(from, offset, at, first);
        copy(from, offset + first, 0, n - first);
        return added(n);
    }

    /** Copies from a segment; raw memory by way of its checked mode. */
    private void copy(MemorySegment from, long offset, int at, int n) {
        if (from.address() == 0) {
            Memory.copyToArray(offset, bytes, at, n);
        } else {
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, bytes, at, n);
        }
    }

    private void copyBack(int at, MemorySegment to, long offset, int n) {
        if (to.address() == 0) {
            Memory.copyFromArray(bytes, at, offset, n);
        } else {
            MemorySegment.copy(bytes, at, to, ValueLayout.JAVA_BYTE, offset, n);
        }
    }

    private int added(int n) {
        size += n;
        notifyAll();
        return n;
    }

    private void checkWritable() throws IOException {
        if (broken != null) {
            throw new IOException(broken);
        }
        if (ended) {
            throw new IOException("Broken pipe");
        }
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            byte[] larger = new byte[Math.max(size + more, 2 * bytes.length)];
            int first = Math.min(size, bytes.length - head);
            System.arraycopy(bytes, head, larger, 0, first);
            System.arraycopy(bytes, 0, larger, first, size - first);
            bytes = larger;
            head = 0;
        }
    }

    /** Takes what is there: the number of bytes, 0 when there are none yet, -1 at the end. */
    synchronized int take(byte[] to, int offset, int length) throws IOException {
        int n = available(length);
        if (n > 0) {
            int first = Math.min(n, bytes.length - head);
            System.arraycopy(bytes, head, to, offset, first);
            System.arraycopy(bytes, 0, to, offset + first, n - first);
            taken(n);
        }
        return n;
    }

    /** Takes what is there into native memory: the number of bytes, 0 when there are none yet, -1 at the end. */
    synchronized int take(MemorySegment to, long offset, int length) throws IOException {
        int n = available(length);
        if (n > 0) {
            int first = Math.min(n, bytes.length - head);
            copyBack(head, to, offset, first);
            copyBack(0, to, offset + first, n - first);
            taken(n);
        }
        return n;
    }

    private int available(int length) throws IOException {
        if (broken != null) {
            throw new IOException(broken);
        }
        if (length == 0) {
            return 0;
        }
        return size == 0 && ended ? -1 : Math.min(length, size);
    }

    private void taken(int n) {
        head = (head + n) % bytes.length;
        size -= n;
        notifyAll();
    }

    /** Waits until a read would not block; false when the time is over. */
    synchronized boolean awaitReadable(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (!readable()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }

    /** Waits until a write would not block; false when the time is over. */
    synchronized boolean awaitWritable(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (!writable()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }

    /** No more bytes will come; those that are there can still be taken. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Both ends fail from now on; what was on its way is lost. */
    synchronized void breakOff(String reason) {
        broken = Objects.requireNonNullElse(broken, reason);
        size = 0;
        notifyAll();
    }
}
