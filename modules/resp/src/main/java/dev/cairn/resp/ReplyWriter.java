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
 * Encodes the replies to one client, in RESP2 or RESP3, into its {@linkplain OutputBuffer output buffer}. Headers never cross from chunk to chunk; values
 * may.
 *
 * <p>Design. {@link #begin} leaves a gap of the longest header in one chunk; {@link #end} writes the header and moves what follows in this chunk, and
 * only there, to close the gap. The cost is bounded by the chunk's size however much follows.
 */
public final class ReplyWriter extends OutputBuffer implements Reply {
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

    private static final Gap[] NONE = {};

    private boolean resp3;
    private long errorEnd = -1;
    private long errors;
    private @Nullable Consumer<CommandError> errorListener;

    private int open;
    private Gap[] gaps = NONE;

    /** Where the header of an open aggregate is to stand. */
    private static final class Gap {
        private long at;
        private long chunk;
        private long position;
        private Shape shape = Shape.ARRAY;

        void set(long address, long inChunk, long inStream, Shape of) {
            at = address;
            chunk = inChunk;
            position = inStream;
            shape = of;
        }
    }

    /** An empty writer for RESP2. */
    public ReplyWriter(ChunkPool pool) {
        super(pool);
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

    @Override
    public boolean abandoned() {
        return super.abandoned();
    }

    /** Returns where {@code n} bytes may be written when the last chunk has no room for them; 0 if they are to be dropped. */
    private long room(long n) {
        long p = more(n);
        if (p == 0) {
            errorEnd = -1;
        }
        return p;
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
            gaps = Arrays.copyOf(gaps, Math.max(4, 2 * open));
            for (int i = open; i < gaps.length; i++) {
                gaps[i] = new Gap();
            }
        }
        gaps[open].set(p, tail, origin + p, shape);
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
        Gap gap = gaps[mark];
        long from = gap.at + GAP;
        long to = number(gap.at, type(gap.shape), count(gap.shape, n));
        if (to < from) {
            Memory.copy(from, to, end(gap.chunk) - from);
            shorten(gap.chunk, from - to);
        }
        errorEnd = -1;
        return this;
    }

    /* Encoded bytes. */

    /** Writes bytes of memory that are encoded already. */
    public ReplyWriter raw(long address, int length) {
        put(address, length);
        return encoded();
    }

    /** Writes bytes that are encoded already. */
    public ReplyWriter raw(byte[] bytes) {
        put(bytes);
        return encoded();
    }

    private ReplyWriter encoded() {
        if (muted) {
            errorEnd = -1;
        }
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
        take(other);
        return encoded();
    }

    /** Whether the last thing written was an error. */
    public boolean lastWasError() {
        return errorEnd == position();
    }

    /** {@inheritDoc} Aggregates begun since then are no longer open. */
    @Override
    public void truncateTo(long position) {
        super.truncateTo(position);
        while (open > 0 && gaps[open - 1].position >= position) {
            open--;
        }
        if (errorEnd > position) {
            errorEnd = -1;
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if an aggregate is open
     */
    @Override
    public int flush(Sink sink, int maxBytes, long safeBytes) throws IOException {
        checkClosed();
        return super.flush(sink, maxBytes, safeBytes);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if nothing waits or an aggregate is open
     */
    @Override
    public void waiting(Waiting now) {
        checkClosed();
        super.waiting(now);
    }

    private void checkClosed() {
        if (open != 0) {
            throw new IllegalStateException(open + " aggregates are open");
        }
    }

    /** Discards what waits, and open aggregates, and releases all chunks. */
    @Override
    public void clear() {
        open = 0;
        errorEnd = -1;
        super.clear();
    }
}
