package dev.cairn.core.util;

import dev.cairn.api.command.Bytes;

/**
 * A pattern as KEYS and SCAN take it, over bytes: {@code *}, {@code ?}, {@code [abc]}, {@code [a-z]}, {@code [^x]}, and {@code \} before a
 * byte that is meant as it is. Immutable; safe on any thread.
 *
 * <p>Only the latest {@code *} is ever tried again. Each element between two stars takes one byte, so where what follows the latest star
 * fits nowhere in the rest of the text, a longer match of an earlier star leaves less text and fails, too. Matching therefore takes at most
 * the product of both lengths in steps, whatever the pattern. As in Redis, a pattern of more than {@value #MAX_STARS} separate stars that
 * have something after them matches nothing that gets so far, and only an empty pattern matches an empty text.
 */
public final class Glob {
    private static final int MAX_STARS = 1000;
    private static final int MISMATCH = -1;

    private final byte[] pattern;

    private Glob(byte[] pattern) {
        this.pattern = pattern;
    }

    /** The pattern of the given bytes, which are copied. Any bytes are a pattern: a set that is not closed ends with the pattern. */
    public static Glob of(Bytes pattern) {
        return new Glob(pattern.toArray());
    }

    /** Whether every text matches, the empty one included: the pattern {@code *}. */
    public boolean matchesAll() {
        return pattern.length == 1 && pattern[0] == '*';
    }

    /** Whether the pattern matches no other text than its own bytes. */
    public boolean isLiteral() {
        for (byte b : pattern) {
            if (b == '*' || b == '?' || b == '[' || b == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Whether the whole text matches the pattern; {@link #matchesAll} is for the caller to ask first. */
    public boolean matches(Bytes text) {
        int end = text.length();
        if (end == 0) {
            return pattern.length == 0;
        }
        int p = 0;
        int t = 0;
        int afterStar = -1;
        int starText = 0;
        int stars = 0;
        while (t < end) {
            if (p < pattern.length && pattern[p] == '*') {
                p = afterStars(p);
                if (p == pattern.length) {
                    return true;
                }
                if (++stars > MAX_STARS) {
                    return false;
                }
                afterStar = p;
                starText = t;
                continue;
            }
            int next = p < pattern.length ? element(p, text.at(t)) : MISMATCH;
            if (next != MISMATCH) {
                p = next;
                t++;
            } else if (afterStar >= 0) {
                p = afterStar;
                t = ++starText;
            } else {
                return false;
            }
        }
        return afterStars(p) == pattern.length;
    }

    private int afterStars(int from) {
        int p = from;
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p;
    }

    /** Matches one byte against the element at {@code p}; returns where the next element begins, or {@link #MISMATCH}. */
    private int element(int p, byte c) {
        return switch (pattern[p]) {
            case '?' -> p + 1;
            case '[' -> set(p + 1, c);
            case '\\' -> literal(p + 1 < pattern.length ? p + 1 : p, c);
            default -> literal(p, c);
        };
    }

    private int literal(int p, byte c) {
        return pattern[p] == c ? p + 1 : MISMATCH;
    }

    /** Matches one byte against the set whose members begin at {@code from}. */
    private int set(int from, byte c) {
        boolean negated = from < pattern.length && pattern[from] == '^';
        boolean found = false;
        int p = negated ? from + 1 : from;
        while (p < pattern.length && pattern[p] != ']') {
            int left = pattern.length - p;
            if (pattern[p] == '\\' && left >= 2) {
                found |= pattern[p + 1] == c;
                p += 2;
            } else if (left >= 3 && pattern[p + 1] == '-') {
                found |= c >= Math.min(pattern[p], pattern[p + 2]) && c <= Math.max(pattern[p], pattern[p + 2]);
                p += 3;
            } else {
                found |= pattern[p] == c;
                p++;
            }
        }
        return found == negated ? MISMATCH : Math.min(p + 1, pattern.length);
    }

    @Override
    public String toString() {
        return Bytes.of(pattern).text();
    }
}
