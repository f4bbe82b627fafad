package dev.cairn.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EntropyTest {

    @Test
    void givesAsManyBytesAsAskedForAndOthersEachTime() {
        assertEquals(0, Entropy.bytes(0).length);
        byte[] first = Entropy.bytes(20);
        assertEquals(20, first.length);
        assertNotEquals(HexFormat.of().formatHex(first), HexFormat.of().formatHex(Entropy.bytes(20)));
        assertNotEquals(Entropy.number(), Entropy.number());
    }
}
