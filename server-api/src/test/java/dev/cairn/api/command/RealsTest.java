package dev.cairn.api.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RealsTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "-12, -12", "1.5, 1.5", ".5, 0.5", "5., 5", "+3, 3", "1e3, 1000", "1E-2, 0.01", "0x10, 16", "0X1p4, 16",
            "0x.8, 0.5",
            "inf, Infinity", "-Infinity, -Infinity", "+INF, Infinity", "007, 7", "123456789012345678901234567890, 1.2345678901234568E29",
            "0e-9999, 0", "4.9406564584124654417656879286822137236505980e-324, NaN", "0.0000, 0"})
    void readsNumbersAsStrtodDoes(String text, double value) {
        assertEquals(value, Reals.parse(Bytes.of(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1 ", "nan", "1,5", "1.5.1", ".", "e5", "1e", "1e+", "0x", "0x.", "0x1p", "--1", "+-1", "1d", "1f",
            "infin",
            "1e400", "-1e400", "1e-400", "١", "1_0", "0b1"})
    void refusesWhatIsNoNumberOrNotOneOfADouble(String text) {
        assertTrue(Double.isNaN(Reals.parse(Bytes.of(text))));
    }

    @Test
    void roundsTimeoutsUpToMilliseconds() {
        assertEquals(0, Timeouts.seconds(Bytes.of("0"), 1));
        assertEquals(0, Timeouts.seconds(Bytes.of("-0.0001"), 1));
        assertEquals(1, Timeouts.seconds(Bytes.of("0.0001"), 1));
        assertEquals(1500, Timeouts.seconds(Bytes.of("1.5"), 1));
        assertEquals(16_000, Timeouts.seconds(Bytes.of("0x10"), 1));
    }

    @ParameterizedTest
    @CsvSource({"abc, timeout is not a float or out of range", "'', timeout is not a float or out of range", "-1, timeout is negative",
            "-inf, timeout is negative", "inf, timeout is out of range", "9223372036854775807, timeout is out of range",
            "9223372036854775, timeout is out of range"})
    void refusesTimeoutsWithTheirReason(String text, String reason) {
        CommandError error = assertThrows(CommandError.class, () -> Timeouts.seconds(Bytes.of(text), 1_700_000_000_000L));
        assertEquals(reason, error.sentence());
    }
}
