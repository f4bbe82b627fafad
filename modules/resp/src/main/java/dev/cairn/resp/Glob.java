package dev.cairn.resp;

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

    private final Bytes pattern;

    private Glob(Bytes pattern) {
        this.pattern = pattern;
    }

    /** The pattern of the given bytes, which are copied. Any bytes are a pattern: a set that is not closed ends with the pattern. */
    public static Glob of(Bytes pattern) {
        return new Glob(Bytes.of(pattern.toArray()));
    }

    /** Whether every text matches, the empty one included: the pattern {@code *}. */
    public boolean matchesAll() {
        return pattern.length() == 1 && pattern.at(0) == '*';
    }

    /** Whether the pattern matches no other text than its own bytes. */
    public boolean isLiteral() {
        for (int i = 0; i < pattern.length(); i++) {
            if (!isPlain(pattern.at(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a byte stands for itself wherever it is in a pattern, but inside a set. */
    public static boolean isPlain(byte b) {
        return b != '*' && b != '?' && b != '[' && b != '\\';
    }

    /** Whether the whole text matches the pattern; {@link #matchesAll} is for the caller to ask first. */
    public boolean matches(Bytes text) {
        return matches(pattern, text);
    }

    /** Whether the whole text matches a pattern; nothing is allocated. */
    public static boolean matches(Bytes pattern, Bytes text) {
        int length = pattern.length();
        int end = text.length();
        if (end == 0) {
            return length == 0;
        }
        int p = 0;
        int t = 0;
        int afterStar = -1;
        int starText = 0;
        int stars = 0;
        while (t < end) {
            if (p < length && pattern.at(p) == '*') {
                p = afterStars(pattern, p);
                if (p == length) {
                    return true;
                }
                if (++stars > MAX_STARS) {
                    return false;
                }
                afterStar = p;
                starText = t;
                continue;
            }
            int next = p < length ? element(pattern, p, text.at(t)) : MISMATCH;
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
        return afterStars(pattern, p) == length;
    }

    private static int afterStars(Bytes pattern, int from) {
        int p = from;
        while (p < pattern.length() && pattern.at(p) == '*') {
            p++;
        }
        return p;
    }

    /** Matches one byte against the element at {@code p}; returns where the next element begins, or {@link #MISMATCH}. */
    private static int element(Bytes pattern, int p, byte c) {
        return switch (pattern.at(p)) {
            case '?' -> p + 1;
            case '[' -> set(pattern, p + 1, c);
            case '\\' -> literal(pattern, p + 1 < pattern.length() ? p + 1 : p, c);
            default -> literal(pattern, p, c);
        };
    }

    private static int literal(Bytes pattern, int p, byte c) {
        return pattern.at(p) == c ? p + 1 : MISMATCH;
    }

    /** Matches one byte against the set whose members begin at {@code from}. */
    private static int set(Bytes pattern, int from, byte c) {
        boolean negated = from < pattern.length() && pattern.at(from) == '^';
        boolean found = false;
        int p = negated ? from + 1 : from;
        while (p < pattern.length() && pattern.at(p) != ']') {
            int next = afterMember(pattern, p);
            byte first = pattern.at(p);
            if (next - p == 3) {
                byte last = pattern.at(p + 2);
                found |= c >= Math.min(first, last) && c <= Math.max(first, last);
            } else {
                found |= pattern.at(next - 1) == c;
            }
            p = next;
        }
        return found == negated ? MISMATCH : Math.min(p + 1, pattern.length());
    }

    /** Where the member of a set after the one at {@code p} begins: a range has three bytes, one with a backslash two. */
    private static int afterMember(Bytes pattern, int p) {
        int left = pattern.length() - p;
        if (pattern.at(p) == '\\' && left >= 2) {
            return p + 2;
        }
        return left >= 3 && pattern.at(p + 1) == '-' ? p + 3 : p + 1;
    }

    /** Where the element after the one at {@code p} begins. */
    public static int afterElement(Bytes pattern, int p) {
        int length = pattern.length();
        switch (pattern.at(p)) {
            case '\\' -> {
                return Math.min(p + 2, length);
            }
            case '[' -> {
                int q = p + 1 < length && pattern.at(p + 1) == '^' ? p + 2 : p + 1;
                while (q < length && pattern.at(q) != ']') {
                    q = afterMember(pattern, q);
                }
                return Math.min(q + 1, length);
            }
            default -> {
                return p + 1;
            }
        }
    }

    @Override
    public String toString() {
        return pattern.text();
    }
}
