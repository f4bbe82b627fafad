package dev.cairn.api;

/**
 * A version of this SPI. A server accepts modules built for its major version and its minor version or a lower one.
 *
 * @param major raised when something is removed or changes meaning
 * @param minor raised when something is added
 */
public record SpiVersion(int major, int minor) {
    /** The version that this artifact defines. */
    public static final SpiVersion CURRENT = new SpiVersion(1, 0);

    /** Whether a server of this version runs a module built for {@code other}. */
    public boolean accepts(SpiVersion other) {
        return major == other.major && minor >= other.minor;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
