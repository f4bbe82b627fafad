package dev.cairn.core.pubsub;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * A message that many are sent, encoded once. Main thread.
 *
 * <p>What all receivers get alike, the channel and the text, is encoded by {@link #set}; the head before it, which differs by kind and
 * pattern, by {@link #head}; the first byte, which differs by protocol, is set for each receiver. So one receiver costs one copy. What is
 * too large for the buffer is written from its parts: beside its length the head does not count.
 */
public final class Message {
    private static final int HEAD = 1 << 10;
    private static final int TAIL = 31 << 10;
    /** Bytes around a bulk: the type, ten digits and two line breaks. */
    private static final int AROUND = 15;
    /** A receiver's first byte and number of elements with their line break. */
    private static final int COUNT = 4;
    private static final short CRLF = '\r' | '\n' << 8;

    private final long buffer;
    private Bytes channel = Bytes.EMPTY;
    private Bytes text = Bytes.EMPTY;
    private Bytes kind = Bytes.EMPTY;
    private @Nullable Bytes pattern;
    private boolean encoded;
    private boolean whole;
    private long start;
    private long end;

    /** A message without content; its buffer is the heap's. */
    public Message(Heap heap) {
        buffer = heap.allocate(HEAD + TAIL);
    }

    /** Sets the channel and the text, which must stay as they are until {@link #clear}. */
    public void set(Bytes newChannel, Bytes newText) {
        channel = newChannel;
        text = newText;
        encoded = (long) channel.length() + text.length() + 2 * AROUND <= TAIL;
        if (encoded) {
            end = bulk(bulk(buffer + HEAD, channel), text);
        }
    }

    /** Sets the kind of message that the next receivers get, and the pattern by which they get it. */
    public void head(Bytes newKind, @Nullable Bytes newPattern) {
        kind = newKind;
        pattern = newPattern;
        int patternBytes = newPattern == null ? 0 : newPattern.length() + AROUND;
        whole = encoded && COUNT + newKind.length() + AROUND + patternBytes <= HEAD;
        if (!whole) {
            return;
        }
        int bytes = COUNT + bulkBytes(newKind.length()) + (newPattern == null ? 0 : bulkBytes(newPattern.length()));
        start = buffer + HEAD - bytes;
        Memory.putByte(start + 1, newPattern == null ? '3' : '4');
        Memory.putShort(start + 2, CRLF);
        long at = bulk(start + COUNT, newKind);
        if (newPattern != null) {
            bulk(at, newPattern);
        }
    }

    /** Writes the message to one receiver. */
    public void writeTo(ReplyWriter out) {
        if (whole) {
            Memory.putByte(start, out.protocol() == 3 ? '>' : '*');
            out.raw(start, (int) (end - start));
            return;
        }
        out.push(pattern == null ? 3 : 4).bulk(kind);
        if (pattern != null) {
            out.bulk(pattern);
        }
        out.bulk(channel).bulk(text);
    }

    /** Forgets channel, text and pattern. */
    public void clear() {
        channel = Bytes.EMPTY;
        text = Bytes.EMPTY;
        pattern = null;
    }

    private static int digits(int value) {
        int n = 1;
        for (int rest = value / 10; rest > 0; rest /= 10) {
            n++;
        }
        return n;
    }

    private static int bulkBytes(int length) {
        return 1 + digits(length) + 2 + length + 2;
    }

    private static long bulk(long to, Bytes value) {
        int length = value.length();
        int digits = digits(length);
        Memory.putByte(to, '$');
        int rest = length;
        for (int i = digits; i > 0; i--) {
            Memory.putByte(to + i, '0' + rest % 10);
            rest /= 10;
        }
        Memory.putShort(to + 1 + digits, CRLF);
        long at = to + 3 + digits;
        BytesCopy.put(value, at);
        Memory.putShort(at + length, CRLF);
        return at + length + 2;
    }
}
