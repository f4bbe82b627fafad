package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void valuesStandInTheirOrderEachOnALine() {
        assertEquals("""
                {
                  "z": 1,
                  "a": [
                    "x",
                    "y"
                  ]
                }
                """, Json.of(Json.object("z", 1, "a", List.of("x", "y"))));
    }

    @Test
    void whatCannotStandInAStringIsEscaped() {
        assertEquals("\"a\\\"b\\\\c\\nd\\u0001\u00e9\"\n", Json.of("a\"b\\c\nd\u0001\u00e9"));
    }

    @Test
    void otherValuesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Json.of(new Object()));
    }
}
