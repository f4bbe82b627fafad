package dev.cairn.resp;

import dev.cairn.structures.Memory;

/** Decimal integers in memory. */
final class Decimal {
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
