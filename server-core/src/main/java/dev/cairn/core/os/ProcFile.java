package dev.cairn.core.os;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads files under {@code /proc} and {@code /sys}. Those have no size, and many are whole only for a reader that starts at 0 and asks for
 * all at once; {@link java.nio.file.Files#readString} asks for a single byte first and gets the first digit of a number.
 */
public final class ProcFile {
    private ProcFile() {}

    /** The text of a file, byte for char. */
    public static String read(Path file) throws IOException {
        try (InputStream in = new FileInputStream(file.toFile())) {
            byte[] bytes = new byte[8192];
            int length = 0;
            while (true) {
                int n = in.read(bytes, length, bytes.length - length);
                if (n < 0) {
                    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
                }
                length += n;
                if (length == bytes.length) {
                    bytes = Arrays.copyOf(bytes, 2 * length);
                }
            }
        }
    }
}
