package dev.cairn.core.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfigSyntaxTest {
    private static List<String> split(String line) {
        return ConfigSyntax.split(line).orElseThrow();
    }

    @Test
    void splitsAtWhiteSpace() {
        assertEquals(List.of("save", "900", "1"), split("  save\t900   1 \r\n"));
        assertEquals(List.of(), split(" \t\r\n"));
        assertEquals(List.of(), split(""));
    }

    @Test
    void readsEscapesInDoubleQuotes() {
        assertEquals(List.of("a", "x y", "\n\r\t\b\u0007", "\\\"q"), split("a \"x y\" \"\\n\\r\\t\\b\\a\" \"\\\\\\\"\\q\""));
        assertEquals(List.of("\u0000\u00ff\u00Ab"), split("\"\\x00\\xff\\xAb\""));
        assertEquals(List.of("xg1", "x1"), split("\"\\xg1\" \"\\x1\""));
        assertEquals(List.of(""), split("\"\""));
    }

    @Test
    void readsOnlyTheQuoteAsEscapeInSingleQuotes() {
        assertEquals(List.of("it's", "a\\nb", ""), split("'it\\'s' 'a\\nb' ''"));
    }

    @Test
    void joinsAQuotedPartToTheTextBeforeIt() {
        assertEquals(List.of("foobar baz"), split("foo\"bar baz\""));
        assertEquals(List.of("ab"), split("a'b'"));
    }

    @Test
    void refusesUnbalancedQuotes() {
        for (String line : List.of("\"a", "'a", "\"a\"b", "'a'b", "\"a\\\"", "\"", "a \"b\"'c'", "\"\\")) {
            assertEquals(Optional.empty(), ConfigSyntax.split(line), line);
        }
    }

    @Test
    void endsALineAtAZeroByteAndKeepsVerticalTabsInsideWords() {
        assertEquals(List.of("a"), split("a\0b"));
        assertEquals(List.of("a\u000bb", "c"), split("a\u000bb \u000bc"));
    }

    @Test
    void splitsBackWhatItQuoted() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            String value = ConfigSyntax.byteString(bytes);
            assertEquals(List.of(value), split(ConfigSyntax.quote(value)));
            assertEquals(List.of(value), split(ConfigSyntax.quoteIfNeeded(value)));
            assertArrayEquals(bytes, ConfigSyntax.bytes(value));
        }
        assertEquals("\"a\\\"\\\\\\n\\x00\\xff~\"", ConfigSyntax.quote("a\"\\\n\u0000\u00ff~"));
        assertEquals("plain-1", ConfigSyntax.quoteIfNeeded("plain-1"));
        assertEquals("\"\"", ConfigSyntax.quoteIfNeeded(""));
    }

    @Test
    void readsMemorySizes() {
        assertEquals(1024, ConfigSyntax.memory("1024"));
        assertEquals(7, ConfigSyntax.memory("7B"));
        assertEquals(1000, ConfigSyntax.memory("1k"));
        assertEquals(1024, ConfigSyntax.memory("1Kb"));
        assertEquals(64L << 20, ConfigSyntax.memory("64mb"));
        assertEquals(3_000_000, ConfigSyntax.memory("3M"));
        assertEquals(2_000_000_000L, ConfigSyntax.memory("2g"));
        assertEquals(5L << 30, ConfigSyntax.memory("5GB"));
        assertEquals(0, ConfigSyntax.memory("0"));
        assertEquals(0, ConfigSyntax.memory(""));
        for (String bad : List.of("-1", "1tb", "1.5mb", "mb1", "1 mb", "10%", "99999999999999999999", "9999999999gb")) {
            assertThrows(NumberFormatException.class, () -> ConfigSyntax.memory(bad), bad);
        }
    }

    @Test
    void readsPercentages() {
        assertTrue(ConfigSyntax.isPercentage("20%"));
        assertEquals(20, ConfigSyntax.percentage("20%"));
        for (String bad : List.of("%", "20", "-2%", "+2%", "x%", "2%%")) {
            assertThrows(NumberFormatException.class, () -> ConfigSyntax.percentage(bad), bad);
        }
    }

    @Test
    void writesSizesWithTheLargestUnitThatFits() {
        assertEquals("64mb", ConfigSyntax.formatMemory(64L << 20));
        assertEquals("1gb", ConfigSyntax.formatMemory(1L << 30));
        assertEquals("3kb", ConfigSyntax.formatMemory(3072));
        assertEquals("1000", ConfigSyntax.formatMemory(1000));
        assertEquals("0", ConfigSyntax.formatMemory(0));
    }

    @Test
    void keepsTextAsUtf8Bytes() {
        assertEquals("ключ", ConfigSyntax.text(ConfigSyntax.byteString("ключ")));
        assertEquals(8, ConfigSyntax.byteString("ключ").length());
    }
}
