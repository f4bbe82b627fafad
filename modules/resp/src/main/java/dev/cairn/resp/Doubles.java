package dev.cairn.resp;

/**
 * Doubles as Redis prints them: the shortest digits that read back as the same number (as Redis 7.2 and Valkey do; Redis 7.0 printed 17 digits), whole
 * numbers without a point, an exponent only where the number would have many zeros.
 */
final class Doubles {
    private static final double WHOLE = 0x1p62;

    private Doubles() {
    }

    /** Whether the number is printed as an integer of 64 bits. */
    static boolean isInteger(double value) {
        return value >= -WHOLE && value <= WHOLE && (long) value == value && (value != 0 || 1 / value > 0);
    }

    /** The text of any number. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value < 0 ? "-inf" : "inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return isInteger(value) ? Long.toString((long) value) : shortest(value);
    }

    private static String shortest(double value) {
        String java = Double.toString(Math.abs(value));
        int e = java.indexOf('E');
        String mantissa = e < 0 ? java : java.substring(0, e);
        int exponent = e < 0 ? 0 : Integer.parseInt(java, e + 1, java.length(), 10);
        int point = mantissa.indexOf('.');
        String digits = mantissa.substring(0, point) + mantissa.substring(point + 1);
        int scale = exponent - (mantissa.length() - point - 1);
        int first = 0;
        while (digits.charAt(first) == '0') {
            first++;
        }
        int last = digits.length();
        while (digits.charAt(last - 1) == '0') {
            last--;
            scale++;
        }
        StringBuilder out = new StringBuilder(32);
        if (value < 0) {
            out.append('-');
        }
        digits = digits.substring(first, last);
        if (digits.length() == 2) {
            // the JDK prefers the nearest of two digits where one would do
            int rounded = (Integer.parseInt(digits) + 5) / 10;
            if (rounded < 10 && Double.parseDouble(rounded + "E" + (scale + 1)) == Math.abs(value)) {
                digits = Integer.toString(rounded);
                scale++;
            }
        }
        return print(out, digits, scale).toString();
    }

    /** Prints the number digits × 10^scale. */
    private static StringBuilder print(StringBuilder out, String digits, int scale) {
        int n = digits.length();
        int exponent = scale + n - 1;
        if (scale >= 0 && exponent < n + 7) {
            return out.append(digits).repeat('0', scale);
        }
        if (scale < 0 && (scale > -7 || Math.abs(exponent) < 4)) {
            int whole = n + scale;
            return whole <= 0 ? out.append("0.").repeat('0', -whole).append(digits)
                    : out.append(digits, 0, whole).append('.').append(digits, whole, n);
        }
        out.append(digits.charAt(0));
        if (n > 1) {
            out.append('.').append(digits, 1, n);
        }
        return out.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent));
    }
}
