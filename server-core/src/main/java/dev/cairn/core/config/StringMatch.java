package dev.cairn.core.config;

import java.util.Locale;

/** Pattern matching as KEYS and CONFIG GET do it: {@code * ? [abc] [a-z] [^x]} and {@code \} before a character meant as it is. */
public final class StringMatch {
    private StringMatch() {}

    /** Whether CONFIG GET takes a text for a pattern. */
    static boolean hasWildcard(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    /** Whether a text matches a pattern; takes time in the product of their lengths at most. */
    public static boolean matches(String pattern, String text, boolean ignoreCase) {
        String wanted = ignoreCase ? pattern.toLowerCase(Locale.ROOT) : pattern;
        String given = ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
        int p = 0;
        int t = 0;
        int afterStar = -1;
        int starText = 0;
        while (t < given.length()) {
            if (p < wanted.length() && wanted.charAt(p) == '*') {
                afterStar = ++p;
                starText = t;
                continue;
            }
            int next = p < wanted.length() ? one(wanted, p, given.charAt(t)) : -1;
            if (next >= 0) {
                p = next;
                t++;
            } else if (afterStar >= 0) {
                p = afterStar;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < wanted.length() && wanted.charAt(p) == '*') {
            p++;
        }
        return p == wanted.length();
    }

    /** Matches one character and returns the position after what it matched in the pattern, or -1. */
    private static int one(String pattern, int p, char c) {
        switch (pattern.charAt(p)) {
            case '?' -> {
                return p + 1;
            }
            case '[' -> {
                return set(pattern, p + 1, c);
            }
            case '\\' -> {
                int at = p + 1 < pattern.length() ? p + 1 : p;
                return pattern.charAt(at) == c ? at + 1 : -1;
            }
            default -> {
                return pattern.charAt(p) == c ? p + 1 : -1;
            }
        }
    }

    /** Matches a character against the set that begins at {@code p}; one that is not closed ends with the pattern. */
    private static int set(String pattern, int p, char c) {
        boolean negated = p < pattern.length() && pattern.charAt(p) == '^';
        int at = negated ? p + 1 : p;
        boolean found = false;
        while (at < pattern.length() && pattern.charAt(at) != ']') {
            if (pattern.charAt(at) == '\\' && at + 1 < pattern.length()) {
                found |= pattern.charAt(at + 1) == c;
                at += 2;
            } else if (at + 2 < pattern.length() && pattern.charAt(at + 1) == '-') {
                char low = (char) Math.min(pattern.charAt(at), pattern.charAt(at + 2));
                char high = (char) Math.max(pattern.charAt(at), pattern.charAt(at + 2));
                found |= c >= low && c <= high;
                at += 3;
            } else {
                found |= pattern.charAt(at) == c;
                at++;
            }
        }
        return found == negated ? -1 : Math.min(at + 1, pattern.length());
    }
}
