package dev.cairn.structures;

/**
 * Compression in the LZF format, which Redis' dumps contain: fast, byte-oriented, good for what repeats within 8 KB. One thread at a time.
 *
 * <p>Design. A stream is a sequence of runs. A control byte below 32 begins a literal run of that many bytes and one. Any other control
 * byte begins a copy from what was written before: its upper three bits are the length minus 2, or 7, and then one more byte is added to
 * it; the lower five bits and the last byte are how far back the copy begins, minus 1. So a copy takes 3 to 264 bytes from at most 8192
 * bytes back. The compressor knows for a hash of three bytes where they were last, and takes the first match; positions are counted on
 * from one input to the next, so that the table need not be cleared and its leftovers are never taken for matches.
 */
public final class Lzf {
    /** The longest input in bytes. */
    public static final int MAX_BYTES = 1 << 28;

    private static final int HASH_BITS = 13;
    private static final int MAX_BACK = 1 << 13;
    private static final int MAX_COPY = 264;
    private static final int MAX_LITERALS = 32;
    private static final int MIN_COPY = 3;

    private final int[] last = new int[1 << HASH_BITS];
    /** The count of the first position of the next input; what the table has below that is of earlier ones. */
    private int epoch = 1;

    private long source;
    private long target;
    private long limit;

    /** A compressor; it keeps 32 KB. */
    public Lzf() {
    }

    /**
     * Compresses {@code length} bytes.
     *
     * @param room bytes that may be written at {@code to}
     * @return the compressed size, or 0 when it would be more than {@code room}
     * @throws IllegalArgumentException when the input is longer than {@link #MAX_BYTES}
     */
    public int compress(long from, int length, long to, int room) {
        if (length < 0 || length > MAX_BYTES) {
            throw new IllegalArgumentException("an input of " + length + " bytes; 0 to " + MAX_BYTES + " are possible");
        }
        if (epoch > Integer.MAX_VALUE - MAX_BYTES - 1) {
            java.util.Arrays.fill(last, 0);
            epoch = 1;
        }
        source = from;
        target = to;
        limit = to + room;
        boolean fits = compressAll(length);
        epoch += length;
        return fits ? (int) (target - to) : 0;
    }

    private boolean compressAll(int length) {
        int literals = 0;
        int at = 0;
        while (at < length - MIN_COPY) {
            int word = Memory.getInt(source + at);
            int place = (word & 0xffffff) * 0x9e3779b1 >>> 32 - HASH_BITS;
            int before = last[place] - epoch;
            last[place] = at + epoch;
            if (before < 0 || at - before > MAX_BACK || ((Memory.getInt(source + before) ^ word) & 0xffffff) != 0) {
                at++;
                continue;
            }
            int copied = matched(before, at, length);
            if (!literals(literals, at) || !copy(at - before - 1, copied)) {
                return false;
            }
            at += copied;
            literals = at;
        }
        return literals(literals, length);
    }

    private int matched(int before, int at, int length) {
        int most = Math.min(length - at, MAX_COPY);
        int n = MIN_COPY;
        while (n + 8 <= most) {
            long difference = Memory.getLong(source + before + n) ^ Memory.getLong(source + at + n);
            if (difference != 0) {
                return n + (Long.numberOfTrailingZeros(difference) >>> 3);
            }
            n += 8;
        }
        while (n < most && Memory.getByte(source + before + n) == Memory.getByte(source + at + n)) {
            n++;
        }
        return n;
    }

    private boolean literals(int from, int to) {
        int at = from;
        while (at < to) {
            int n = Math.min(to - at, MAX_LITERALS);
            if (limit - target <= n) {
                return false;
            }
            Memory.putByte(target, n - 1);
            Memory.copy(source + at, target + 1, n);
            target += n + 1;
            at += n;
        }
        return true;
    }

    private boolean copy(int back, int length) {
        int rest = length - 2;
        if (limit - target < (rest < 7 ? 2 : 3)) {
            return false;
        }
        if (rest < 7) {
            Memory.putByte(target++, rest << 5 | back >>> 8);
        } else {
            Memory.putByte(target++, 7 << 5 | back >>> 8);
            Memory.putByte(target++, rest - 7);
        }
        Memory.putByte(target++, back);
        return true;
    }

    /**
     * Expands what {@link #compress} has written; reads and writes nothing outside of the two runs, whatever they hold.
     *
     * @param room bytes that may be written at {@code to}
     * @return the number of bytes written, or -1 when the input is not sound or expands to more than {@code room}
     */
    public static int expand(long from, int length, long to, int room) {
        long in = from;
        long end = from + length;
        long out = to;
        long limit = to + room;
        while (in < end) {
            int control = Memory.getUnsignedByte(in++);
            if (control < MAX_LITERALS) {
                int n = control + 1;
                if (end - in < n || limit - out < n) {
                    return -1;
                }
                Memory.copy(in, out, n);
                in += n;
                out += n;
                continue;
            }
            int n = (control >>> 5) + 2;
            int more = n == 9 ? 2 : 1;
            if (end - in < more) {
                return -1;
            }
            n += more == 2 ? Memory.getUnsignedByte(in++) : 0;
            int back = ((control & 31) << 8 | Memory.getUnsignedByte(in++)) + 1;
            if (out - to < back || limit - out < n) {
                return -1;
            }
            repeat(out - back, out, n);
            out += n;
        }
        return (int) (out - to);
    }

    /** Copies from the first byte on, so that a run which reaches into its own copy is repeated. */
    private static void repeat(long from, long to, int bytes) {
        int i = 0;
        if (to - from >= 8) {
            for (; i + 8 <= bytes; i += 8) {
                Memory.putLong(to + i, Memory.getLong(from + i));
            }
        }
        for (; i < bytes; i++) {
            Memory.putByte(to + i, Memory.getByte(from + i));
        }
    }
}
