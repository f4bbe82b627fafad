package dev.cairn.resp;

import java.math.BigInteger;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;

/**
 * A floating-point number with a mantissa of 64 bits, as Redis computes INCRBYFLOAT with. Immutable; safe on any thread.
 *
 * <p>Redis uses C's {@code long double}, which on x86 is the 80-bit extended format: sign, 15 bits of exponent, 64 bits of mantissa with
 * no hidden one. Java has no such type, so a number is held here as {@code mantissa × 2^exponent} and every operation is carried out
 * exactly on big integers and then rounded once, to nearest with ties to even, which is what the processor does. Numbers below the normal
 * range keep fewer bits, down to 2<sup>-16445</sup>. Infinity can be read but nothing finite comes from it; the sign of zero is not kept,
 * since it is never printed. Reading follows {@code strtold}, printing {@code %.17Lf} without the zeros at the end.
 */
public final class LongDouble {
    /** Zero. */
    public static final LongDouble ZERO = new LongDouble(BigInteger.ZERO, 0);

    private static final LongDouble INFINITY = new LongDouble(BigInteger.ONE, Integer.MAX_VALUE);

    private static final int PRECISION = 64;
    /** The exponent of the last bit of the smallest numbers. */
    private static final int MIN_EXPONENT = -16445;
    /** All numbers are below two to this power. */
    private static final int RANGE = 16384;
    /** Redis reads numbers into a buffer of 5 KB with a zero byte at the end. */
    private static final int MAX_TEXT = 5 * 1024 - 1;
    /** Exponents beyond this are out of range whatever the digits before them. */
    private static final int EXPONENT_CAP = 1_000_000;
    /** No number but zero is as great as ten to this power, or as small as ten to its negative. */
    private static final int DECIMAL_RANGE = 5000;
    private static final int DECIMALS = 17;
    private static final BigInteger TEN_TO_DECIMALS = BigInteger.TEN.pow(DECIMALS);

    /** With the sign; at most 64 bits. */
    private final BigInteger mantissa;
    private final int exponent;

    private LongDouble(BigInteger mantissa, int exponent) {
        this.mantissa = mantissa;
        this.exponent = exponent;
    }

    /** The number of an integer, exactly. */
    public static LongDouble of(long value) {
        return new LongDouble(BigInteger.valueOf(value), 0);
    }

    /** The number that a text means, infinities included, or null when it means none or one that is out of range. */
    public static @Nullable LongDouble parse(Bytes text) {
        int n = text.length();
        return n == 0 || n > MAX_TEXT ? null : new Parser(text).number();
    }

    /** Whether the number is an infinity. */
    public boolean isInfinite() {
        return exponent == Integer.MAX_VALUE;
    }

    /** The sum, or null when it is not a finite number. */
    public @Nullable LongDouble plus(LongDouble other) {
        if (isInfinite() || other.isInfinite()) {
            return null;
        }
        int common = Math.min(exponent, other.exponent);
        BigInteger sum = mantissa.shiftLeft(exponent - common).add(other.mantissa.shiftLeft(other.exponent - common));
        return rounded(sum, BigInteger.ONE, common);
    }

    /** The decimal form with at most 17 digits after the point. */
    @Override
    public String toString() {
        if (isInfinite()) {
            return mantissa.signum() < 0 ? "-inf" : "inf";
        }
        if (exponent >= 0) {
            return mantissa.shiftLeft(exponent).toString();
        }
        BigInteger scaled = divideToEven(mantissa.abs().multiply(TEN_TO_DECIMALS), BigInteger.ONE.shiftLeft(-exponent));
        if (scaled.signum() == 0) {
            return "0";
        }
        BigInteger[] parts = scaled.divideAndRemainder(TEN_TO_DECIMALS);
        StringBuilder text = new StringBuilder();
        if (mantissa.signum() < 0) {
            text.append('-');
        }
        text.append(parts[0]);
        long fraction = parts[1].longValueExact();
        if (fraction != 0) {
            // the digit put before the fraction keeps its leading zeros
            String digits = Long.toString(fraction + TEN_TO_DECIMALS.longValueExact());
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(digits, 1, end);
        }
        return text.toString();
    }

