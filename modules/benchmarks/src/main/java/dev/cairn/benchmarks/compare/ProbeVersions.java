package dev.cairn.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ModuleDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A module of a third party in versions, compiled when it is needed: a data type on the Java heap, and a command for each of 32 names. */
final class ProbeVersions {
    /** The module's name. */
    static final String NAME = "probe";
    /** Sets a number. */
    static final String SET = "PROBE.SET";

    private static final String SOURCE = """
            package probe;

            import dev.cairn.api.*;
            import dev.cairn.api.command.*;
            import dev.cairn.api.config.*;
            import dev.cairn.api.data.*;
            import dev.cairn.api.event.*;
            import java.io.IOException;

            public final class Probe implements ServerModule {
                private static final Token EVENT = Token.of("probe");
                private final Numbers type = new Numbers();

                public ModuleInfo info() {
                    return ModuleInfo.of("probe", VERSION);
                }

                public void configure(Registrar r) {
                    r.dataType(type);
                    Option<Long> step = r.option(OptionSpec.integer("step", 1, 1, 9).doc("How much an ADD adds."));
                    r.command(CommandSpec.of("PROBE.SET", 3).flags(CommandFlag.WRITE)
                            .keys(KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.UPDATE)), (call, args, out) -> {
                        WriteSlot slot = call.keyspace().write(args.at(1), type);
                        slot.putObject(type, 0, new long[] {args.integer(2)});
                        slot.changed(KeyEventClass.MODULE, EVENT);
                        out.ok();
                    });
                    for (int i = 0; i < 32; i++) {
                        r.command(CommandSpec.of("PROBE.ADD" + i, 2).flags(CommandFlag.WRITE)
                                .keys(KeySpec.at(1, KeySpec.Flag.RW, KeySpec.Flag.UPDATE)), (call, args, out) -> {
                            WriteSlot slot = call.keyspace().write(args.at(1), type);
                            long n = step.value() + (slot.exists() ? ((long[]) slot.object())[0] : 0);
                            slot.putObject(type, 0, new long[] {n});
                            slot.changed(KeyEventClass.MODULE, EVENT);
                            out.integer(n);
                        });
                    }
                }

                static final class Numbers implements DataType {
                    public TypeId id() {
                        return new TypeId("cairnprob", 1);
                    }

                    public String name() {
                        return "probe";
                    }

                    public String encodingName(Slot value) {
                        return "heap";
                    }

                    public void save(Slot value, ValueWriter out) throws IOException {
                        out.integer(((long[]) value.object())[0]);
                    }

                    public void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException {
                        into.putObject(this, 0, new long[] {in.integer()});
                    }

                    public void rewrite(Slot value, CommandSink out) {
                        out.command(Bytes.of("PROBE.SET"), value.key(), Bytes.of(Long.toString(((long[]) value.object())[0])));
                    }
                }
            }
            """;

    private ProbeVersions() {
    }

    /**
     * Compiles a version.
     *
     * @param libraries the folder with the server's own modules
     * @return the jar
     */
    static Path compile(Path directory, int version, Path libraries) throws CompareException, IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new CompareException("the modules trial needs a JDK with its compiler");
        }
        if (!Files.isDirectory(libraries)) {
            throw new CompareException("the modules trial needs the server's own modules, and there is no folder " + libraries);
        }
        Path sources = Files.createDirectories(directory.resolve("probe-" + version));
        Path source = Files.writeString(sources.resolve("Probe.java"), SOURCE.replace("VERSION", Integer.toString(version)));
        Path classes = Files.createDirectories(sources.resolve("classes"));
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> arguments = List.of("--release", "25", "-cp", jars(libraries), "-d", classes.toString());
            boolean compiled = compiler.getTask(messages, files, null, arguments, null, files.getJavaFileObjects(source)).call();
            if (!compiled) {
                throw new CompareException("the module of the modules trial does not compile: " + messages);
            }
        }
        Files.write(classes.resolve("module-info.class"), descriptor());
        return pack(classes, directory.resolve("probe-" + version + ".jar"));
    }

    private static String jars(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(f -> f.toString().endsWith(".jar")).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        }
    }

    /** The module descriptor; javac would want the modules that the SPI was only compiled with. */
    private static byte[] descriptor() {
        return ClassFile.of().buildModule(ModuleAttribute.of(ModuleDesc.of(NAME),
                module -> module.requires(ModuleDesc.of("java.base"), ClassFile.ACC_MANDATED, null)
                        .requires(ModuleDesc.of("dev.cairn.api"), 0, null)
                        .provides(ClassDesc.of("dev.cairn.api.ServerModule"), ClassDesc.of("probe.Probe"))));
    }

    private static Path pack(Path classes, Path jar) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(classes)) {
            found.filter(Files::isRegularFile).forEach(files::add);
        }
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream packed = new JarOutputStream(out)) {
            for (Path file : files) {
                packed.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, packed);
                packed.closeEntry();
            }
        }
        return jar;
    }
}
