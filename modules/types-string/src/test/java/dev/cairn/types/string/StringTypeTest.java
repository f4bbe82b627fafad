package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StringTypeTest {
    @Test
    void countsTheDigitsOfEveryMagnitude() {
        long power = 1;
        for (int digits = 0; digits < 19; digits++) {
            for (long value : new long[]{power - 1, power, power + 1, -power, -power + 1, -power - 1}) {
                assertEquals(Long.toString(value).length(), StringType.decimalLength(value));
            }
            power *= 10;
        }
        assertEquals(20, StringType.decimalLength(Long.MIN_VALUE));
        assertEquals(19, StringType.decimalLength(Long.MAX_VALUE));
    }

    @Test
    void callsUpTo44BytesShort() {
        assertEquals(StringType.EMBSTR, StringType.encodingOf(0));
        assertEquals(StringType.EMBSTR, StringType.encodingOf(44));
        assertEquals(StringType.RAW, StringType.encodingOf(45));
    }
}
