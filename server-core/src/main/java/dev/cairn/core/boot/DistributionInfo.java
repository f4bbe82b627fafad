package dev.cairn.core.boot;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;

import dev.cairn.core.config.ConfigFile;
import dev.cairn.core.config.ConfigSyntax;

/**
 * Which distribution the server belongs to, as {@code lib/distribution.properties} beside its jars says. Without that file, as in an
 * embedded server, it is plain Cairn.
 *
 * @param name the distribution's name
 * @param version its version
 * @param loadsModules whether modules may be added to those of {@code lib/}: by {@code plugins/}, {@code loadmodule} and MODULE LOAD.
 *        Otherwise MODULE does not exist
 * @param packsCache whether its cache of loaded classes is kept compressed: a third of the disk for a tenth of a second at each start
 */
public record DistributionInfo(String name, String version, boolean loadsModules, boolean packsCache) {
    /** The distribution in the folder that the launcher names by the property {@code cairn.home}. */
    public static DistributionInfo read() throws BootFailure {
        String home = System.getProperty("cairn.home", "");
        return home.isEmpty() ? plain() : read(Path.of(home));
    }

    /** The distribution in a folder. */
    static DistributionInfo read(Path home) throws BootFailure {
        Path file = home.resolve("lib/distribution.properties");
        Properties said = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            said.load(in);
        } catch (NoSuchFileException e) {
            return plain();
        } catch (IOException | IllegalArgumentException e) {
            throw new BootFailure("Can't read " + file + ", which says what distribution this is: " + e.getMessage(), 1, e);
        }
        return new DistributionInfo(said.getProperty("name", "cairn"), said.getProperty("version", Version.version()),
                yes(file, said, "loads-modules", "yes"), yes(file, said, "packs-cache", "no"));
    }

    private static boolean yes(Path file, Properties said, String key, String otherwise) throws BootFailure {
        String value = said.getProperty(key, otherwise);
        if (!value.equals("yes") && !value.equals("no")) {
            throw new BootFailure(file + ": " + key + " is '" + value + "', want yes or no");
        }
        return value.equals("yes");
    }

    /**
     * Gives a reader of the configuration what the distribution has in place of the built-in defaults: the lines of
     * {@code lib/defaults.conf}, if it is there. It is to be read before anything of the operator.
     */
    public static void readDefaults(ConfigFile reader) throws BootFailure {
        String home = System.getProperty("cairn.home", "");
        if (home.isEmpty()) {
            return;
        }
        Path file = Path.of(home).resolve("lib/defaults.conf");
        try {
            reader.text(file.toString(), ConfigSyntax.byteString(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            // Most distributions have none.
        } catch (IOException e) {
            throw new BootFailure("Can't read " + file + ", the distribution's defaults of options: " + e.getMessage(), 1, e);
        }
    }

    private static DistributionInfo plain() {
        return new DistributionInfo("cairn", Version.version(), true, false);
    }
}
