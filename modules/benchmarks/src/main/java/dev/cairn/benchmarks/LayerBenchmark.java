package dev.cairn.benchmarks;

import dev.cairn.api.ServerModule;
import dev.cairn.benchmarks.probe.ProbeModule;
import dev.cairn.core.module.PluginLayer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ModuleDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Commands of a module that was loaded from a jar into a layer of its own, against those of the same class that came with the server. The two
 * are to differ by 2 % at most.
 *
 * <p>The server's modules are on the module path here, for layers are made under that of the server.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main LayerBenchmark
 * }</pre>
 */
@Fork(value = 5, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms32m", "-Xmx256m", "-Xmn8m", "-XX:+UseCompactObjectHeaders", "-XX:-UsePerfData",
        "-XX:ReservedCodeCacheSize=48m", "-Xss512k", "--enable-native-access=ALL-UNNAMED,dev.cairn.structures,dev.cairn.core",
        "--module-path=modules/benchmarks/target/lib", "--add-modules=dev.cairn.core",
        "--add-exports=dev.cairn.core/dev.cairn.core.boot=ALL-UNNAMED", "--add-exports=dev.cairn.core/dev.cairn.core.module=ALL-UNNAMED",
        "--add-exports=dev.cairn.core/dev.cairn.core.server=ALL-UNNAMED"})
public class LayerBenchmark extends PipelineBenchmark {
    private static final int KEYS = 1000;
    private static final int PIPELINES = 64;
    private static final String VALUE = "v".repeat(32);
    private static final List<String> CLASSES = List.of("ProbeModule", "ProbeModule$ProbeType");

    /** Where the module comes from. */
    @Param({"server", "layer"}) public String from = "";

    /** What the pipelines consist of. */
    @Param({"PROBE.GET", "PROBE.SET"}) public String command = "";

    /** Makes a server with the module, and the keys. */
    @Setup
    public void start() throws Exception {
        boolean layer = from.equals("layer");
        if (!layer) {
            assembly.modules().register(new ProbeModule(), "server");
        }
        startServer();
        if (layer) {
            Path jar = jar();
            PluginLayer read = PluginLayer.read(jar);
            Files.delete(jar);
            check(read.module());
            assembly.modules().load(read, List.of(), List.of());
        }
        load("PROBE.SET", KEYS, VALUE);
        boolean set = command.equals("PROBE.SET");
        write(PIPELINES, command, KEYS, set ? VALUE : "", set ? '+' : '$');
    }

    /** The module as a jar with a descriptor, as a third party's build would make it. */
    private static Path jar() throws IOException {
        String folder = ProbeModule.class.getPackageName().replace('.', '/') + "/";
        Path jar = Files.createTempFile("probe", ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("module-info.class"));
            out.write(ClassFile.of()
                    .buildModule(ModuleAttribute.of(ModuleDesc.of("probe"),
                            m -> m.requires(ModuleDesc.of("java.base"), ClassFile.ACC_MANDATED, null)
                                    .requires(ModuleDesc.of("dev.cairn.api"), 0, null)
                                    .provides(ClassDesc.of(ServerModule.class.getName()), ClassDesc.of(ProbeModule.class.getName())))));
            for (String name : CLASSES) {
                out.putNextEntry(new JarEntry(folder + name + ".class"));
                try (InputStream in = LayerBenchmark.class.getClassLoader().getResourceAsStream(folder + name + ".class")) {
                    if (in == null) {
                        throw new IOException("no class " + name);
                    }
                    in.transferTo(out);
                }
            }
        }
        return jar;
    }

    private static void check(ServerModule module) {
        if (module instanceof ProbeModule || !module.getClass().getModule().isNamed()) {
            throw new IllegalStateException("the module is not in a layer of its own");
        }
    }
}
