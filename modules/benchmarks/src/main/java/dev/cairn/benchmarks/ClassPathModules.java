package dev.cairn.benchmarks;

import dev.cairn.api.ServerModule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The server modules on the class path. Their providers stand in module descriptors only, which nobody reads on the class path, where JMH
 * runs; so this does.
 */
final class ClassPathModules {
    private ClassPathModules() {
    }

    /** Makes all of them; transports too, which is harmless as long as nobody tells them to listen. */
    static List<ServerModule> all() throws IOException, ReflectiveOperationException {
        List<ServerModule> modules = new ArrayList<>();
        ClassLoader loader = ClassPathModules.class.getClassLoader();
        for (URL descriptor : Collections.list(loader.getResources("module-info.class"))) {
            for (ModuleDescriptor.Provides provides : read(descriptor).provides()) {
                if (provides.service().equals(ServerModule.class.getName())) {
                    for (String provider : provides.providers()) {
                        modules.add((ServerModule) Class.forName(provider, true, loader).getConstructor().newInstance());
                    }
                }
            }
        }
        return modules;
    }

    private static ModuleDescriptor read(URL descriptor) throws IOException {
        try (InputStream in = descriptor.openStream()) {
            return ModuleDescriptor.read(in);
        }
    }
}
