package dev.cairn.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.api.command.Bytes;

class LongDoubleTest {
    @Test
    void addsAsRedisDoes() {
        List<String> wrong = new ArrayList<>();
        List<String> lines = recorded();
        for (String line : lines) {
            String[] words = line.split("\t", -1);
            String sum = sum(words[0], words[1]);
            if (!sum.equals(words[2])) {
                wrong.add(line + " but was " + sum);
            }
        }
        assertEquals(1200, lines.size());
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @CsvSource({"3.0e3, 3000", "0x1p-4, 0.0625", "0X.8, 0.5", "-0, 0", "-1e-30, 0", "1e-17, 0.00000000000000001", "+5, 5", ".5, 0.5",
            "5., 5",
            "0.1, 0.1", "18446744073709551615, 18446744073709551615", "36893488147419103233, 36893488147419103232", "-InFinity, -inf",
            "inf, inf",
            "0e99999999999, 0"})
    void readsAndPrints(String text, String printed) {
        assertEquals(printed, String.valueOf(LongDouble.parse(Bytes.of(text))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1 ", "nan", "nan(1)", "+-1", "1e", "1e+", ".", "0x", "0x.", "0x1p", "1__", "1d", "1e4933", "1e-4952",
            "1e99999999999", "1e-99999999999", "infin", "1,5", "1.5.1", "\t1", "\u0661"})
    void refusesWhatIsNoNumber(String text) {
        assertNull(LongDouble.parse(Bytes.of(text)));
    }

    @Test
    void readsTextsUpTo5119Bytes() {
        assertNotNull(LongDouble.parse(Bytes.of("0".repeat(5119))));
        assertNull(LongDouble.parse(Bytes.of("0".repeat(5120))));
    }

    @Test
    void keepsEveryLong() {
        for (long value : new long[]{0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62}) {
            assertEquals(Long.toString(value), LongDouble.of(value).toString());
        }
    }

    @Test
    void hasNoSumWhereItIsNotFinite() {
        LongDouble infinity = LongDouble.parse(Bytes.of("inf"));
        LongDouble greatest = LongDouble.parse(Bytes.of("1.18973149535723176502e4932"));
        assertNotNull(infinity);
        assertNotNull(greatest);
        assertTrue(infinity.isInfinite());
        assertNull(infinity.plus(LongDouble.ZERO));
        assertNull(greatest.plus(greatest));
    }

    private static String sum(String value, String increment) {
        LongDouble a = LongDouble.parse(Bytes.of(value));
        LongDouble b = LongDouble.parse(Bytes.of(increment));
        if (a == null || b == null) {
            return "NOTFLOAT";
        }
        LongDouble sum = a.plus(b);
        return sum == null ? "NOTFINITE" : sum.toString();
    }

    private static List<String> recorded() {
        InputStream file = LongDoubleTest.class.getResourceAsStream("incrbyfloat.tsv");
        assertNotNull(file);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return in.lines().skip(1).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
