package dev.cairn.api.command;

/** Content operations over {@link Bytes} that need nothing but its accessors. */
final class Decimals {
    private Decimals() {
    }

    static boolean isLong(Bytes b) {
        int n = b.length();
        if (n == 0 || n > 20) {
            return false;
        }
        int i = b.at(0) == '-' ? 1 : 0;
        int digits = n - i;
        if (digits == 0 || digits > 19) {
            return false;
        }
        byte first = b.at(i);
        if (first == '0') {
            return n == 1;
        }
        long value = 0;
        for (; i < n; i++) {
            int d = b.at(i) - '0';
            if (d < 0 || d > 9) {
                return false;
            }
            value = value * 10 + d;
        }
        // 19 digits fit an unsigned 64-bit integer; beyond the signed range only the smallest long is left
        return value >= 0 || value == Long.MIN_VALUE && b.at(0) == '-';
    }

    static long parseLong(Bytes b) {
        if (!isLong(b)) {
            throw new NumberFormatException("not a canonical 64-bit integer: " + b);
        }
        boolean negative = b.at(0) == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < b.length(); i++) {
            value = value * 10 + (b.at(i) - '0');
        }
        return negative ? -value : value;
    }

    static boolean sameContent(Bytes a, Bytes b) {
        int n = a.length();
        if (n != b.length()) {
            return false;
        }
        for (int i = 0; i < n; i++) {
            if (a.at(i) != b.at(i)) {
                return false;
            }
        }
        return true;
    }
}
