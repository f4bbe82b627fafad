package dev.cairn.core.module;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.ModuleRejected;
import dev.cairn.api.ServerModule;

/**
 * A server module that was read from a jar or a folder of jars into a module layer of its own, so that its libraries and its version stand
 * apart from everybody else's, and can go again. Any thread may read one in: nothing of the server is touched.
 *
 * <p>The jars are copied first, so that replacing the originals does not pull the code away from under a running module. What the server
 * has itself, modules or packages, is refused rather than shadowed: a plug-in with its own copy of the SPI would provide an interface that
 * nobody asks for.
 */
public final class PluginLayer implements AutoCloseable {
    private static final String SERVICE = ServerModule.class.getName();
    private static final int MOST_JARS = 256;
    private static final Logger LOG = LoggerFactory.getLogger(PluginLayer.class);

    private final ServiceLoader.Provider<ServerModule> provider;
    private final ServerModule module;
    private final Path origin;
    private final Path stage;

    private PluginLayer(ServiceLoader.Provider<ServerModule> provider, Path origin, Path stage) {
        this.provider = provider;
        this.module = provider.get();
        this.origin = origin;
        this.stage = stage;
    }

    /** The module that the layer is for. */
    public ServerModule module() {
        return module;
    }

    /** Makes another object of the module's class. */
    ServerModule another() {
        return provider.get();
    }

    /** The jar or folder that it was read from. */
    public Path origin() {
        return origin;
    }

    /** Deletes the copies of the jars; classes that are loaded later fail. */
    @Override
    public void close() {
        delete(stage);
    }

    /**
     * Reads a module in.
     *
     * @param path a modular jar, or a folder with one and the jars that it needs
     * @throws ModuleRejected with what is wrong: which jar, module or package
     */
    public static PluginLayer read(Path path) throws ModuleRejected {
        ModuleLayer host = ServerModule.class.getModule().getLayer();
        if (host == null) {
            throw new ModuleRejected("this server runs from the class path, where modules cannot be loaded");
        }
        Path stage = stage(path);
        boolean done = false;
        try {
            PluginLayer read = instantiate(resolve(path, stage, host), host, path, stage);
            done = true;
            return read;
        } finally {
            if (!done) {
                delete(stage);
            }
        }
    }

    private static Path stage(Path path) throws ModuleRejected {
        List<Path> jars = jars(path);
        Path stage = null;
        try {
            stage = Files.createTempDirectory("cairn-module-");
            for (Path jar : jars) {
                Files.copy(jar, stage.resolve(jar.getFileName()));
            }
            return stage;
        } catch (IOException e) {
            if (stage != null) {
                delete(stage);
            }
            throw new ModuleRejected(path + " cannot be copied: " + e, e);
        }
    }

    private static List<Path> jars(Path path) throws ModuleRejected {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw new ModuleRejected(path + " does not exist");
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(path, "*.jar")) {
            found.forEach(jars::add);
        } catch (IOException e) {
            throw new ModuleRejected(path + " cannot be read: " + e, e);
        }
        if (jars.isEmpty() || jars.size() > MOST_JARS) {
            throw new ModuleRejected(path + " holds " + jars.size() + " jars: want 1 to " + MOST_JARS);
        }
        return jars;
    }

    /** A root module, and the configuration that it needs. */
    private record Resolved(Configuration configuration, String root) {
    }

    private static Resolved resolve(Path path, Path stage, ModuleLayer host) throws ModuleRejected {
        ModuleFinder finder = ModuleFinder.of(stage);
        String root = null;
        try {
            Set<ModuleReference> found = finder.findAll();
            refuseWhatTheHostHas(found, host);
            for (ModuleReference reference : found) {
                ModuleDescriptor d = reference.descriptor();
                if (d.provides().stream().anyMatch(p -> p.service().equals(SERVICE))) {
                    if (root != null) {
                        throw new ModuleRejected(path + " holds two modules that provide " + SERVICE + ": " + root + " and " + d.name());
                    }
                    root = d.name();
                }
            }
            if (root == null) {
                throw new ModuleRejected(path + " holds no module that provides " + SERVICE + ", but " + names(found));
            }
            return new Resolved(Configuration.resolve(finder, List.of(host.configuration()), ModuleFinder.of(), Set.of(root)), root);
        } catch (FindException e) {
            throw new ModuleRejected(path + (root == null ? "" : " (module " + root + ")") + ": " + reason(e), e);
        } catch (ResolutionException e) {
            throw new ModuleRejected(path + " (module " + root + ") cannot be resolved: " + reason(e), e);
        }
    }

    private static String names(Set<ModuleReference> found) {
        return found.isEmpty() ? "no module at all" : found.stream().map(r -> r.descriptor().name()).sorted().toList().toString();
    }

    private static String reason(Exception e) {
        String message = String.valueOf(e.getMessage());
        return e.getCause() == null ? message : message + " (" + e.getCause().getMessage() + ")";
    }

    private static void refuseWhatTheHostHas(Set<ModuleReference> found, ModuleLayer host) throws ModuleRejected {
        Map<String, String> ownerOfPackage = new HashMap<>();
        for (ModuleLayer layer = host; layer != null; layer = layer.parents().isEmpty() ? null : layer.parents().getFirst()) {
            for (Module m : layer.modules()) {
                m.getPackages().forEach(p -> ownerOfPackage.put(p, m.getName()));
            }
        }
        for (ModuleReference reference : found) {
            String name = reference.descriptor().name();
            if (host.findModule(name).isPresent()) {
                throw new ModuleRejected(jar(reference) + " is module '" + name + "', which the server has itself: leave that jar out");
            }
            for (String p : reference.descriptor().packages()) {
                String owner = ownerOfPackage.get(p);
                if (owner != null) {
                    throw new ModuleRejected(jar(reference) + " has package '" + p + "', which belongs to module '" + owner
                            + "' of the server: leave that jar out, or move the package");
                }
            }
        }
    }

    private static String jar(ModuleReference reference) {
        return reference.location().map(URI::getPath).map(p -> p.substring(p.lastIndexOf('/') + 1)).orElse(reference.descriptor().name());
    }

    private static PluginLayer instantiate(Resolved resolved, ModuleLayer host, Path origin, Path stage) throws ModuleRejected {
        ModuleLayer.Controller made = ModuleLayer.defineModulesWithOneLoader(resolved.configuration(), List.of(host),
                PluginLayer.class.getClassLoader());
        ModuleLayer layer = made.layer();
        layer.modules().forEach(made::enableNativeAccess);
        try {
            for (ServiceLoader.Provider<ServerModule> p : ServiceLoader.load(layer, ServerModule.class).stream().toList()) {
                if (layer.equals(p.type().getModule().getLayer())) {
                    return new PluginLayer(p, origin, stage);
                }
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new ModuleRejected("module " + resolved.root() + " cannot be made: " + rootOf(e), e);
        }
        throw new ModuleRejected("module " + resolved.root() + " provides nothing that can be made");
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static void delete(Path stage) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(stage)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(stage);
        } catch (IOException e) {
            LOG.warn("The copy of a module in {} cannot be deleted: {}", stage, e.getMessage());
        }
    }
}
