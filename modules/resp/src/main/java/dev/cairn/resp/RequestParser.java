package dev.cairn.resp;

import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import java.util.Arrays;

/**
 * Finds the commands in what a client sent. One per client; whichever thread reads from the client may call it, one at a time.
 *
 * <p>Design. There are two ways through the same grammar. The fast one assumes what nearly all requests are, a whole multibulk of short counts, takes
 * each header by one load and writes the arguments straight to the batch, without keeping any state. At the first thing that it does not know (a cut
 * buffer, an odd number, a limit) it hands what it has to the careful one, which keeps everything relative to the start of the command: the parsed
 * arguments, the place to go on from, and how far a line was searched for its end. So no byte is looked at twice however small the reads are, and the
 * caller may move the bytes of an incomplete command between two calls.
 *
 * <p>A bulk of {@link #BIG_ARGUMENT} bytes or more need not go through the buffer. When {@link #pendingBulkLength} tells of one, the caller may map
 * memory of that length and 2 bytes for the line break, give it to {@link #bigArgument}, receive into {@link #bigAddress} until {@link #bigMissing} is
 * 0 while telling {@link #bigReceived}, and then parse on. The mapping goes on to the batch with the command.
 */
public final class RequestParser {
    /** From this length on, in bytes, a bulk is worth a mapping of its own: 1 MB. */
    public static final int BIG_ARGUMENT = 1 << 20;
    /** The longest line, in bytes, be it an inline command or a count: 64 KB. */
    public static final int MAX_LINE = 1 << 16;
    /** The longest multibulk of a client that has not authenticated, in arguments. */
    public static final int MAX_UNAUTHENTICATED_ARGUMENTS = 10;
    /** The longest bulk of a client that has not authenticated, in bytes. */
    public static final int MAX_UNAUTHENTICATED_BULK = 16384;

    private static final int DEFAULT_MAX_BULK = 512 << 20;
    /* What the fast way does not check, 999 bytes, must be allowed. */
    private static final int MIN_MAX_BULK = 1024;
    private static final int FAST_ARGUMENTS = 1024;
    private static final int KEPT = 64;

    private static final int ONE_DIGIT = 0xffff00ff;
    private static final int STAR = '*' | '\r' << 16 | '\n' << 24;
    private static final int DOLLAR = '$' | '\r' << 16 | '\n' << 24;

    private static final int IDLE = 0;
    private static final int INLINE = 1;
    private static final int COUNT = 2;
    private static final int ARGUMENTS = 3;
    private static final int FAILED = 4;

    private static final int[] NONE = new int[0];
    private static final long[] NO_BIGS = new long[0];

    private final ArgumentBudget budget;
    private int maxBulk = DEFAULT_MAX_BULK;
    private int fastBulk = DEFAULT_MAX_BULK;
    private boolean limited;

    private int state;
    /* All relative to the start of the incomplete command. */
    private int offset;
    private int scanned;
    private int remaining;
    private int bulk = -1;
    private int saved;
    private int[] offsets = NONE;
    private int[] lengths = NONE;
    private String error = "";

    /* Mappings of the incomplete command's big arguments, address and size in turn; the last may be filling. */
    private long[] bigs = NO_BIGS;
    private int bigCount;
    private boolean bigFilling;
    private long bigFilled;

    /** A parser with the default limits. */
    public RequestParser() {
        this(new ArgumentBudget(Integer.MAX_VALUE));
    }

    /** A parser that shares a budget of arguments with others. */
    public RequestParser(ArgumentBudget budget) {
        this.budget = budget;
    }

    /** Limits the length of a bulk, in bytes: {@code proto-max-bulk-len}. At least 1024; at most 2^31-3 has effect. */
    public void maxBulkLength(long bytes) {
        maxBulk = Math.clamp(bytes, MIN_MAX_BULK, Integer.MAX_VALUE - 2);
        unauthenticated(limited);
    }

    /** Whether the small limits of clients that have yet to authenticate apply. */
    public void unauthenticated(boolean limited) {
        this.limited = limited;
        fastBulk = limited ? Math.min(maxBulk, MAX_UNAUTHENTICATED_BULK) : maxBulk;
    }

