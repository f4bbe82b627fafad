package dev.cairn.core.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.api.ServerModule;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.server.Server;

/** What it does once it is loaded is seen by {@code cairn cache}, which fails when the module does. */
class TrainingModuleTest {
    @TempDir Path folder;

    @Test
    void isAModuleWithATypeAndACommand() throws Exception {
        Path jar = TrainingModule.write(folder, 2);
        ModuleDescriptor descriptor = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
        ModuleDescriptor.Provides provides = descriptor.provides().iterator().next();
        assertEquals(ServerModule.class.getName(), provides.service());
        try (URLClassLoader loader = new URLClassLoader(new URL[]{jar.toUri().toURL()}, getClass().getClassLoader())) {
            ServerModule module = loader.loadClass(provides.providers().getFirst()).asSubclass(ServerModule.class).getConstructor()
                    .newInstance();
            assertEquals(TrainingModule.NAME, module.info().name());
            assertEquals(2, module.info().version());
            ServerAssembly assembly = new ServerAssembly();
            assembly.modules().register(module, "test");
            Server server = assembly.makeServer();
            try {
                assertNotNull(server.commands().find(TrainingModule.COMMAND));
                assertTrue(server.databases().types().stream().anyMatch(t -> t.name().equals(TrainingModule.NAME)));
            } finally {
                server.close();
            }
        }
    }
}
