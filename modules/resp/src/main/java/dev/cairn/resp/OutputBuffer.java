package dev.cairn.resp;

import dev.cairn.structures.Memory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one client's replies on their way to it, in off-heap memory. One thread at a time: they are written by the thread that executes commands,
 * and {@link #flush} may be another's.
 *
 * <p>Design. The bytes stand in a chain of chunks from a {@link ChunkPool}. A client with nothing to send holds no chunk. The last chunk's write
 * position and end are fields, for {@link ReplyWriter} too, so that a short reply is one comparison and one or two stores. All slow cases, a full
 * chunk, no chunk and a muted buffer, look like a full chunk and meet in {@link #more}.
 *
 * <p>The first chunk may be smaller than the others, as what was written to this client of late allows: the small chunks of many clients fit the caches
 * that their usual ones would push each other out of. Each flush notes how much waits; the size changes only when {@link #expandFirstChunk} or
 * {@link #shrinkFirstChunk} is called.
 */
public abstract sealed class OutputBuffer permits ReplyWriter {
    /* A chunk's own header: links, size, and where its content begins and ends when it is not the first or last. */
    private static final int NEXT = 0;
    private static final int PREVIOUS = 8;
    private static final int SIZE = 16;
    private static final int START = 24;
    private static final int END = 32;
    static final int CONTENT = 40;

    private final ChunkPool pool;

    /* Where the next byte is written, and the end of the room for it; both 0 without a chunk. */
    long at;
    long limit;
    /* The position is origin + at: see position(). */
    long origin;
    long tail;

    private long head;
    private long readAt;
    private long sent;
    private int chunks;
    private long held;
    private long firstChunk = ChunkPool.CHUNK;
    private long peak;

    boolean muted;
    private boolean abandoned;
    private @Nullable Growth growth;

    /** Says how much may wait to be sent to a client. */
    @FunctionalInterface
    public interface Growth {
        /** Whether so many bytes may wait. */
        boolean allows(long waiting);
    }

    OutputBuffer(ChunkPool pool) {
        this.pool = pool;
    }

    /** Whether what is written is dropped. */
    public boolean muted() {
        return muted;
    }

    /** Drops what is written from now on, as {@code CLIENT REPLY OFF} wants, or ends that. */
    public void mute(boolean on) {
        muted = on || abandoned;
        limit = muted || tail == 0 ? at : tail + Memory.getLong(tail + SIZE);
    }

    /**
     * Sets who is asked before more memory is taken than the first usual chunk; on the first refusal the buffer is {@link #abandoned} for good:
     * what waits stays, and all that is written is dropped. A chunk that was granted is filled without asking again, so that up to twice of what is
     * allowed may wait.
     */
    public void onGrowth(Growth limit) {
        growth = limit;
    }

    /** Whether what was to wait has become too much, so that all further replies are dropped: see {@link #onGrowth}. */
    public boolean abandoned() {
        return abandoned;
    }

    /* Chunks. */

    /** Begins a chunk for {@code n} bytes when the last one has no room for them. Returns where they may be written; 0 if they are to be dropped. */
    final long more(long n) {
        if (muted) {
            return 0;
        }
        long size = sizeOfNext(n + CONTENT);
        if (growth != null && (tail != 0 || size > ChunkPool.CHUNK) && !growth.allows(pendingBytes() + n)) {
            abandoned = true;
            mute(true);
            return 0;
        }
        long chunk = pool.take(size);
        held += size;
        long position = origin + at;
        Memory.putLong(chunk + NEXT, 0);
        Memory.putLong(chunk + PREVIOUS, tail);
        Memory.putLong(chunk + SIZE, size);
        Memory.putLong(chunk + START, CONTENT);
        if (tail == 0) {
            head = chunk;
            readAt = chunk + CONTENT;
        } else {
            Memory.putLong(tail + NEXT, chunk);
            Memory.putLong(tail + END, at - tail);
        }
        chunks++;
        tail = chunk;
        at = chunk + CONTENT;
        limit = chunk + size;
        origin = position - at;
        return at;
    }

    /** The size of the next chunk: the more waits, the larger, so that much is sent in few calls and no more room stays unused than is used. */
    private long sizeOfNext(long needed) {
        if (tail == 0) {
            return needed <= firstChunk ? firstChunk : ChunkPool.sizeFor(needed);
        }
        return Math.max(ChunkPool.sizeFor(needed), Math.min(Long.highestOneBit(pendingBytes()), ChunkPool.LARGEST_SHARED));
    }

    private void release(long chunk) {
        long size = Memory.getLong(chunk + SIZE);
        held -= size;
        pool.give(chunk, size);
        chunks--;
    }

    /** Releases all chunks and leaves the position as given. */
    private void releaseAll(long position) {
        for (long chunk = head; chunk != 0;) {
            long next = Memory.getLong(chunk + NEXT);
            release(chunk);
            chunk = next;
        }
        head = 0;
        tail = 0;
        at = 0;
        limit = 0;
        origin = position;
        sent = position;
    }

    /** Where the content of a chunk ends. */
    final long end(long chunk) {
        return chunk == tail ? at : chunk + Memory.getLong(chunk + END);
    }

    /** Takes {@code bytes} off the end of a chunk's content. */
    final void shorten(long chunk, long bytes) {
        if (chunk == tail) {
            at -= bytes;
        } else {
            Memory.putLong(chunk + END, Memory.getLong(chunk + END) - bytes);
            origin -= bytes;
        }
    }

    /* Bytes as they are. */

    /** Writes bytes of memory that are encoded already. */
    final void put(long address, int length) {
        if (length > ChunkPool.CHUNK - CONTENT && limit - at < length) {
            if (more(length) == 0) {
                return;
            }
        }
        long from = address;
        long left = length;
        while (left > 0) {
            if (limit == at && more(left) == 0) {
                return;
            }
            long n = Math.min(left, limit - at);
            Memory.copy(from, at, n);
            at += n;
            from += n;
            left -= n;
        }
    }

    /** Writes bytes that are encoded already. */
    final void put(byte[] bytes) {
        int n = bytes.length;
        long p = at;
        if (limit - p < n && (p = more(n)) == 0) {
            return;
        }
        Memory.copyFromArray(bytes, 0, p, n);
        at = p + n;
    }

    /**
     * Moves all that another buffer of the same pool holds to the end of this one; much is moved without being copied. The other buffer is empty
     * afterwards; a muted buffer drops it.
     */
    final void take(OutputBuffer other) {
        long pending = other.pendingBytes();
        if (muted || pending == 0) {
            other.clear();
        } else if (pending <= ChunkPool.CHUNK / 4 || other.pool != pool) {
            for (long chunk = other.head; chunk != 0; chunk = Memory.getLong(chunk + NEXT)) {
                copyOf(other, chunk);
            }
            other.clear();
        } else {
            adopt(other, pending);
        }
    }

    private void copyOf(OutputBuffer other, long chunk) {
        long from = chunk == other.head ? other.readAt : chunk + Memory.getLong(chunk + START);
        long end = other.end(chunk);
        while (from < end) {
            int n = (int) Math.min(end - from, 1 << 30);
            put(from, n);
            from += n;
        }
    }

    private void adopt(OutputBuffer other, long pending) {
        long position = origin + at + pending;
        Memory.putLong(other.head + START, other.readAt - other.head);
        if (tail == 0) {
            head = other.head;
            readAt = other.readAt;
        } else {
            Memory.putLong(tail + END, at - tail);
            Memory.putLong(tail + NEXT, other.head);
            Memory.putLong(other.head + PREVIOUS, tail);
        }
        tail = other.tail;
        at = other.at;
        limit = tail + Memory.getLong(tail + SIZE);
        origin = position - at;
        chunks += other.chunks;
        held += other.held;
        other.chunks = 0;
        other.held = 0;
        other.head = 0;
        other.clear();
    }

    /* What was written. */

    /** How many bytes were ever written, in the client's stream: those that were sent and those that wait. What is truncated or dropped does not count. */
    public long position() {
        return origin + at;
    }

    /**
     * Discards all that was written since a position.
     *
     * @throws IllegalArgumentException if the position is ahead, or what follows it was sent already
     */
    public void truncateTo(long position) {
        long now = position();
        if (position > now || position < sent) {
            throw new IllegalArgumentException("position " + position + " is not in what waits to be sent, " + sent + " to " + now);
        }
        if (position == sent) {
            releaseAll(position);
            return;
        }
        long excess = now - position;
        while (excess > 0) {
            long content = tail == head ? readAt : tail + Memory.getLong(tail + START);
            long here = at - content;
            if (excess < here) {
                at -= excess;
                break;
            }
            excess -= here;
            long previous = Memory.getLong(tail + PREVIOUS);
            release(tail);
            tail = previous;
            Memory.putLong(tail + NEXT, 0);
            at = tail + Memory.getLong(tail + END);
        }
        origin = position - at;
        limit = muted ? at : tail + Memory.getLong(tail + SIZE);
    }

    /** Whether nothing waits to be sent. */
    public boolean isEmpty() {
        return origin + at == sent;
    }

    /** Number of bytes that wait to be sent. */
    public long pendingBytes() {
        return origin + at - sent;
    }

    /** Number of chunks held. */
    public int chunks() {
        return chunks;
    }

    /** Bytes of the chunks held. */
    public long heldBytes() {
        return held;
    }

    /** Number of chunks held beyond the first, if that is of the usual size or smaller. */
    public int listedChunks() {
        return beginsUsually() ? chunks - 1 : chunks;
    }

    private boolean beginsUsually() {
        return head != 0 && Memory.getLong(head + SIZE) <= ChunkPool.CHUNK;
    }

    /** Size in bytes of the chunk that the next reply is begun in if it fits: a power of two from 1 KB to 16 KB. It begins with the largest. */
    public long firstChunk() {
        return firstChunk;
    }

    /** The most bytes that waited at a time since the writer was made or {@link #resetPeak} was called, as far as a flush saw them. */
    public long peak() {
        return Math.max(peak, pendingBytes());
    }

    /** Begins to look for the peak anew. */
    public void resetPeak() {
        peak = 0;
    }

    /** Makes the first chunk as large as the peak needs, up to 16 KB, if it is smaller; returns whether it was. */
    public boolean expandFirstChunk() {
        long fit = fitting(peak());
        if (fit <= firstChunk) {
            return false;
        }
        firstChunk = fit;
        return true;
    }

    /** Makes the first chunk as small as the peak allows, down to 1 KB, if half of it would do; returns whether it was changed. */
    public boolean shrinkFirstChunk() {
        long fit = fitting(peak());
        if (fit >= firstChunk) {
            return false;
        }
        firstChunk = fit;
        return true;
    }

    private static long fitting(long content) {
        long needed = Math.clamp(content + CONTENT, ChunkPool.SMALLEST, ChunkPool.CHUNK);
        return Long.highestOneBit(needed - 1) << 1;
    }

    /**
     * Hands bytes that wait to the sink, from the first on, until it takes fewer than it is offered, {@code maxBytes} are sent or none is left. Chunks that
     * are sent are released. A chunk above the usual size is offered whole even if that goes beyond {@code maxBytes}: what the system takes at once of one large
     * reply reaches also a client that closes its side right after the request.
     *
     * @param safeBytes how many bytes may be sent at all, large chunks included
     * @return how many bytes the sink took
     * @throws IOException what the sink throws; what it took before is sent
     */
    public int flush(Sink sink, int maxBytes, long safeBytes) throws IOException {
        int total = 0;
        peak = Math.max(peak, origin + at - sent);
        while (head != 0 && total < maxBytes && total < safeBytes) {
            long end = end(head);
            int n = offered(head, Math.min(end - readAt, safeBytes - total), maxBytes - total);
            int taken = n == 0 ? 0 : sink.write(readAt, n);
            if (taken > 0) {
                readAt += taken;
                sent += taken;
                total += taken;
            }
            if (readAt == end) {
                releaseHead();
            }
            if (taken < n) {
                break;
            }
        }
        return total;
    }

    /** The same as {@link #flush(Sink, int, long)} where all that waits may be sent. */
    public int flush(Sink sink, int maxBytes) throws IOException {
        return flush(sink, maxBytes, Long.MAX_VALUE);
    }

    /**
     * What of a writer's replies waited at one moment, for another thread to send. It reads the chunks and changes nothing of the writer, which may
     * write on meanwhile; the writer is told by {@link #sent(int)} afterwards, before anything else of it is sent.
     */
    public static final class Waiting {
        private long chunk;
        private long from;
        private long tail;
        private long end;
        private int sent;

        /** Nothing, until {@link OutputBuffer#waiting} fills it. */
        public Waiting() {
        }

        /** How many bytes the sink took. */
        public int sent() {
            return sent;
        }

        /**
         * Hands the bytes to the sink as {@link OutputBuffer#flush(Sink, int, long)} does. Once, on any thread.
         *
         * @throws IOException what the sink throws; {@link #sent} tells what it took before
         */
        public void send(Sink sink, int maxBytes, long safeBytes) throws IOException {
            while (sent < maxBytes && sent < safeBytes) {
                long stop = chunk == tail ? end : chunk + Memory.getLong(chunk + END);
                int n = offered(chunk, Math.min(stop - from, safeBytes - sent), maxBytes - sent);
                int taken = n == 0 ? 0 : sink.write(from, n);
                sent += Math.max(0, taken);
                from += Math.max(0, taken);
                if (taken < n || chunk == tail) {
                    return;
                }
                if (from == stop) {
                    chunk = Memory.getLong(chunk + NEXT);
                    from = chunk + Memory.getLong(chunk + START);
                }
            }
        }
    }

    /** How many bytes of a chunk to offer: all of a large one, else no more than are wanted. */
    private static int offered(long chunk, long bytes, int wanted) {
        boolean large = Memory.getLong(chunk + SIZE) > ChunkPool.CHUNK;
        return (int) Math.min(bytes, large ? 1 << 30 : wanted);
    }

    /**
     * Notes what waits now, so that another thread can send it.
     *
     * @throws IllegalStateException if nothing waits
     */
    public void waiting(Waiting now) {
        if (isEmpty()) {
            throw new IllegalStateException("nothing waits to be sent");
        }
        peak = Math.max(peak, pendingBytes());
        now.chunk = head;
        now.from = readAt;
        now.tail = tail;
        now.end = at;
        now.sent = 0;
    }

    /** Releases bytes that another thread has sent, the first that wait. */
    public void sent(int bytes) {
        if (bytes > pendingBytes()) {
            throw new IllegalArgumentException(bytes + " bytes sent where " + pendingBytes() + " waited");
        }
        sent += bytes;
        long left = bytes;
        while (left > 0) {
            long n = Math.min(left, end(head) - readAt);
            readAt += n;
            left -= n;
            if (readAt == end(head)) {
                releaseHead();
            }
        }
    }

    private void releaseHead() {
        long chunk = head;
        if (chunk == tail) {
            releaseAll(origin + at);
            return;
        }
        head = Memory.getLong(chunk + NEXT);
        readAt = head + Memory.getLong(head + START);
        Memory.putLong(head + PREVIOUS, 0);
        release(chunk);
    }

    /** Discards what waits and releases all chunks. */
    public void clear() {
        releaseAll(sent);
    }
}