    /**
     * Parses whole commands into the batch, after those that it holds. The bytes from the returned offset on have to be there again at the next call, at
     * the start of what is parsed then, followed by what was received since.
     *
     * @param buffer      the address that offsets count from
     * @param from        where to begin: at the first call, or after moving bytes, wherever the first byte not consumed is
     * @param to          the end of what was received
     * @param maxCommands the most commands to add to the batch
     * @return the offset of the first byte not consumed: the start of the incomplete command, or {@code to}
     */
    public int parse(long buffer, int from, int to, RequestBatch batch, int maxCommands) {
        int stop = batch.commands + maxCommands;
        int at = from;
        if (state != IDLE) {
            if (state == FAILED || bigFilling && bigMissing() > 0 || maxCommands <= 0) {
                return from;
            }
            at = resume(buffer, at, to, batch);
        }
        long end = buffer + to;
        while (state == IDLE && at < to && batch.commands < stop) {
            long start = buffer + at;
            long p = start;
            int n;
            int word;
            if (end - p >= 4 && ((word = Memory.getInt(p)) & ONE_DIGIT) == STAR && (n = (word >>> 8 & 0xff) - '0') > 0 && n < 10) {
                p += 4;
            } else {
                long header = header(p, end, '*');
                n = (int) (header >>> 8);
                if (header <= 0 || n == 0 || n > FAST_ARGUMENTS || n > MAX_UNAUTHENTICATED_ARGUMENTS && limited) {
                    at = begin(buffer, at, to, batch);
                    continue;
                }
                p += header & 0xff;
            }
            int first = batch.arguments;
            int last = first + n;
            int i = first;
            batch.reserve(first, n);
            long[] addresses = batch.addresses;
            int[] sizes = batch.lengths;
            while (i < last) {
                if (end - p < 4) {
                    break;
                }
                word = Memory.getInt(p);
                int length = (word >>> 8 & 0xff) - '0';
                long data = p + 4;
                if ((word & ONE_DIGIT) != DOLLAR || length < 0 || length > 9) {
                    long header = header(p, end, '$');
                    length = (int) (header >>> 8);
                    if (header <= 0 || length > fastBulk) {
                        break;
                    }
                    data = p + (header & 0xff);
                }
                long next = data + length + 2;
                if (next > end) {
                    break;
                }
                addresses[i] = data;
                sizes[i++] = length;
                p = next;
            }
            if (i == last) {
                at = (int) (p - buffer);
                batch.commit(last, at);
            } else {
                if (!save(start, p, batch, first, i, last)) {
                    break;
                }
                at = resume(buffer, at, to, batch);
            }
        }
        return at;
    }

    /**
     * Reads a header such as {@code $123\r\n} of 1 to 7 digits in canonical form.
     *
     * @return its number shifted left by 8 plus its length in bytes; 0 for anything else, an incomplete header too
     */
    private static long header(long p, long end, int type) {
        if (end - p >= 8) {
            long word = Memory.getLong(p);
            int tens = (int) (word >>> 8 & 0xff) - '0';
            int ones = (int) (word >>> 16 & 0xff) - '0';
            if ((word & 0xffff0000ffL) == (type | (long) '\r' << 24 | (long) '\n' << 32)) {
                return tens > 0 & tens < 10 & ones >= 0 & ones < 10 ? (long) (tens * 10 + ones) << 8 | 5 : 0;
            }
            int third = (int) (word >>> 24 & 0xff) - '0';
            if ((word & 0xffff000000ffL) == (type | (long) '\r' << 32 | (long) '\n' << 40)) {
                return tens > 0 & tens < 10 & ones >= 0 & ones < 10 & third >= 0 & third < 10
                        ? (long) (tens * 100 + ones * 10 + third) << 8 | 6 : 0;
            }
        }
        return anyHeader(p, end, type);
    }

    private static long anyHeader(long p, long end, int type) {
        if (end - p < 4 || Memory.getByte(p) != type) {
            return 0;
        }
        int number = Memory.getByte(p + 1) - '0';
        if (number < 0 || number > 9) {
            return 0;
        }
        long q = p + 2;
        for (long limit = Math.min(end - 1, p + 9); q < limit; q++) {
            int d = Memory.getByte(q) - '0';
            if (d < 0 || d > 9) {
                return Memory.getShort(q) == ('\r' | '\n' << 8) ? (long) number << 8 | q + 2 - p : 0;
            }
            if (number == 0) {
                return 0;
            }
            number = number * 10 + d;
        }
        return 0;
    }

