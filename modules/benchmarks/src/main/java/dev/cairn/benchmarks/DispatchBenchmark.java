package dev.cairn.benchmarks;

import dev.cairn.api.ServerModule;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Built-in commands. {@code keys} is how many keys there are, 16 bytes long, chosen at random, all present, with values of 32 bytes
 * (numbers for {@code INCR}): one is in the first-level cache, a million are in none.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main DispatchBenchmark -prof gc
 * }</pre>
 *
 * <p>A figure is nanoseconds per command: the server's own part of the CPU time that {@code modules/benchmarks/compare} reports, whose
 * other part is the kernel's. {@code gc.alloc.rate.norm} must be 0 B/op (JMH's own share shows as less than 0.01).
 */
public class DispatchBenchmark extends PipelineBenchmark {
    private static final String VALUE = "v".repeat(32);
    /* So many that the keys' cache lines have left the caches before the pipelines come round again. */
    private static final int PIPELINES = 1 << 14;

    /** What the pipelines consist of. */
    @Param({"GET", "SET", "INCR"}) public String command = "";

    /** How many keys there are. */
    @Param({"1", "1000000"}) public int keys;

    /** Makes a server with all modules on the class path, loads the keys and writes the pipelines. */
    @Setup
    public void start() throws Exception {
        for (ServerModule module : ClassPathModules.all()) {
            assembly.modules().register(module, "class path");
        }
        startServer();
        load("SET", keys, command.equals("INCR") ? "1000000" : VALUE);
        char expected = switch (command) {
            case "GET" -> '$';
            case "SET" -> '+';
            default -> ':';
        };
        write(keys == 1 ? 1 : PIPELINES, command, keys, command.equals("SET") ? VALUE : "", expected);
    }
}
