package dev.cairn.api.command;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Floating-point numbers as clients write them, which is as C's {@code strtod} reads them in the C locale. Safe on any thread. */
public final class Reals {
    /** Longer texts are no numbers. */
    private static final int MAX_LENGTH = 5 * 1024;

    private Reals() {
    }

    /**
     * The number that the bytes are as a whole: decimal, or hexadecimal after {@code 0x}, with or without an exponent, or {@code inf} or
     * {@code infinity}; NaN when they are none, or one that no double is near to.
     */
    public static double parse(Bytes b) {
        int n = b.length();
        if (n == 0 || n >= MAX_LENGTH) {
            return Double.NaN;
        }
        if (n < 16 && b.isLong()) {
            return b.asLong();
        }
        byte[] text = b.toArray();
        int at = text[0] == '-' || text[0] == '+' ? 1 : 0;
        if (isWord(text, at, "inf") || isWord(text, at, "infinity")) {
            return text[0] == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        boolean hex = at + 1 < n && text[at] == '0' && (text[at + 1] | 32) == 'x';
        return isNumber(text, hex ? at + 2 : at, hex) ? value(new String(text, StandardCharsets.US_ASCII), hex) : Double.NaN;
    }

    private static boolean isWord(byte[] text, int at, String word) {
        if (text.length - at != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if ((text[at + i] | 32) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether digits, perhaps with a point, and perhaps an exponent are all that there is from an index on. */
    private static boolean isNumber(byte[] text, int from, boolean hex) {
        int at = from;
        int digits = 0;
        boolean point = false;
        for (; at < text.length; at++) {
            if (Character.digit(text[at], hex ? 16 : 10) >= 0) {
                digits++;
            } else if (text[at] == '.' && !point) {
                point = true;
            } else {
                break;
            }
        }
        if (digits == 0) {
            return false;
        }
        if (at == text.length) {
            return true;
        }
        if ((text[at] | 32) != (hex ? 'p' : 'e')) {
            return false;
        }
        at++;
        if (at < text.length && (text[at] == '-' || text[at] == '+')) {
            at++;
        }
        if (at == text.length) {
            return false;
        }
        for (; at < text.length; at++) {
            if (text[at] < '0' || text[at] > '9') {
                return false;
            }
        }
        return true;
    }

    private static double value(String text, boolean hex) {
        double value = Double.parseDouble(hex && text.indexOf('p') < 0 && text.indexOf('P') < 0 ? text + "p0" : text);
        if (Double.isInfinite(value)) {
            return Double.NaN;
        }
        return Math.abs(value) < Double.MIN_NORMAL && !hex && !isExact(text, value) ? Double.NaN : value;
    }

    /** Whether a number next to zero is the very one that was written. */
    private static boolean isExact(String text, double value) {
        if (value == 0) {
            int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
            String mantissa = exponent < 0 ? text : text.substring(0, exponent);
            return mantissa.chars().noneMatch(c -> c >= '1' && c <= '9');
        }
        return new BigDecimal(text).compareTo(new BigDecimal(value)) == 0;
    }
}
