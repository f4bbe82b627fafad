package dev.cairn.resp;

import dev.cairn.structures.Memory;

/**
 * Splits an inline command into arguments by the rules of Redis: white space separates; in double quotes {@code \n \r \t \b \a \xHH} and any other
 * escaped character stand for themselves or a byte; in single quotes {@code \'} is a quote; a closing quote must be followed by white space or the end.
 *
 * <p>An argument without quotes stays where it is; others are unquoted into the batch's scratch memory.
 */
final class InlineSplitter {
    private InlineSplitter() {
    }

    /** Appends the line's arguments to the batch, uncommitted; returns the place after the last, or -1 if quotes are unbalanced. */
    static int split(long line, int length, RequestBatch batch) {
        int place = batch.arguments;
        long end = line + length;
        long p = line;
        while (true) {
            while (p < end && space(Memory.getByte(p))) {
                p++;
            }
            if (p == end) {
                return place;
            }
            batch.reserve(place, 1);
            long q = plain(p, end);
            if (q == end || space(Memory.getByte(q))) {
                batch.addresses[place] = p;
                batch.lengths[place++] = (int) (q - p);
                p = q;
            } else {
                int reserved = (int) (end - p);
                long target = batch.scratch(reserved);
                batch.addresses[place] = target;
                p = unquote(p, end, target, batch, place++);
                if (p < 0) {
                    return -1;
                }
                batch.unused(reserved - batch.lengths[place - 1]);
            }
        }
    }

    private static long plain(long from, long end) {
        long p = from;
        while (p < end) {
            byte c = Memory.getByte(p);
            if (c == '"' || c == '\'' || wordEnd(c)) {
                break;
            }
            p++;
        }
        return p;
    }

    /* Vertical tabs and form feeds are skipped between words but do not end one. */
    private static boolean wordEnd(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private static boolean space(byte c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** Writes an argument without its quotes to the target and sets its length; returns the address after it, or -1. */
    private static long unquote(long from, long end, long target, RequestBatch batch, int place) {
        long p = from;
        long out = target;
        byte quote = 0;
        while (true) {
            if (p == end) {
                if (quote != 0) {
                    return -1;
                }
                break;
            }
            byte c = Memory.getByte(p++);
            if (quote == 0) {
                if (wordEnd(c)) {
                    break;
                }
                if (c == '"' || c == '\'') {
                    quote = c;
                } else {
                    Memory.putByte(out++, c);
                }
            } else if (c == quote) {
                if (p < end && !space(Memory.getByte(p))) {
                    return -1;
                }
                break;
            } else if (c == '\\' && quote == '"' && end - p >= 3 && Memory.getByte(p) == 'x' && hex(p + 1) >= 0 && hex(p + 2) >= 0) {
                Memory.putByte(out++, hex(p + 1) << 4 | hex(p + 2));
                p += 3;
            } else if (c == '\\' && p < end && (quote == '"' || Memory.getByte(p) == '\'')) {
                byte escaped = Memory.getByte(p++);
                Memory.putByte(out++, quote == '"' ? escape(escaped) : escaped);
            } else {
                Memory.putByte(out++, c);
            }
        }
        batch.lengths[place] = (int) (out - target);
        return p;
    }

    private static int hex(long p) {
        return Character.digit(Memory.getByte(p), 16);
    }

    private static byte escape(byte c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }
}
