package dev.cairn.core.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.cairn.core.os.ProcessStats;

/** The text of INFO: sections, numbers, amounts of memory. */
class InfoTextTest {
    private static final Registration CORE = new Registration("core");

    private static InfoSections sections() {
        InfoSections sections = new InfoSections();
        assertTrue(sections.add(CORE, "First", true, out -> out.field("a", 1).field("b", 2.5, 2)));
        assertTrue(sections.add(CORE, "Second", false, out -> out.field("c", "x")));
        assertTrue(sections.add(CORE, "Third", true, out -> out.field("d", 3)));
        return sections;
    }

    @Test
    void showsTheDefaultSectionsWithAnEmptyLineBetween() {
        assertEquals("# First\r\na:1\r\nb:2.50\r\n\r\n# Third\r\nd:3\r\n", sections().text(List.of()));
    }

    @Test
    void addsNamedSectionsToTheDefaultOnes() {
        assertEquals("# First\r\na:1\r\nb:2.50\r\n\r\n# Second\r\nc:x\r\n\r\n# Third\r\nd:3\r\n",
                sections().text(List.of("default", "second")));
        assertEquals(sections().text(List.of("all")), sections().text(List.of("default", "second")));
    }

    @Test
    void saysNothingOfAnUnknownSection() {
        assertEquals("", sections().text(List.of("nosuch")));
    }

    @Test
    void refusesATitleThatIsTaken() {
        assertFalse(sections().add(CORE, "FIRST", true, out -> {
        }));
    }

    @Test
    void writesDecimalsWithAllTheirPlaces() {
        assertEquals("0.00", FixedPoint.text(0, 2));
        assertEquals("1.05", FixedPoint.text(1.05, 2));
        assertEquals("-0.50", FixedPoint.text(-0.5, 2));
        assertEquals("0.00", FixedPoint.text(-0.001, 2));
        assertEquals("3", FixedPoint.text(2.5, 0));
        assertEquals("12.000034", FixedPoint.text(12.000034, 6));
    }

    @Test
    void writesAmountsOfMemoryForPeople() {
        assertEquals("0B", FixedPoint.bytes(0));
        assertEquals("1023B", FixedPoint.bytes(1023));
        assertEquals("1.00K", FixedPoint.bytes(1024));
        assertEquals("1.50M", FixedPoint.bytes(3 << 19));
        assertEquals("2.00G", FixedPoint.bytes(2L << 30));
    }

    @Test
    void knowsWhatTheProcessUses() {
        assertTrue(ProcessStats.residentBytes() > 1 << 20);
        assertTrue(ProcessStats.systemBytes() >= ProcessStats.residentBytes());
        assertTrue(ProcessStats.cpu(ProcessStats.Who.PROCESS).userMicros() > 0);
    }
}