    /** Keeps the arguments that the fast way found, and that the careful one is to go on at {@code p}. */
    private boolean save(long start, long p, RequestBatch batch, int first, int i, int last) {
        int n = i - first;
        if (!reserve(n)) {
            return false;
        }
        for (int k = 0; k < n; k++) {
            offsets[k] = (int) (batch.addresses[first + k] - start);
            lengths[k] = batch.lengths[first + k];
        }
        saved = n;
        remaining = last - i;
        offset = (int) (p - start);
        scanned = offset;
        bulk = -1;
        state = ARGUMENTS;
        return true;
    }

    /** Makes room for so many arguments; fails when the budget does not allow it. */
    private boolean reserve(int capacity) {
        if (offsets.length < capacity) {
            int size = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(8, Math.max(2L * offsets.length, capacity)));
            if (size > KEPT && !budget.take(size - charged())) {
                return fail("Protocol error: too many arguments in incomplete commands");
            }
            offsets = Arrays.copyOf(offsets, size);
            lengths = Arrays.copyOf(lengths, size);
        }
        return true;
    }

    /** The part of the budget that the tables have taken. */
    private int charged() {
        return offsets.length > KEPT ? offsets.length : 0;
    }

    /** Begins a command the careful way. */
    private int begin(long buffer, int start, int to, RequestBatch batch) {
        boolean multibulk = Memory.getByte(buffer + start) == '*';
        state = multibulk ? COUNT : INLINE;
        offset = 0;
        scanned = 0;
        saved = 0;
        bulk = -1;
        return resume(buffer, start, to, batch);
    }

    /** Goes on with the incomplete command at {@code start} and returns the offset after it, or {@code start} if it is incomplete still. */
    private int resume(long buffer, int start, int to, RequestBatch batch) {
        if (state == INLINE) {
            return inline(buffer, start, to, batch);
        }
        if (state == COUNT && !count(buffer + start, to - start)) {
            return start;
        }
        if (state == ARGUMENTS) {
            if (!arguments(buffer + start, to - start)) {
                return start;
            }
            deliver(buffer, start, batch);
        }
        return start + offset;
    }

    /** Reads the count of a multibulk; false if it is incomplete or wrong. */
    private boolean count(long base, int available) {
        int cr = find((byte) '\r', base, available, "Protocol error: too big mbulk count string");
        if (cr < 0 || cr + 1 >= available) {
            return false;
        }
        long n = number(base + 1, cr - 1);
        if (n > Integer.MAX_VALUE) {
            return fail("Protocol error: invalid multibulk length");
        }
        if (n > MAX_UNAUTHENTICATED_ARGUMENTS && limited) {
            return fail("Protocol error: unauthenticated multibulk length");
        }
        offset = cr + 2;
        scanned = offset;
        remaining = (int) n;
        state = n <= 0 ? IDLE : ARGUMENTS;
        return true;
    }

    /** Reads the arguments that are there; false if some are missing or wrong. */
    private boolean arguments(long base, int available) {
        if (bigFilling) {
            bigFilling = false;
            if (!keep(-bigCount, bulk)) {
                return false;
            }
        }
        while (remaining > 0) {
            if (bulk < 0 && !bulkLength(base, available)) {
                return false;
            }
            if (available - offset < (long) bulk + 2) {
                return false;
            }
            int data = offset;
            offset += bulk + 2;
            if (!keep(data, bulk)) {
                return false;
            }
        }
        return true;
    }

    private boolean keep(int at, int length) {
        if (saved == offsets.length && !reserve(saved + 1)) {
            return false;
        }
        offsets[saved] = at;
        lengths[saved++] = length;
        scanned = offset;
        bulk = -1;
        remaining--;
        return true;
    }

    private boolean bulkLength(long base, int available) {
        long header = header(base + offset, base + available, '$');
        long n = header >>> 8;
        int next = offset + (int) (header & 0xff);
        if (header == 0) {
            int cr = find((byte) '\r', base, available, "Protocol error: too big bulk count string");
            if (cr < 0 || cr + 1 >= available) {
                return false;
            }
            if (Memory.getByte(base + offset) != '$') {
                return fail("Protocol error: expected '$', got '" + (char) (Memory.getByte(base + offset) & 0xff) + "'");
            }
            n = number(base + offset + 1, cr - offset - 1);
            next = cr + 2;
        }
        if (n < 0 || n > maxBulk) {
            return fail("Protocol error: invalid bulk length");
        }
        if (n > MAX_UNAUTHENTICATED_BULK && limited) {
            return fail("Protocol error: unauthenticated bulk length");
        }
        bulk = (int) n;
        offset = next;
        return true;
    }

    /** Finds a byte in the line at {@code offset}, going on where the last search ended; -1 if it is not there yet. Fails if the line is too long. */
    private int find(byte wanted, long base, int available, String tooLong) {
        int limit = (int) Math.min(available, (long) offset + MAX_LINE + 1);
        int i = scanned;
        while (i < limit && Memory.getByte(base + i) != wanted) {
            i++;
        }
        scanned = i;
        if (i < limit) {
            return i;
        }
        if (available - offset > MAX_LINE) {
            fail(tooLong);
        }
        return -1;
    }

    /** The number that the bytes are in canonical decimal form; {@link Long#MAX_VALUE}, which no length may be, for anything else. */
    private static long number(long p, int bytes) {
        boolean negative = bytes > 1 && Memory.getByte(p) == '-';
        int i = negative ? 1 : 0;
        int digits = bytes - i;
        if (digits < 1 || digits > 19 || digits + i > 1 && Memory.getByte(p + i) == '0') {
            return Long.MAX_VALUE;
        }
        long value = 0;
        for (; i < bytes; i++) {
            int d = Memory.getByte(p + i) - '0';
            if (d < 0 || d > 9) {
                return Long.MAX_VALUE;
            }
            value = value * 10 + d;
        }
        if (value < 0) {
            return negative && value == Long.MIN_VALUE ? value : Long.MAX_VALUE;
        }
        return negative ? -value : value;
    }

    private boolean fail(String message) {
        reset();
        error = message;
        state = FAILED;
        return false;
    }

    /** Moves the complete command from the saved arguments to the batch. */
    private void deliver(long buffer, int start, RequestBatch batch) {
        int first = batch.arguments;
        int n = saved;
        batch.reserve(first, n);
        long base = buffer + start;
        for (int i = 0; i < n; i++) {
            int at = offsets[i];
            batch.lengths[first + i] = lengths[i];
            if (at >= 0) {
                batch.addresses[first + i] = base + at;
            } else {
                int big = 2 * (-at - 1);
                batch.addresses[first + i] = bigs[big];
                batch.own(first + i, bigs[big], bigs[big + 1]);
            }
        }
        bigCount = 0;
        batch.commit(first + n, start + offset);
        forget();
    }

    private void forget() {
        state = IDLE;
        bulk = -1;
        saved = 0;
        if (offsets.length > KEPT) {
            budget.give(charged());
            offsets = NONE;
            lengths = NONE;
        }
        if (bigs.length > KEPT) {
            bigs = NO_BIGS;
        }
    }

    private int inline(long buffer, int start, int to, RequestBatch batch) {
        long base = buffer + start;
        int lf = find((byte) '\n', base, to - start, "Protocol error: too big inline request");
        if (lf < 0) {
            return start;
        }
        int length = lf > 0 && Memory.getByte(base + lf - 1) == '\r' ? lf - 1 : lf;
        int last = InlineSplitter.split(base, length, batch);
        if (last < 0) {
            fail("Protocol error: unbalanced quotes in request");
            return start;
        }
        int after = start + lf + 1;
        if (last > batch.arguments) {
            batch.commit(last, after);
        }
        forget();
        return after;
    }

    /** Whether a protocol error was found. Nothing is parsed any more until {@link #reset}; commands before the error are in the batch. */
    public boolean failed() {
        return state == FAILED;
    }

    /** The protocol error in Redis' words, such as {@code Protocol error: invalid bulk length}, to be sent with the code {@code ERR}; empty if none. */
    public String error() {
        return error;
    }

    /** Whether a command has begun and is not complete: its bytes in the buffer, if any, have to be kept. */
    public boolean incomplete() {
        return state != IDLE && state != FAILED;
    }

    /** The length of the bulk that the incomplete command waits for; -1 if none or not known yet. */
    public int pendingBulkLength() {
        return state == ARGUMENTS ? bulk : -1;
    }

    /** Where the bulk that is waited for begins, counted from the start of the incomplete command; its line break ends at that plus its length plus 2. */
    public int pendingBulkOffset() {
        return offset;
    }

    /** Number of arguments of the incomplete command that are missing, the one that is waited for included; 0 if not known. */
    public int pendingArguments() {
        return state == ARGUMENTS ? remaining : 0;
    }

    /**
     * Gives the parser a mapping to receive the awaited bulk into; it belongs to the parser from now on. Call it right after {@link #parse}.
     *
     * @param buffer      the address that offsets count from, as at {@link #parse}
     * @param from        the offset that {@link #parse} returned
     * @param to          the end of what was received; what belongs to the bulk is copied to the mapping
     * @param address     the mapping, from {@code Heap.allocateDetached}: room for the bulk and 2 bytes more
     * @param mappedBytes the size of the mapping
     * @return the new end of what the buffer holds: the bytes between {@code from} and it have to stay with the incomplete command
     * @throws IllegalStateException if no bulk is waited for, or a mapping was given for it already
     */
    public int bigArgument(long buffer, int from, int to, long address, long mappedBytes) {
        if (pendingBulkLength() < 0 || bigFilling) {
            throw new IllegalStateException("no bulk is waited for that lacks a mapping");
        }
        if (mappedBytes < bulk + 2L) {
            throw new IllegalArgumentException(
                    "a mapping of " + mappedBytes + " bytes cannot take a bulk of " + bulk + " and its line break");
        }
        if (bigs.length < 2 * bigCount + 2) {
            bigs = Arrays.copyOf(bigs, Math.max(4, 4 * bigCount));
        }
        bigs[2 * bigCount] = address;
        bigs[2 * bigCount + 1] = mappedBytes;
        bigCount++;
        bigFilling = true;
        int received = to - from - offset;
        Memory.copy(buffer + from + offset, address, received);
        bigFilled = received;
        return from + offset;
    }

    /** Whether a big argument is being received into its mapping. */
    public boolean receivingBig() {
        return bigFilling;
    }

    /** Where the next bytes of the big argument go. */
    public long bigAddress() {
        return bigs[2 * bigCount - 2] + bigFilled;
    }

    /** How many bytes of the big argument and its line break are missing. */
    public long bigMissing() {
        return bigFilling ? bulk + 2L - bigFilled : 0;
    }

    /** Tells that {@code bytes} bytes were received at {@link #bigAddress}, at most {@link #bigMissing}. */
    public void bigReceived(int bytes) {
        if (bytes < 0 || bytes > bigMissing()) {
            throw new IllegalArgumentException(bytes + " bytes received where " + bigMissing() + " were missing");
        }
        bigFilled += bytes;
    }

    /** How many bytes of off-heap memory the incomplete command's big arguments hold. */
    public long bigBytes() {
        long sum = 0;
        for (int i = 0; i < bigCount; i++) {
            sum += bigs[2 * i + 1];
        }
        return sum;
    }

    /** How many bytes at the start of the incomplete command are parsed already. */
    public int consumed() {
        return state == ARGUMENTS ? offset : 0;
    }

    /** Bytes of the arguments of the incomplete command that are complete themselves. */
    public long argumentBytes() {
        long sum = 0;
        for (int i = 0; i < saved; i++) {
            sum += lengths[i];
        }
        return sum;
    }

    /** Bytes of the awaited bulk that were received into its mapping, 0 if it has none. */
    public long bigReceived() {
        return bigFilling ? Math.min(bigFilled, bulk) : 0;
    }

    /** Bytes of memory that the incomplete command takes besides its bytes in the buffer. */
    public long heldBytes() {
        return bigBytes() + (long) offsets.length * (2 * Integer.BYTES);
    }

    /** Forgets the incomplete command or the error, and releases mappings of big arguments. */
    public void reset() {
        for (int i = 0; i < bigCount; i++) {
            Heap.freeDetached(bigs[2 * i]);
        }
        bigCount = 0;
        bigFilling = false;
        error = "";
        forget();
    }

    /** Releases all memory; the parser may be used again. */
    public void free() {
        reset();
        offsets = NONE;
        lengths = NONE;
        bigs = NO_BIGS;
    }
}
