package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import dev.cairn.api.command.CommandError;

class SizeLimitTest {
    private final SizeLimit limit = new SizeLimit();

    @Test
    void allows512MegabytesByDefault() {
        assertEquals(512 << 20, limit.sum((512 << 20) - 3, 3));
        assertThrows(CommandError.class, () -> limit.sum((512 << 20) - 3, 4));
    }

    @Test
    void refusesWhatOverflowsALong() {
        assertThrows(CommandError.class, () -> limit.sum(Long.MAX_VALUE, 1));
    }
}
