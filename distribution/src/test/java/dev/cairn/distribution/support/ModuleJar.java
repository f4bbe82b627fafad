package dev.cairn.distribution.support;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.jspecify.annotations.NullMarked;

/** Compiles sources against the built distribution's modules and packs them into a jar, as the author of a module does. */
public final class ModuleJar {
    private ModuleJar() {
    }

    /** Makes the jar of a module of {@link #sources} that needs nothing but the SPI. */
    public static Path compile(Path folder, String packageName, int version, String members) throws IOException {
        return compile(folder, sources(packageName, version, "", members));
    }

    /**
     * Makes a jar.
     *
     * @param folder where it makes a folder of its own
     * @param sources file names, such as {@code module-info.java} or {@code a/b/C.java}, and their texts
     * @param libraries folders of modules besides those of the distribution
     */
    public static Path compile(Path folder, Map<String, String> sources, Path... libraries) throws IOException {
        Path work = Files.createTempDirectory(folder, "jar");
        Path src = Files.createDirectory(work.resolve("src"));
        Path classes = Files.createDirectory(work.resolve("classes"));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = src.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            // the SPI's annotations are needed to compile against it, though not to run
            String annotations = NullMarked.class.getProtectionDomain().getCodeSource().getLocation().getPath();
            String modules = Stream.concat(Stream.of(ServerProcess.distribution().resolve("lib"), annotations), Stream.of(libraries))
                    .map(Object::toString).collect(Collectors.joining(File.pathSeparator));
            List<String> options = List.of("--release", "25", "-d", classes.toString(), "--module-path", modules);
            List<Path> paths = sources.keySet().stream().map(src::resolve).toList();
            if (!compiler.getTask(messages, files, null, options, null, files.getJavaFileObjectsFromPaths(paths)).call()) {
                throw new AssertionError("the module does not compile: " + messages);
            }
        }
        Path jar = work.resolve("module.jar");
        pack(classes, jar);
        return jar;
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> found = Files.walk(classes)) {
            for (Path path : found.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                Files.copy(path, out);
                out.closeEntry();
            }
        }
    }

    /**
     * The sources of a module whose class {@code <package>.M} has the given members; it is called by the last part of its package's name.
     *
     * @param packageName the package, and the module's name
     * @param requires further lines of the module's descriptor
     * @param members the methods of the class; {@code info} is there, {@code configure} is not
     */
    public static Map<String, String> sources(String packageName, String requires, String members) {
        return sources(packageName, 1, requires, members);
    }

    /** The same, of a version other than the first. */
    public static Map<String, String> sources(String packageName, int version, String requires, String members) {
        String name = packageName.substring(packageName.lastIndexOf('.') + 1);
        return Map.of("module-info.java", """
                module %s {
                    requires dev.cairn.api;
                    %s
                    provides dev.cairn.api.ServerModule with %s.M;
                }
                """.formatted(packageName, requires, packageName), packageName.replace('.', '/') + "/M.java", """
                package %s;

                import dev.cairn.api.*;
                import dev.cairn.api.command.*;
                import dev.cairn.api.config.*;
                import dev.cairn.api.data.*;
                import dev.cairn.api.event.*;
                import java.time.Duration;
                import java.util.*;

                public final class M implements ServerModule {
                    public ModuleInfo info() {
                        return ModuleInfo.of("%s", %d);
                    }

                    %s
                }
                """.formatted(packageName, name, version, members));
    }
}