    /** The number nearest to {@code numerator / denominator × 2^exponent}, or null when it is too great. The denominator is positive. */
    private static @Nullable LongDouble rounded(BigInteger numerator, BigInteger denominator, int exponent) {
        BigInteger magnitude = numerator.abs();
        int bits = magnitude.bitLength() - denominator.bitLength();
        // the quotient is below 2^(bits+1) and not below 2^(bits-1): see on which side of 2^bits
        boolean upper = bits >= 0
                ? magnitude.compareTo(denominator.shiftLeft(bits)) >= 0
                : magnitude.shiftLeft(-bits).compareTo(denominator) >= 0;
        int drop = Math.max((upper ? bits + 1 : bits) - PRECISION, MIN_EXPONENT - exponent);
        BigInteger mantissa = drop >= 0
                ? divideToEven(magnitude, denominator.shiftLeft(drop))
                : divideToEven(magnitude.shiftLeft(-drop), denominator);
        if (mantissa.bitLength() + exponent + drop > RANGE) {
            return null;
        }
        return new LongDouble(numerator.signum() < 0 ? mantissa.negate() : mantissa, exponent + drop);
    }

    /** The quotient rounded to nearest, ties to even; neither operand is negative. */
    private static BigInteger divideToEven(BigInteger dividend, BigInteger divisor) {
        BigInteger[] parts = dividend.divideAndRemainder(divisor);
        int half = parts[1].shiftLeft(1).compareTo(divisor);
        return half > 0 || half == 0 && parts[0].testBit(0) ? parts[0].add(BigInteger.ONE) : parts[0];
    }

    /** Reads a number by {@code strtold}'s grammar, all of the text and no space before it. */
    private static final class Parser {
        private final Bytes text;
        private int at;
        private final StringBuilder digits = new StringBuilder();
        private int fraction;

        Parser(Bytes text) {
            this.text = text;
        }

        @Nullable
        LongDouble number() {
            boolean negative = peek() == '-';
            if (negative || peek() == '+') {
                at++;
            }
            LongDouble magnitude = isWord("inf") || isWord("infinity") ? INFINITY : isHexadecimal() ? hexadecimal() : decimal();
            return magnitude == null || !negative ? magnitude : new LongDouble(magnitude.mantissa.negate(), magnitude.exponent);
        }

        private @Nullable LongDouble decimal() {
            digits(10);
            int power = exponent('e');
            if (digits.isEmpty() || at < text.length()) {
                return null;
            }
            BigInteger value = new BigInteger(digits.toString());
            if (value.signum() == 0) {
                return ZERO;
            }
            int leading = 0;
            while (digits.charAt(leading) == '0') {
                leading++;
            }
            power -= fraction;
            int magnitude = digits.length() - leading + power;
            if (Math.abs(magnitude) > DECIMAL_RANGE) {
                return null;
            }
            return positive(power >= 0
                    ? rounded(value.multiply(BigInteger.TEN.pow(power)), BigInteger.ONE, 0)
                    : rounded(value, BigInteger.TEN.pow(-power), 0));
        }

        private @Nullable LongDouble hexadecimal() {
            at += 2;
            digits(16);
            int power = exponent('p');
            if (digits.isEmpty() || at < text.length()) {
                return null;
            }
            BigInteger value = new BigInteger(digits.toString(), 16);
            return value.signum() == 0 ? ZERO : positive(rounded(value, BigInteger.ONE, power - 4 * fraction));
        }

        /** A number that is not zero must not become zero. */
        private static @Nullable LongDouble positive(@Nullable LongDouble number) {
            return number == null || number.mantissa.signum() == 0 ? null : number;
        }

        private void digits(int radix) {
            boolean point = false;
            for (; at < text.length(); at++) {
                char c = peek();
                if (c == '.' && !point) {
                    point = true;
                } else if (Character.digit(c, radix) >= 0) {
                    digits.append(c);
                    fraction += point ? 1 : 0;
                } else {
                    return;
                }
            }
        }

        /** Reads the letter and the exponent after it, if there are some. */
        private int exponent(char letter) {
            if ((peek() | 0x20) != letter) {
                return 0;
            }
            int start = at++;
            boolean negative = peek() == '-';
            if (negative || peek() == '+') {
                at++;
            }
            int first = at;
            int value = 0;
            for (; at < text.length() && Character.digit(peek(), 10) >= 0; at++) {
                value = Math.min(value * 10 + Character.digit(peek(), 10), EXPONENT_CAP);
            }
            if (at == first) {
                at = start;
            }
            return negative ? -value : value;
        }

        private boolean isHexadecimal() {
            return peek() == '0' && at + 1 < text.length() && (text.at(at + 1) | 0x20) == 'x';
        }

        private boolean isWord(String word) {
            if (text.length() - at != word.length()) {
                return false;
            }
            for (int i = 0; i < word.length(); i++) {
                if ((text.at(at + i) | 0x20) != word.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        /** The next byte as a character of Latin-1, 0 at the end. */
        private char peek() {
            return at < text.length() ? (char) (text.at(at) & 0xff) : 0;
        }
    }
}
