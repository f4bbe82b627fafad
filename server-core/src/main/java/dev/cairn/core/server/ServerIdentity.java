package dev.cairn.core.server;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleInfo;
import dev.cairn.structures.Entropy;

/** Who this server is: what INFO tells and the boot knows. Main thread. */
public final class ServerIdentity {
    /** Forty hexadecimal digits that no other run of a server has. */
    public final String runId = randomId();
    /** Forty hexadecimal digits that name the history of this server's data. */
    public String replicationId = randomId();
    /** The path of what started the server, empty when unknown. */
    public String executable = "";
    /** The absolute path of the configuration file, null when there is none. */
    public @Nullable Path configFile;
    /** Who supervises the process: {@code no}, {@code systemd}, {@code upstart} or {@code unknown}. */
    public String supervised = "no";
    /**
     * A module that is loaded.
     *
     * @param info who it is
     * @param path where it comes from
     * @param arguments what it was given to read
     * @param filters how many filters of commands it has
     * @param usedBy the names of the modules that use its APIs
     * @param using the names of the modules whose APIs it uses
     */
    public record Loaded(ModuleInfo info, String path, List<String> arguments, int filters, List<String> usedBy, List<String> using) {
    }

    /** Gives the modules that are loaded. */
    public Supplier<Collection<Loaded>> modules = List::of;
    /** Tells how many modules were unloaded. */
    public IntSupplier unloadedModules = () -> 0;
    /** Tells how many of them are still in memory. */
    public IntSupplier uncollectedModules = () -> 0;

    ServerIdentity() {
    }

    /** Names the history of the data anew. */
    public void changeReplicationId() {
        replicationId = randomId();
    }

    private static String randomId() {
        return HexFormat.of().formatHex(Entropy.bytes(20));
    }
}
