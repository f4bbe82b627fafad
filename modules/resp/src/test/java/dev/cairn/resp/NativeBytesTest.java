package dev.cairn.resp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.api.command.Bytes;
import dev.cairn.structures.Memory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NativeBytesTest {
    @Test
    void readsIntegersAsHeapBytesDo() {
        Random random = new Random(3);
        List<String> fixed = List.of("", "-", "0", "-0", "00", "01", "+1", " 1", "1 ", "9223372036854775807", "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809", "18446744073709551615", "18446744073709551616", "99999999999999999999", "12345678", "1234567a",
                "a2345678",
                "1234567:", "1234567/", "-123456789012", "123456789\u00ff234567", "\u00ff", "9999999999999999999", "-9999999999999999999",
                "--1", "1-", Long.toString(Decimal.NONE), "123456789012345678",
                "12345678a12345678", "1a345678901234567", "1234567890123456a");
        for (int i = 0; i < 20_000; i++) {
            String s = i < fixed.size() ? fixed.get(i) : Long.toString(random.nextLong() >> random.nextInt(64));
            if (i % 3 == 0 && !s.isEmpty() && i >= fixed.size()) {
                int at = random.nextInt(s.length());
                s = s.substring(0, at) + (char) random.nextInt(256) + s.substring(at + 1);
            }
            byte[] bytes = s.getBytes(StandardCharsets.ISO_8859_1);
            Bytes expected = Bytes.of(bytes);
            try (Native memory = new Native(bytes)) {
                NativeBytes view = memory.view();
                assertEquals(expected.isLong(), view.isLong(), s);
                if (expected.isLong()) {
                    assertEquals(Long.parseLong(s), view.asLong());
                } else {
                    assertThrows(NumberFormatException.class, view::asLong);
                }
            }
        }
    }

    @Test
    void isEqualByContentToBytesOfAnyKind() {
        try (Native a = Native.of("some content"); Native b = Native.of("some content"); Native c = Native.of("some contenu")) {
            assertEquals(a.view(), b.view());
            assertNotEquals(a.view(), c.view());
            assertEquals(a.view(), Bytes.of("some content"));
            assertEquals(Bytes.of("some content"), a.view());
            assertEquals(Bytes.of("some content").hashCode(), a.view().hashCode());
            assertNotEquals(a.view(), Bytes.of("some conten"));
            assertEquals(Bytes.of("content"), a.view().slice(5, 12));
            assertEquals("some content", a.view().text());
        }
    }

    @Test
    void checksBounds() {
        try (Native a = Native.of("abc")) {
            NativeBytes view = a.view();
            assertEquals('c', view.at(2));
            assertThrows(IndexOutOfBoundsException.class, () -> view.at(3));
            assertThrows(IndexOutOfBoundsException.class, () -> view.slice(2, 4));
            assertThrows(IndexOutOfBoundsException.class, () -> view.copyTo(1, new byte[9], 0, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> BytesCopy.put(view, 1, a.address, 3));
        }
    }

    @Test
    void aCopyOutlivesTheMemory() {
        Native a = Native.of("abc");
        Bytes copy = a.view().retain();
        a.close();
        assertEquals("abc", copy.text());
    }

    @Test
    void settingAViewEndsItsAdoption() {
        try (Native a = Native.of("abc")) {
            NativeBytes view = a.view();
            assertFalse(view.adoptable());
            view.setAdoptable(4096);
            assertTrue(view.adoptable());
            view.take();
            assertTrue(view.taken());
            view.set(a.address, 1);
            assertFalse(view.adoptable());
            assertFalse(view.taken());
            assertEquals(0, view.mappedBytes());
        }
    }

    @Test
    void copiesBytesOfAnyKindToMemory() {
        byte[] bytes = new byte[20_000];
        new Random(4).nextBytes(bytes);
        try (Native source = new Native(bytes); Native target = new Native(new byte[bytes.length])) {
            for (Bytes b : List.of(Bytes.of(bytes), source.view())) {
                for (int n : new int[]{0, 1, 16, 17, 8192, 8193, 19_990}) {
                    BytesCopy.put(b, 7, target.address, n);
                    assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 7, 7 + n), Memory.toArray(target.address, n));
                }
            }
        }
    }
}
