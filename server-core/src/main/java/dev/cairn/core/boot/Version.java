package dev.cairn.core.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Cairn's version and build, as the build wrote them into a resource. */
public final class Version {
    private static final String UNKNOWN = "0.0.0";
    private static final String[] LINES = read();

    private Version() {}

    /** The version, such as {@code 0.1.0}. */
    public static String version() {
        return value(0, UNKNOWN).replace("-SNAPSHOT", "");
    }

    /** The first digits of the commit, or zeros outside a checkout. */
    public static String sha() {
        return value(1, "00000000");
    }

    /** Whether the build had changes that no commit has. */
    public static boolean dirty() {
        return !value(2, "0").equals("0");
    }

    /** A number that tells builds apart, in hexadecimal. */
    public static String buildId() {
        CRC32C crc = new CRC32C();
        crc.update(String.join("\n", LINES).getBytes(StandardCharsets.UTF_8));
        return Long.toHexString((crc.getValue() << 32 | String.join("/", LINES).hashCode() & 0xffffffffL));
    }

    /** What {@code --version} prints: {@code Cairn server v=0.1.0 sha=00000000:0 malloc=cairn bits=64 build=…}. */
    public static String line() {
        return "Cairn server v=" + version() + " sha=" + sha() + ":" + (dirty() ? 1 : 0) + " malloc=cairn bits=64 build=" + buildId();
    }

    private static String value(int index, String otherwise) {
        String value = index < LINES.length ? LINES[index].strip() : "";
        return value.isEmpty() || value.startsWith("${") ? otherwise : value;
    }

    private static String[] read() {
        try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
            return in == null ? new String[0] : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n");
        } catch (IOException e) {
            // Without its resource the server still runs, as version 0.0.0.
            return new String[0];
        }
    }
}
