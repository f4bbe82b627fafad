package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;

import dev.cairn.api.data.Slot;

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
    void countsTheIntegersThatRedisSharesAsShared() {
        assertTrue(StringType.TYPE.shared(slot(StringType.INT, 0)));
        assertTrue(StringType.TYPE.shared(slot(StringType.INT, 9999)));
        assertFalse(StringType.TYPE.shared(slot(StringType.INT, 10_000)));
        assertFalse(StringType.TYPE.shared(slot(StringType.INT, -1)));
        assertFalse(StringType.TYPE.shared(slot(StringType.RAW, 0)));
    }

    private static Slot slot(int encoding, long value) {
        return (Slot) Proxy.newProxyInstance(Slot.class.getClassLoader(), new Class<?>[]{Slot.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "encoding" -> encoding;
                    case "integer" -> value;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void callsUpTo44BytesShort() {
        assertEquals(StringType.EMBSTR, StringType.encodingOf(0));
        assertEquals(StringType.EMBSTR, StringType.encodingOf(44));
        assertEquals(StringType.RAW, StringType.encodingOf(45));
    }
}
