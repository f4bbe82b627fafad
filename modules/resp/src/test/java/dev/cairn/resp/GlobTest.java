package dev.cairn.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.cairn.api.command.Bytes;

class GlobTest {
    private static boolean matches(String pattern, String text) {
        return Glob.of(Bytes.of(pattern)).matches(Bytes.of(text));
    }

    private static void assertMatches(String pattern, String... texts) {
        for (String text : texts) {
            assertTrue(matches(pattern, text), pattern + " and " + text);
        }
    }

    private static void assertNoMatch(String pattern, String... texts) {
        for (String text : texts) {
            assertFalse(matches(pattern, text), pattern + " and " + text);
        }
    }

    @Test
    void matchesStarsAndQuestionMarks() {
        assertMatches("h?llo", "hello", "hallo");
        assertNoMatch("h?llo", "hllo", "heello", "hello!");
        assertMatches("h*llo", "hllo", "heeeello", "hllollo");
        assertMatches("*a*b**c", "abc", "xaxbxc", "aabbcc", "abcabc");
        assertNoMatch("*a*b*c", "acb", "abcd", "bc");
        assertMatches("foo***", "foo", "foobar");
    }

    @Test
    void matchesSets() {
        assertMatches("[abc]x", "ax", "bx", "cx");
        assertNoMatch("[abc]x", "dx", "x", "abx");
        assertMatches("[^a-c]x", "dx", "-x");
        assertNoMatch("[^a-c]x", "ax", "bx", "cx");
        assertMatches("[c-a]", "b");
        assertMatches("[a-]", "a", "]", "_");
        assertNoMatch("[a-]", "-");
        assertMatches("[\\]]", "]");
        assertMatches("[\\-x]", "-", "x");
        assertNoMatch("[]a", "]a", "a");
        assertMatches("[^]", "x");
    }

    @Test
    void endsAnOpenSetWithThePattern() {
        assertMatches("a[bc", "ab", "ac");
        assertNoMatch("a[bc", "a[bc", "a");
        assertMatches("a[\\", "a\\");
        assertNoMatch("a[", "a", "a[", "ab");
        assertMatches("a[^", "ab");
    }

    @Test
    void takesEscapedBytesAsTheyAre() {
        assertMatches("\\*", "*");
        assertNoMatch("\\*", "x", "\\*");
        assertMatches("a\\", "a\\");
        assertMatches("\\[ab]", "[ab]");
    }

    @Test
    void comparesBytesOfARangeAsSigned() {
        byte[] high = {(byte) 0xe9};
        assertTrue(Glob.of(Bytes.of(new byte[]{'[', (byte) 0xe0, '-', (byte) 0xef, ']'})).matches(Bytes.of(high)));
        assertTrue(Glob.of(Bytes.of(new byte[]{'[', (byte) 0x80, '-', 'z', ']'})).matches(Bytes.of(high)));
    }

    @Test
    void matchesAnEmptyTextByAnEmptyPatternOnly() {
        assertMatches("", "");
        assertNoMatch("", "a");
        assertNoMatch("**", "");
        assertTrue(Glob.of(Bytes.of("*")).matchesAll());
        assertFalse(Glob.of(Bytes.of("**")).matchesAll());
    }

    @Test
    void knowsPatternsThatAreNone() {
        assertTrue(Glob.of(Bytes.of("key:1")).isLiteral());
        for (String pattern : new String[]{"a*", "a?", "a[b]", "a\\b"}) {
            assertFalse(Glob.of(Bytes.of(pattern)).isLiteral(), pattern);
        }
    }

    @Test
    void doesNotTakeLongForAbusivePatterns() {
        String pattern = "a*".repeat(500) + "b";
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertNoMatch(pattern, "a".repeat(50_000)));
    }

    @Test
    void givesUpAfterAThousandStars() {
        assertMatches("*?".repeat(1000), "a".repeat(1000));
        assertNoMatch("*?".repeat(1001), "a".repeat(1001));
    }

    @Test
    void agreesWithARecursiveMatcher() {
        Random random = new Random(7);
        String alphabet = "ab*?[]^-\\";
        for (int i = 0; i < 200_000; i++) {
            String pattern = word(random, alphabet, 8);
            String text = word(random, "ab-]", 6);
            boolean expected = text.isEmpty() ? pattern.isEmpty() : naive(pattern, 0, text, 0);
            assertEquals(expected, matches(pattern, text), pattern + " and " + text);
        }
    }

    private static String word(Random random, String alphabet, int max) {
        StringBuilder word = new StringBuilder();
        for (int n = random.nextInt(max + 1); n > 0; n--) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }

    private static boolean naive(String pattern, int p, String text, int t) {
        if (p == pattern.length()) {
            return t == text.length();
        }
        char c = pattern.charAt(p);
        if (c == '*') {
            return naive(pattern, p + 1, text, t) || t < text.length() && naive(pattern, p, text, t + 1);
        }
        if (t == text.length()) {
            return false;
        }
        if (c == '[') {
            int end = setEnd(pattern, p + 1);
            return inSet(pattern, p + 1, end, text.charAt(t)) && naive(pattern, Math.min(end + 1, pattern.length()), text, t + 1);
        }
        if (c == '\\' && p + 1 < pattern.length()) {
            return pattern.charAt(p + 1) == text.charAt(t) && naive(pattern, p + 2, text, t + 1);
        }
        return (c == '?' || c == text.charAt(t)) && naive(pattern, p + 1, text, t + 1);
    }

    private static int setEnd(String pattern, int from) {
        int p = from < pattern.length() && pattern.charAt(from) == '^' ? from + 1 : from;
        while (p < pattern.length() && pattern.charAt(p) != ']') {
            int left = pattern.length() - p;
            p += pattern.charAt(p) == '\\' && left >= 2 ? 2 : left >= 3 && pattern.charAt(p + 1) == '-' ? 3 : 1;
        }
        return p;
    }

    private static boolean inSet(String pattern, int from, int end, char c) {
        boolean negated = from < end && pattern.charAt(from) == '^';
        boolean found = false;
        int p = negated ? from + 1 : from;
        while (p < end) {
            int left = pattern.length() - p;
            if (pattern.charAt(p) == '\\' && left >= 2) {
                found |= pattern.charAt(p + 1) == c;
                p += 2;
            } else if (left >= 3 && pattern.charAt(p + 1) == '-') {
                char a = pattern.charAt(p);
                char b = pattern.charAt(p + 2);
                found |= c >= Math.min(a, b) && c <= Math.max(a, b);
                p += 3;
            } else {
                found |= pattern.charAt(p) == c;
                p++;
            }
        }
        return found != negated;
    }
}
