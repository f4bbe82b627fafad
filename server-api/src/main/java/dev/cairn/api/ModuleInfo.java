package dev.cairn.api;

/**
 * Who a module is.
 *
 * @param name the unique name, lower case letters, digits and {@code -}; also the prefix of the module's own options
 * @param version the module's version, larger is newer, at least 1
 * @param builtFor the version of this SPI that the module was compiled against
 */
public record ModuleInfo(String name, int version, SpiVersion builtFor) {
    public ModuleInfo {
        if (!name.matches("[a-z0-9][a-z0-9-]*")) {
            throw new IllegalArgumentException("module name '" + name + "': want lower case letters, digits and '-'");
        }
        if (version < 1) {
            throw new IllegalArgumentException("module version " + version + ": want 1 or more");
        }
    }

    /** A module compiled against the SPI that it is now running with, as the server's own modules are. */
    public static ModuleInfo of(String name, int version) {
        return new ModuleInfo(name, version, SpiVersion.CURRENT);
    }
}
