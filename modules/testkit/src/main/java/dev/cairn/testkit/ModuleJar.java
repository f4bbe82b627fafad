package dev.cairn.testkit;

import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.cairn.api.ServerModule;

/**
 * Modules out of their jars, beside the classes of the test: so the older version of a module stands beside the newer one, whose classes have
 * the same names.
 */
public final class ModuleJar {
    private ModuleJar() {
    }

    /**
     * A new instance of the module in a jar. What the jar lacks comes from the class path of the test; classes of the jar come from there though
     * the test has others of their names.
     *
     * @throws IOException if there is no such jar, or none with exactly one provider of {@link ServerModule} in its descriptor
     */
    public static ServerModule read(Path jar) throws IOException {
        if (!Files.exists(jar)) {
            throw new IOException("there is no " + jar.toAbsolutePath());
        }
        String provider = provider(jar);
        try {
            return Class.forName(provider, true, new Own(jar)).asSubclass(ServerModule.class).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IOException(provider + " of " + jar + " cannot be made: " + e, e);
        }
    }

    private static String provider(Path jar) throws IOException {
        List<String> providers;
        try {
            providers = ModuleFinder.of(jar).findAll().stream().flatMap(m -> m.descriptor().provides().stream())
                    .filter(p -> p.service().equals(ServerModule.class.getName())).flatMap(p -> p.providers().stream()).toList();
        } catch (FindException e) {
            throw new IOException(jar + " holds no module: " + e.getMessage(), e);
        }
        if (providers.size() != 1) {
            throw new IOException(jar + " provides " + providers + " as modules, not one");
        }
        return providers.getFirst();
    }

    /** Loads the classes of a jar itself, and asks for others only then. It stays open as long as the module lives, which only the test knows. */
    private static final class Own extends URLClassLoader {
        Own(Path jar) throws MalformedURLException {
            super(new URL[]{jar.toUri().toURL()}, ModuleJar.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                boolean own = findResource(name.replace('.', '/') + ".class") != null;
                Class<?> loaded = own ? findLoadedClass(name) : super.loadClass(name, resolve);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
