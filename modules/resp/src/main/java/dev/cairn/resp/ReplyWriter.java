package dev.cairn.resp;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.structures.Memory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The replies to one client on their way to it, encoded, in off-heap memory. One thread at a time: replies are written by the thread that executes
 * commands, and {@link #flush} may be another's.
 *
 * <p>Design. The bytes stand in a chain of chunks from a {@link ChunkPool}; the stream of bytes may cross from chunk to chunk anywhere but in a header. A
 * client with nothing to send holds no chunk. The last chunk's write position and end are fields, so that a short reply is one comparison and one or
 * two stores. All slow cases, a full chunk, no chunk and a muted writer, look like a full chunk and meet in {@link #room}.
 *
 * <p>The first chunk may be smaller than the others, as what was written to this client of late allows: the small chunks of many clients fit the caches
 * that their usual ones would push each other out of. Each flush notes how much waits; the size changes only when {@link #expandFirstChunk} or
 * {@link #shrinkFirstChunk} is called.
 *
 * <p>{@link #begin} leaves a gap of the longest header in one chunk; {@link #end} writes the header and moves what follows in this chunk, and only there,
 * to close the gap. The cost is bounded by the chunk's size however much follows.
 */
public final class ReplyWriter implements Reply {
    private static final short CRLF = '\r' | '\n' << 8;
    private static final int OK_HEAD = '+' | 'O' << 8 | 'K' << 16 | '\r' << 24;
    private static final long OK = OK_HEAD & 0xffff_ffffL | (long) '\n' << 32;
    private static final long NIL2 = '$' | '-' << 8 | '1' << 16 | (long) '\r' << 24 | (long) '\n' << 32;
    private static final long NIL_ARRAY2 = NIL2 - '$' + '*';
    private static final int NULL3 = '_' | CRLF << 8;
    private static final int DIGIT_LINE = CRLF << 16 | '0' << 8;

    /* Header of a bulk of fewer than 1000 bytes in the low bytes, its length in the highest. */
    private static final long[] BULK = new long[1000];

    /* The first of the lone surrogates that stand for bytes. */
    private static final int QUOTED = 0xdc00;

    /* A type, a number of 20 characters and a line break, rounded up. */
    private static final int HEADER = 24;
    private static final int GAP = 13;

    /* A chunk's own header: links, size, and where its content begins and ends when it is not the first or last. */
    private static final int NEXT = 0;
    private static final int PREVIOUS = 8;
    private static final int SIZE = 16;
    private static final int START = 24;
    private static final int END = 32;
    private static final int CONTENT = 40;

    static {
        for (int n = 0; n < BULK.length; n++) {
            String s = "$" + n + "\r\n";
            long word = 0;
            for (int i = 0; i < s.length(); i++) {
                word |= (long) s.charAt(i) << 8 * i;
            }
            BULK[n] = word | (long) s.length() << 56;
        }
    }

    private final ChunkPool pool;

    private long at;
    private long limit;
    /* The position is origin + at: see position(). */
    private long origin;
    private long tail;

    private long head;
    private long readAt;
    private long sent;
    private int chunks;
    private long held;
    private long firstChunk = ChunkPool.CHUNK;
    private long peak;

    private boolean resp3;
    private boolean muted;
    private boolean abandoned;
    private @Nullable Growth growth;
    private long errorEnd = -1;
    private long errors;
    private @Nullable Consumer<CommandError> errorListener;

    private int open;
    private long[] gaps = {};
    private long[] gapChunks = {};
    private long[] gapPositions = {};
    private Shape[] shapes = {};

    /** Says how much may wait to be sent to a client. */
    @FunctionalInterface
    public interface Growth {
        /** Whether so many bytes may wait. */
        boolean allows(long waiting);
    }

    /** An empty writer for RESP2. */
    public ReplyWriter(ChunkPool pool) {
        this.pool = pool;
    }

    /** The protocol version: 2 or 3. */
    public int protocol() {
        return resp3 ? 3 : 2;
    }

    /** Sets the protocol version of what is written from now on: 2 or 3. */
    public void protocol(int version) {
        if (version != 2 && version != 3) {
            throw new IllegalArgumentException("no protocol version: " + version);
        }
        resp3 = version == 3;
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
     * Sets who is asked before more memory is taken than the first usual chunk; on the first refusal the writer is {@link #abandoned} for good:
     * what waits stays, and all that is written is dropped. A chunk that was granted is filled without asking again, so that up to twice of what is
     * allowed may wait.
     */
    public void onGrowth(Growth limit) {
        growth = limit;
    }

    @Override
    public boolean abandoned() {
        return abandoned;
    }

    /* Chunks. */

    /** Returns where {@code n} bytes may be written when the last chunk has no room for them; 0 if they are to be dropped. */
    private long room(long n) {
        if (muted) {
            errorEnd = -1;
            return 0;
        }
        long size = sizeOfNext(n + CONTENT);
        if (growth != null && (tail != 0 || size > ChunkPool.CHUNK) && !growth.allows(pendingBytes() + n)) {
            abandoned = true;
            mute(true);
            errorEnd = -1;
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

    private long end(long chunk) {
        return chunk == tail ? at : chunk + Memory.getLong(chunk + END);
    }

    /* Replies. */

    @Override
    public ReplyWriter ok() {
        long p = at;
        if (limit - p < 8 && (p = room(8)) == 0) {
            return this;
        }
        Memory.putLong(p, OK);
        at = p + 5;
        return this;
    }

    @Override
    public ReplyWriter simple(Token word) {
        int n = word.length();
        long p = at;
        if (limit - p < n + 3 && (p = room(n + 3)) == 0) {
            return this;
        }
        Memory.putByte(p++, '+');
        for (int i = 0; i < n; i++) {
            Memory.putByte(p + i, word.at(i));
        }
        Memory.putShort(p + n, CRLF);
        at = p + n + 2;
        return this;
    }

    @Override
    public ReplyWriter simple(String text) {
        return line('+', "", text);
    }

    @Override
    public ReplyWriter error(CommandError error) {
        line('-', error.code(), error.sentence());
        errorEnd = origin + at;
        errors++;
        if (errorListener != null) {
            errorListener.accept(error);
        }
        return this;
    }

    /** How many errors were ever written, muted and truncated ones included. */
    public long errors() {
        return errors;
    }

    /** Sets who is told of each error that is written. */
    public void onError(Consumer<CommandError> listener) {
        errorListener = listener;
    }

    /** Writes one line, its line breaks as spaces and those at the end dropped. */
    private ReplyWriter line(char type, String code, String sentence) {
        int end = sentence.length();
        while (end > 0 && lineBreak(sentence.charAt(end - 1))) {
            end--;
        }
        int from = 0;
        while (from < end && lineBreak(sentence.charAt(from))) {
            from++;
        }
        long needed = 3L * code.length() + 3L * (end - from) + 4;
        long p = at;
        if (limit - p < needed && (p = room(needed)) == 0) {
            return this;
        }
        Memory.putByte(p++, type);
        p = text(p, code, 0, code.length());
        if (!code.isEmpty() && from < end) {
            Memory.putByte(p++, ' ');
        }
        p = text(p, sentence, from, end);
        Memory.putShort(p, CRLF);
        at = p + 2;
        return this;
    }

    private static boolean lineBreak(char c) {
        return c == '\r' || c == '\n';
    }

    /**
     * A byte as a character of an error's sentence, for arguments that are quoted in it: ASCII as it is, any other byte as a lone surrogate, which is
     * written as that byte, so that what is no UTF-8 is quoted faithfully.
     */
    public static char character(byte b) {
        return b >= 0 ? (char) b : (char) (QUOTED | b & 0xff);
    }

    /** Writes characters in UTF-8, line breaks as spaces and quoted bytes as they are: at most three bytes a character. */
    private static long text(long to, String s, int from, int end) {
        long p = to;
        for (int i = from; i < end; i++) {
            char c = s.charAt(i);
            if (c < 0x80) {
                Memory.putByte(p++, lineBreak(c) ? ' ' : c);
            } else if ((c & 0xff80) == (QUOTED | 0x80)) {
                Memory.putByte(p++, c & 0xff);
            } else {
                int chars = Character.charCount(s.codePointAt(i));
                byte[] bytes = s.substring(i, i + chars).getBytes(StandardCharsets.UTF_8);
                Memory.copyFromArray(bytes, 0, p, bytes.length);
                p += bytes.length;
                i += chars - 1;
            }
        }
        return p;
    }

    @Override
    public ReplyWriter integer(long value) {
        long p = at;
        if (limit - p < HEADER && (p = room(HEADER)) == 0) {
            return this;
        }
        at = number(p, ':', value);
        return this;
    }

    /** Writes a type, a number and a line break: at most 23 bytes. */
    private static long number(long p, int type, long value) {
        if (value >= 0 && value < 10) {
            Memory.putInt(p, DIGIT_LINE + (int) (value << 8) | type);
            return p + 4;
        }
        Memory.putByte(p, type);
        long q = signed(p + 1, value);
        Memory.putShort(q, CRLF);
        return q + 2;
    }

    /** Writes a number: at most 20 bytes. */
    private static long signed(long p, long value) {
        if (value >= 0) {
            return Decimal.put(p, value);
        }
        Memory.putByte(p, '-');
        if (value == Long.MIN_VALUE) {
            long q = Decimal.put(p + 1, 922337203685477580L);
            Memory.putByte(q, '8');
            return q + 1;
        }
        return Decimal.put(p + 1, -value);
    }

    private static int signedDigits(long value) {
        return value >= 0 ? Decimal.digits(value) : value == Long.MIN_VALUE ? 20 : 1 + Decimal.digits(-value);
    }

    private static long bulkHeader(long p, int length) {
        if (length < BULK.length) {
            long header = BULK[length];
            Memory.putLong(p, header);
            return p + (header >>> 56);
        }
        return number(p, '$', length);
    }

    @Override
    public ReplyWriter bulk(Bytes value) {
        if (value instanceof NativeBytes b) {
            return bulk(b.address(), b.length());
        }
        return bulk(value, 0, value.length());
    }

    @Override
    public ReplyWriter bulk(Bytes value, int from, int to) {
        int n = to - from;
        if (n < 0 || from < 0) {
            throw new IndexOutOfBoundsException("from " + from + " to " + to);
        }
        if (value instanceof NativeBytes b) {
            if (to > b.length()) {
                throw new IndexOutOfBoundsException("from " + from + " to " + to + " of " + b.length());
            }
            return bulk(b.address() + from, n);
        }
        long p = at;
        if (limit - p < (long) n + HEADER && (p = room((long) n + HEADER)) == 0) {
            return this;
        }
        p = bulkHeader(p, n);
        BytesCopy.put(value, from, p, n);
        Memory.putShort(p + n, CRLF);
        at = p + n + 2;
        return this;
    }

    /** A bulk string of {@code length} bytes of memory, which are copied. */
    public ReplyWriter bulk(long address, int length) {
        long p = at;
        if (limit - p < (long) length + HEADER) {
            return bulkAcross(address, length);
        }
        p = bulkHeader(p, length);
        Memory.copy(address, p, length);
        Memory.putShort(p + length, CRLF);
        at = p + length + 2;
        return this;
    }

    /** Writes a bulk that the last chunk has no room for: over two chunks, or in the next as a whole if it is the first or so large that it gets its own. */
    private ReplyWriter bulkAcross(long address, int length) {
        if (limit - at < HEADER || length > ChunkPool.LARGEST_SHARED - CONTENT - HEADER) {
            return room((long) length + HEADER) == 0 ? this : bulk(address, length);
        }
        at = bulkHeader(at, length);
        long first = Math.min(length, limit - at);
        Memory.copy(address, at, first);
        at += first;
        long rest = length - first;
        if (limit - at < rest + 2 && room(rest + 2) == 0) {
            return this;
        }
        Memory.copy(address + first, at, rest);
        Memory.putShort(at + rest, CRLF);
        at += rest + 2;
        return this;
    }

    @Override
    public ReplyWriter bulk(String text) {
        int n = text.length();
        long p = at;
        if (limit - p < (long) n + HEADER && (p = room((long) n + HEADER)) == 0) {
            return this;
        }
        long q = bulkHeader(p, n);
        for (int i = 0; i < n; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return bulk(Bytes.of(text));
            }
            Memory.putByte(q + i, c);
        }
        Memory.putShort(q + n, CRLF);
        at = q + n + 2;
        return this;
    }

    @Override
    public ReplyWriter bulk(long value) {
        long p = at;
        if (limit - p < 32 && (p = room(32)) == 0) {
            return this;
        }
        long q = signed(bulkHeader(p, signedDigits(value)), value);
        Memory.putShort(q, CRLF);
        at = q + 2;
        return this;
    }

    @Override
    public ReplyWriter nil() {
        return resp3 ? null3() : fiveBytes(NIL2);
    }

    @Override
    public ReplyWriter nilArray() {
        return resp3 ? null3() : fiveBytes(NIL_ARRAY2);
    }

    private ReplyWriter fiveBytes(long word) {
        long p = at;
        if (limit - p < 8 && (p = room(8)) == 0) {
            return this;
        }
        Memory.putLong(p, word);
        at = p + 5;
        return this;
    }

    private ReplyWriter null3() {
        long p = at;
        if (limit - p < 4 && (p = room(4)) == 0) {
            return this;
        }
        Memory.putInt(p, NULL3);
        at = p + 3;
        return this;
    }

    @Override
    public ReplyWriter real(double value) {
        if (!resp3) {
            return Doubles.isInteger(value) ? bulk((long) value) : bulk(Doubles.text(value));
        }
        return Doubles.isInteger(value) ? typed(',', (long) value) : line(',', "", Doubles.text(value));
    }

    private ReplyWriter typed(int type, long value) {
        long p = at;
        if (limit - p < HEADER && (p = room(HEADER)) == 0) {
            return this;
        }
        at = number(p, type, value);
        return this;
    }

    @Override
    public ReplyWriter bool(boolean value) {
        if (!resp3) {
            return integer(value ? 1 : 0);
        }
        long p = at;
        if (limit - p < 4 && (p = room(4)) == 0) {
            return this;
        }
        Memory.putInt(p, '#' | (value ? 't' : 'f') << 8 | CRLF << 16);
        at = p + 4;
        return this;
    }

    @Override
    public ReplyWriter bigNumber(BigInteger value) {
        return resp3 ? line('(', "", value.toString()) : bulk(value.toString());
    }

    @Override
    public ReplyWriter verbatim(String format, Bytes text) {
        int n = text.length();
        if (!resp3) {
            return bulk(text, 0, n);
        }
        if (format.length() != 3) {
            throw new IllegalArgumentException("a format has three letters: " + format);
        }
        long p = at;
        if (limit - p < (long) n + HEADER && (p = room((long) n + HEADER)) == 0) {
            return this;
        }
        p = number(p, '=', n + 4L);
        p = text(p, format, 0, 3);
        Memory.putByte(p++, ':');
        BytesCopy.put(text, 0, p, n);
        Memory.putShort(p + n, CRLF);
        at = p + n + 2;
        return this;
    }

    @Override
    public ReplyWriter array(int n) {
        return typed('*', n);
    }

    @Override
    public ReplyWriter map(int pairs) {
        return typed(type(Shape.MAP), count(Shape.MAP, pairs));
    }

    @Override
    public ReplyWriter set(int n) {
        return typed(type(Shape.SET), n);
    }

    @Override
    public ReplyWriter push(int n) {
        return typed(type(Shape.PUSH), n);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException in RESP2, which has no attributes
     */
    @Override
    public ReplyWriter attribute(int pairs) {
        if (!resp3) {
            throw new IllegalStateException("RESP2 has no attributes");
        }
        return typed('|', pairs);
    }

    private int type(Shape shape) {
        if (!resp3) {
            return '*';
        }
        return switch (shape) {
            case ARRAY -> '*';
            case MAP -> '%';
            case SET -> '~';
            case PUSH -> '>';
        };
    }

    private long count(Shape shape, int n) {
        return shape == Shape.MAP && !resp3 ? 2L * n : n;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A muted writer gives the mark -1.
     */
    @Override
    public int begin(Shape shape) {
        long p = at;
        if (limit - p < HEADER && (p = room(HEADER)) == 0) {
            return -1;
        }
        if (open == gaps.length) {
            int capacity = Math.max(4, 2 * open);
            gaps = Arrays.copyOf(gaps, capacity);
            gapChunks = Arrays.copyOf(gapChunks, capacity);
            gapPositions = Arrays.copyOf(gapPositions, capacity);
            shapes = Arrays.copyOf(shapes, capacity);
        }
        gaps[open] = p;
        gapChunks[open] = tail;
        gapPositions[open] = origin + p;
        shapes[open] = shape;
        at = p + GAP;
        return open++;
    }

    @Override
    public ReplyWriter end(int mark, int n) {
        if (mark == -1) {
            return this;
        }
        if (mark != open - 1) {
            throw new IllegalStateException("mark " + mark + " is ended while " + open + " aggregates are open");
        }
        open = mark;
        long gap = gaps[mark];
        long chunk = gapChunks[mark];
        long contentEnd = end(chunk);
        Shape shape = shapes[mark];
        long after = number(gap, type(shape), count(shape, n));
        long closed = gap + GAP - after;
        if (closed > 0) {
            Memory.copy(gap + GAP, after, contentEnd - gap - GAP);
            if (chunk == tail) {
                at -= closed;
            } else {
                Memory.putLong(chunk + END, contentEnd - closed - chunk);
                origin -= closed;
            }
        }
        errorEnd = -1;
        return this;
    }

    /* Encoded bytes. */

    /** Writes bytes of memory that are encoded already. */
    public ReplyWriter raw(long address, int length) {
        if (length > ChunkPool.CHUNK - CONTENT && limit - at < length) {
            if (room(length) == 0) {
                return this;
            }
        }
        long from = address;
        long left = length;
        while (left > 0) {
            if (limit == at && room(left) == 0) {
                return this;
            }
            long n = Math.min(left, limit - at);
            Memory.copy(from, at, n);
            at += n;
            from += n;
            left -= n;
        }
        return this;
    }

    /** Writes bytes that are encoded already. */
    public ReplyWriter raw(byte[] bytes) {
        int n = bytes.length;
        long p = at;
        if (limit - p < n && (p = room(n)) == 0) {
            return this;
        }
        Memory.copyFromArray(bytes, 0, p, n);
        at = p + n;
        return this;
    }

    /**
     * Moves all that another writer of the same pool holds to the end of this one, whatever the protocols. A long reply changes hands without being
     * copied. The other writer is empty afterwards; a muted writer drops it.
     *
     * @throws IllegalStateException if the other writer has an open aggregate
     */
    public ReplyWriter append(ReplyWriter other) {
        if (other.open != 0 || other == this) {
            throw new IllegalStateException("an aggregate of the other writer is open, or it is this one");
        }
        long pending = other.pendingBytes();
        if (muted || pending == 0) {
            errorEnd = muted ? -1 : errorEnd;
            other.clear();
        } else if (pending <= ChunkPool.CHUNK / 4 || other.pool != pool) {
            for (long chunk = other.head; chunk != 0; chunk = Memory.getLong(chunk + NEXT)) {
                copyOf(other, chunk);
            }
            other.clear();
        } else {
            adopt(other, pending);
        }
        return this;
    }

    private void copyOf(ReplyWriter other, long chunk) {
        long from = chunk == other.head ? other.readAt : chunk + Memory.getLong(chunk + START);
        long end = other.end(chunk);
        while (from < end) {
            int n = (int) Math.min(end - from, 1 << 30);
            raw(from, n);
            from += n;
        }
    }

    private void adopt(ReplyWriter other, long pending) {
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

    /** The same as {@link #position}. */
    public long written() {
        return origin + at;
    }

    /** Whether the last thing written was an error. */
    public boolean lastWasError() {
        return errorEnd == origin + at;
    }

    /**
     * Discards all that was written since a position, and aggregates begun since.
     *
     * @throws IllegalArgumentException if the position is ahead, or what follows it was sent already
     */
    public void truncateTo(long position) {
        long now = position();
        if (position > now || position < sent) {
            throw new IllegalArgumentException("position " + position + " is not in what waits to be sent, " + sent + " to " + now);
        }
        while (open > 0 && gapPositions[open - 1] >= position) {
            open--;
        }
        if (errorEnd > position) {
            errorEnd = -1;
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
     * @throws IOException          what the sink throws; what it took before is sent
     * @throws IllegalStateException if an aggregate is open
     */
    public int flush(Sink sink, int maxBytes, long safeBytes) throws IOException {
        if (open != 0) {
            throw new IllegalStateException(open + " aggregates are open");
        }
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

        /** Nothing, until {@link ReplyWriter#waiting} fills it. */
        public Waiting() {
        }

        /** How many bytes the sink took. */
        public int sent() {
            return sent;
        }

        /**
         * Hands the bytes to the sink as {@link ReplyWriter#flush(Sink, int, long)} does. Once, on any thread.
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
     * @throws IllegalStateException if nothing waits or an aggregate is open
     */
    public void waiting(Waiting now) {
        if (open != 0 || isEmpty()) {
            throw new IllegalStateException(open + " aggregates are open, " + pendingBytes() + " bytes wait");
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

    /** Discards what waits, and open aggregates, and releases all chunks. */
    public void clear() {
        open = 0;
        errorEnd = -1;
        releaseAll(sent);
    }

    /** The same as {@link #clear}, when the client goes. */
    public void free() {
        clear();
        gaps = new long[0];
        gapChunks = gaps;
        gapPositions = gaps;
        shapes = new Shape[0];
    }
}
