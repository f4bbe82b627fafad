package dev.cairn.structures;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Unpredictable bytes from the kernel. Any thread may call it.
 *
 * <p>{@link SecureRandom} gives the same, but to find its provider costs the start of the server tens of milliseconds; it stands in where there is no
 * {@code /dev/urandom}.
 */
public final class Entropy {
    private Entropy() {
    }

    /** That many bytes. */
    public static byte[] bytes(int count) {
        try (InputStream device = new FileInputStream("/dev/urandom")) {
            byte[] bytes = device.readNBytes(count);
            if (bytes.length == count) {
                return bytes;
            }
        } catch (IOException noDevice) {
            // The other source is as good.
        }
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Eight bytes as a number. */
    public static long number() {
        return ByteBuffer.wrap(bytes(Long.BYTES)).getLong();
    }
}
