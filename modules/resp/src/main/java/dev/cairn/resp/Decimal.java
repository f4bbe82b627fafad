package dev.cairn.resp;

import dev.cairn.structures.Memory;

/** Decimal integers in memory. Any thread may call it. */
public final class Decimal {
    /** What {@link #parse} returns for anything but a canonical integer, and for this integer. */
    static final long NONE = -7_046_029_254_386_353_131L;

    private static final long ZEROS = 0x3030303030303030L;

    private static final long[] POWERS = new long[19];
    private static final short[] PAIRS = new short[100];

    static {
        // the place of 10^0 is 0, so that the number 0 has one digit
        long power = 10;
        for (int i = 1; i < POWERS.length; i++, power *= 10) {
            POWERS[i] = power;
        }
        for (int i = 0; i < PAIRS.length; i++) {
            PAIRS[i] = (short) ('0' + i / 10 | '0' + i % 10 << 8);
        }
    }

    private Decimal() {
    }

    /** Whether all eight bytes of a word are digits. */
    static boolean eightDigits(long word) {
        return ((word & 0xf0f0f0f0f0f0f0f0L) ^ ZEROS | (word + 0x0606060606060606L & 0xf0f0f0f0f0f0f0f0L) ^ ZEROS) == 0;
    }

    /** The value of eight digits, the first in the lowest byte. Pairs of neighbours are joined three times: Lemire's parsing of eight digits. */
    static long valueOfEight(long word) {
        long v = word - ZEROS;
        v = v * 10 + (v >>> 8);
        return (v & 0x000000ff000000ffL) * (100 + (1_000_000L << 32)) + (v >>> 16 & 0x000000ff000000ffL) * (1 + (10_000L << 32)) >>> 32;
    }

    /** The value of the canonical 64-bit integer that the bytes are, or {@link #NONE}. */
    static long parse(long address, int length) {
        if (length == 0 || length > 20) {
            return NONE;
        }
        byte first = Memory.getByte(address);
        boolean negative = first == '-';
        long p = address;
        int digits = length;
        if (negative) {
            if (--digits == 0) {
                return NONE;
            }
            first = Memory.getByte(++p);
        }
        if (first == '0') {
            return length == 1 ? 0 : NONE;
        }
        long value = digits <= 8 ? upToEight(p, digits) : upToNineteen(p, digits);
        if (value < 0) {
            // -1 is an error; the smallest long is the one number of 19 digits that wraps around and is right
            return negative && value == Long.MIN_VALUE ? value : NONE;
        }
        return negative ? -value : value;
    }

    /** The value of 1 to 8 digits, or -1. They are put behind zeros to make a word of eight, without a loop. */
    private static long upToEight(long p, int n) {
        long word;
        if (n == 8) {
            word = Memory.getLong(p);
        } else {
            int gap = 64 - 8 * n;
            long loaded;
            if (n >= 4) {
                loaded = Memory.getUnsignedInt(p) | Memory.getUnsignedInt(p + n - 4) << 8 * n - 32;
            } else if (n >= 2) {
                loaded = Memory.getUnsignedShort(p) | (long) Memory.getUnsignedShort(p + n - 2) << 8 * n - 16;
            } else {
                loaded = Memory.getUnsignedByte(p);
            }
            word = loaded << gap | ZEROS >>> 64 - gap;
        }
        return eightDigits(word) ? valueOfEight(word) : -1;
    }

    /** The value of 9 to 19 digits modulo 2^64, or -1 for other bytes. */
    private static long upToNineteen(long p, int n) {
        if (n > 19) {
            return -1;
        }
        long last = Memory.getLong(p + n - 8);
        if (!eightDigits(last)) {
            return -1;
        }
        if (n <= 16) {
            long high = upToEight(p, n - 8);
            return high < 0 ? -1 : high * 100_000_000 + valueOfEight(last);
        }
        long middle = Memory.getLong(p + n - 16);
        long high = upToEight(p, n - 16);
        return high < 0 || !eightDigits(middle) ? -1 : (high * 100_000_000 + valueOfEight(middle)) * 100_000_000 + valueOfEight(last);
    }

    /** The most bytes that {@link #write} writes. */
    public static final int MAX_BYTES = 20;

    /** Writes the decimal form of any integer and returns its length in bytes. */
    public static int write(long address, long value) {
        if (value >= 0) {
            return (int) (put(address, value) - address);
        }
        Memory.putByte(address, (byte) '-');
        if (value == Long.MIN_VALUE) {
            // its magnitude is no long: the last digit is written apart
            long end = put(address + 1, -(value / 10));
            Memory.putByte(end, (byte) '8');
            return (int) (end + 1 - address);
        }
        return (int) (put(address + 1, -value) - address);
    }

    /** Number of digits of a number not below 0. */
    static int digits(long value) {
        int t = (64 - Long.numberOfLeadingZeros(value | 1)) * 1233 >>> 12;
        return value < POWERS[t] ? t : t + 1;
    }

    /** Writes a number not below 0 and returns the address after it: at most 19 bytes. */
    static long put(long p, long value) {
        if (value < 10) {
            Memory.putByte(p, (byte) ('0' + value));
            return p + 1;
        }
        long end = p + digits(value);
        long q = end;
        long v = value;
        while (v >= 100) {
            long rest = v / 100;
            q -= 2;
            Memory.putShort(q, PAIRS[(int) (v - rest * 100)]);
            v = rest;
        }
        if (v >= 10) {
            Memory.putShort(q - 2, PAIRS[(int) v]);
        } else {
            Memory.putByte(q - 1, (byte) ('0' + v));
        }
        return end;
    }
}
