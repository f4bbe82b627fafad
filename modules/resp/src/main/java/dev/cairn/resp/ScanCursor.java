package dev.cairn.resp;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;

/** The cursor argument of SCAN, HSCAN, SSCAN and ZSCAN. Any thread may call it. */
public final class ScanCursor {
    private static final CommandError INVALID_CURSOR = CommandError.err("invalid cursor");

    private ScanCursor() {
    }

    /**
     * The cursor that an argument means: digits, as an unsigned integer of 64 bits. As with the {@code strtoul} of Redis, a sign may stand
     * before them, a minus counts from 2<sup>64</sup> down, nothing at all is 0, and a
     * zero byte ends it.
     *
     * @throws CommandError when it is anything else, or too large
     */
    public static long parse(Bytes argument) {
        int length = 0;
        while (length < argument.length() && argument.at(length) != 0) {
            length++;
        }
        if (length == 0) {
            return 0;
        }
        boolean negative = argument.at(0) == '-';
        int i = negative || argument.at(0) == '+' ? 1 : 0;
        if (i == length) {
            throw INVALID_CURSOR;
        }
        long value = 0;
        for (; i < length; i++) {
            int digit = argument.at(i) - '0';
            boolean overflow = Long.compareUnsigned(value, Long.divideUnsigned(-1, 10)) > 0
                    || Long.compareUnsigned(value * 10, -1L - digit) > 0;
            if (digit < 0 || digit > 9 || overflow) {
                throw INVALID_CURSOR;
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }
}
