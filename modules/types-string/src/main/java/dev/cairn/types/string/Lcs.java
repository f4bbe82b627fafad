package dev.cairn.types.string;

import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.RO;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Slot;

/** The command LCS: the longest common subsequence of two strings. Main thread. */
final class Lcs {
    private static final Token LEN = Token.of("LEN");
    private static final Token IDX = Token.of("IDX");
    private static final Token MINMATCHLEN = Token.of("MINMATCHLEN");
    private static final Token WITHMATCHLEN = Token.of("WITHMATCHLEN");

    private static final CommandError NOT_STRINGS = CommandError.err("The specified keys must contain string values");
    private static final CommandError LEN_AND_IDX = CommandError.err("If you want both the length and indexes, please just use IDX.");
    private static final CommandError OVER_LIMIT = CommandError
            .err("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
    private static final CommandError NO_MEMORY = CommandError.err("Insufficient memory, failed allocating transient memory for LCS");

    /** Bytes of a cell of the table that Redis would make, for which its limit is told. */
    private static final long CELL = 4;

    private final SizeLimit limit;

    Lcs(SizeLimit limit) {
        this.limit = limit;
    }

    /** Declares the command. */
    void register(Registrar registrar) {
        registrar.command(Specs.string("LCS", -3).since("7.0.0").summary("Finds the longest common subsequence of two strings.")
                .complexity("O(N*M) where N and M are the lengths of the two strings.").flags(READONLY)
                .keys(KeySpec.range(1, 1, 1, RO, ACCESS))
                .syntax("key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]"), this::lcs);
    }

    private void lcs(Call call, Args args, Reply out) {
        Bytes a = string(call.keyspace().read(args.at(1)));
        Bytes b = string(call.keyspace().read(args.at(2)));
        boolean length = false;
        boolean ranges = false;
        boolean withLengths = false;
        long least = 0;
        for (int i = 3; i < args.size(); i++) {
            if (args.is(i, IDX)) {
                ranges = true;
            } else if (args.is(i, LEN)) {
                length = true;
            } else if (args.is(i, WITHMATCHLEN)) {
                withLengths = true;
            } else if (args.is(i, MINMATCHLEN) && i + 1 < args.size()) {
                least = args.integer(++i);
            } else {
                throw CommandError.SYNTAX;
            }
        }
        if (length && ranges) {
            throw LEN_AND_IDX;
        }
        if ((a.length() + 1L) * (b.length() + 1L) > limit.bytes() / CELL) {
            throw OVER_LIMIT;
        }
        Subsequence common = compute(a, b, !length);
        if (length) {
            out.integer(common.length());
        } else if (ranges) {
            replyRanges(common, least, withLengths, out);
        } else {
            out.bulk(Bytes.of(common.bytes()));
        }
    }

    private static Bytes string(Slot slot) {
        if (!slot.exists()) {
            return Bytes.EMPTY;
        }
        if (slot.type() != StringType.TYPE) {
            throw NOT_STRINGS;
        }
        return StringType.TYPE.content(slot);
    }

    private static Subsequence compute(Bytes a, Bytes b, boolean whole) {
        try {
            return new Subsequence(a, b, whole);
        } catch (OutOfMemoryError e) {
            // only with a limit raised far above the heap; the table is garbage again by now
            throw NO_MEMORY;
        }
    }

    private static void replyRanges(Subsequence common, long least, boolean withLengths, Reply out) {
        out.map(2).bulk("matches");
        int mark = out.begin(Reply.Shape.ARRAY);
        int[] count = new int[1];
        common.ranges((startA, startB, length) -> {
            if (length >= least) {
                out.array(withLengths ? 3 : 2);
                out.array(2).integer(startA).integer(startA + length - 1L);
                out.array(2).integer(startB).integer(startB + length - 1L);
                if (withLengths) {
                    out.integer(length);
                }
                count[0]++;
            }
        });
        out.end(mark, count[0]);
        out.bulk("len").integer(common.length());
    }

    /** Takes the runs of bytes that the two strings have in common. */
    @FunctionalInterface
    interface RangeVisitor {
        /** Sees a run of {@code length} bytes, from {@code startA} on in the one and from {@code startB} on in the other string. */
        void range(int startA, int startB, int length);
    }

    /**
     * The longest common subsequence of two strings.
     *
     * <p>The textbook table has at row {@code i} and column {@code j} the length L(i,j) for the first {@code i} and {@code j} bytes. Along
     * a row, L grows by 0 or 1 from one column to the next, so a row is a vector of bits, and one row is made from the one before it for
     * 64 columns at a time: with V the complement of that vector and M the columns where the second string has the row's byte, the next V
     * is {@code (V + (V & M)) | (V & ~M)} (Hyyrö, Bit-parallel LCS-length computation revisited, 2004). The length is the number of zeros
     * in the last V.
     *
     * <p>To walk back, Redis goes up where L(i-1,j) exceeds L(i,j-1) and left otherwise. Where the bytes differ, L(i,j) is the greater of
     * the two; it exceeds L(i,j-1) exactly where row {@code i} grows at column {@code j}. So the bits of the rows are all that the way
     * needs: a bit per cell, packed without gaps, where a table of lengths takes four bytes.
     */
    static final class Subsequence {
        private final Bytes a;
        private final Bytes b;
        private final int length;
        /** Bit {@code i * b.length() + j} is clear where row {@code i + 1} grows at column {@code j + 1}; null if only the length counts. */
        private final long @Nullable [] rows;

        /**
         * Computes the subsequence.
         *
         * @param whole whether more than the length will be asked for
         * @throws OutOfMemoryError when the table does not fit the heap
         */
        Subsequence(Bytes a, Bytes b, boolean whole) {
            this.a = a;
            this.b = b;
            long cells = (long) a.length() * b.length();
            if (cells == 0) {
                length = 0;
                rows = null;
                return;
            }
            long words = (cells + 63 >>> 6) + 1;
            if (words > Integer.MAX_VALUE - 64) {
                throw new OutOfMemoryError("LCS table of " + words + " words");
            }
            rows = whole ? new long[(int) words] : null;
            length = fill(masks());
        }

        /** For each byte that the first string has, the columns where the second has it. */
        private long[][] masks() {
            long[][] masks = new long[256][];
            int words = b.length() + 63 >>> 6;
            for (int i = 0; i < a.length(); i++) {
                int c = a.at(i) & 0xff;
                if (masks[c] == null) {
                    masks[c] = new long[words];
                }
            }
            for (int j = 0; j < b.length(); j++) {
                long[] mask = masks[b.at(j) & 0xff];
                if (mask != null) {
                    mask[j >>> 6] |= 1L << j;
                }
            }
            return masks;
        }

        private int fill(long[][] masks) {
            int columns = b.length();
            long[] v = new long[columns + 63 >>> 6];
            Arrays.fill(v, -1);
            for (int i = 0; i < a.length(); i++) {
                long[] mask = masks[a.at(i) & 0xff];
                long carry = 0;
                for (int w = 0; w < v.length; w++) {
                    long before = v[w];
                    long matched = before & mask[w];
                    long partial = before + matched;
                    long sum = partial + carry;
                    carry = (before & matched | (before | matched) & ~sum) >>> 63;
                    v[w] = sum | before & ~mask[w];
                }
                if (rows != null) {
                    store(v, rows, (long) i * columns, columns);
                }
            }
            int grown = 0;
            for (int w = 0; w < v.length; w++) {
                int valid = Math.min(64, columns - (w << 6));
                grown += Long.bitCount(~v[w] & -1L >>> 64 - valid);
            }
            return grown;
        }

        /** Copies the low {@code bits} bits of {@code from} into {@code to} at a bit index where it is still clear. */
        private static void store(long[] from, long[] to, long index, int bits) {
            int shift = (int) (index & 63);
            int word = (int) (index >>> 6);
            for (int w = 0; w < from.length; w++) {
                int valid = Math.min(64, bits - (w << 6));
                long value = from[w] & -1L >>> 64 - valid;
                to[word + w] |= value << shift;
                if (shift != 0) {
                    to[word + w + 1] |= value >>> 64 - shift;
                }
            }
        }

        /** The length of the subsequence. */
        int length() {
            return length;
        }

        /** The bytes of the subsequence. */
        byte[] bytes() {
            byte[] bytes = new byte[length];
            int[] left = {length};
            ranges((startA, startB, run) -> {
                left[0] -= run;
                a.copyTo(startA, bytes, left[0], run);
            });
            return bytes;
        }

        /** Visits the runs that make up the subsequence, the last one first. */
        void ranges(RangeVisitor visitor) {
            if (rows == null) {
                return;
            }
            int i = a.length();
            int j = b.length();
            int run = 0;
            while (i > 0 && j > 0) {
                if (a.at(i - 1) == b.at(j - 1)) {
                    run++;
                    i--;
                    j--;
                } else {
                    if (run > 0) {
                        visitor.range(i, j, run);
                        run = 0;
                    }
                    if (grows(rows, i, j)) {
                        i--;
                    } else {
                        j--;
                    }
                }
            }
            if (run > 0) {
                visitor.range(i, j, run);
            }
        }

        private boolean grows(long[] table, int i, int j) {
            long index = (i - 1L) * b.length() + (j - 1);
            return (table[(int) (index >>> 6)] >>> index & 1) == 0;
        }
    }
}
