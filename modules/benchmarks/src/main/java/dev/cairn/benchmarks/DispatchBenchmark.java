package dev.cairn.benchmarks;

import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.server.Server;
import dev.cairn.structures.Pages;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The whole way of a command through the server but the sockets: the read handler of a client takes a pipeline of 16 from memory, parses
 * it, dispatches and executes each command on the keyspace, and the replies are flushed to the client. {@code keys} is how many there are,
 * 16 bytes long, chosen at random, all present, with values of 32 bytes (numbers for {@code INCR}): one is in the first-level cache, a
 * million are in none. The server runs on the benchmark's own thread; the test kit's has a thread of its own, and the hand-over from
 * thread to thread would cost more than the commands.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main DispatchBenchmark -prof gc
 * }</pre>
 *
 * <p>A figure is nanoseconds per command: the server's own part of the CPU time that {@code modules/benchmarks/compare} reports, whose
 * other part is the kernel's. {@code gc.alloc.rate.norm} must be 0 B/op (JMH's own share shows as less than 0.01).
 */
@State(Scope.Thread)
public class DispatchBenchmark extends BenchmarkDefaults {
    private static final int SEED = 42;
    private static final String VALUE = "v".repeat(32);
    /* So many that the keys' cache lines have left the caches before the pipelines come round again. */
    private static final int PIPELINES = 1 << 14;
    private static final int LOADED_AT_ONCE = 256;

    /** What the pipelines consist of. */
    @Param({"GET", "SET", "INCR"}) public String command = "";

    /** How many keys there are. */
    @Param({"1", "1000000"}) public int keys;

    private final ServerAssembly assembly = new ServerAssembly();
    private final MemoryConnection client = new MemoryConnection();
    private long[] pipelines = {};
    private int[] lengths = {};
    private int at;

    /** Makes a server with all modules on the class path, loads the keys and writes the pipelines. */
    @Setup
    public void start() throws Exception {
        for (ServerModule module : ClassPathModules.all()) {
            assembly.modules().register(module, "class path");
        }
        Server server = assembly.makeServer();
        assembly.modules().start(Path.of("").toAbsolutePath());
        server.listeners().open(client);
        load();
        write();
        checkReplies();
    }

    /** Sets every key. */
    private void load() {
        String value = command.equals("INCR") ? "1000000" : VALUE;
        long buffer = Pages.map(1 << 16);
        for (int i = 0; i < keys; i += LOADED_AT_ONCE) {
            Wire wire = new Wire();
            for (int k = i; k < Math.min(keys, i + LOADED_AT_ONCE); k++) {
                wire.add("SET", Wire.key(k), value);
            }
            exchange(wire.copyTo(buffer), wire.length());
        }
        Pages.unmap(buffer, 1 << 16);
    }

    private void write() {
        int count = keys == 1 ? 1 : PIPELINES;
        SplittableRandom random = new SplittableRandom(SEED);
        Wire wire = new Wire();
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < Wire.PIPELINE; k++) {
                String key = Wire.key(random.nextInt(keys));
                if (command.equals("SET")) {
                    wire.add(command, key, VALUE);
                } else {
                    wire.add(command, key);
                }
            }
            ends[i] = wire.length();
        }
        long buffer = wire.toMemory();
        pipelines = new long[count];
        lengths = new int[count];
        for (int i = 0; i < count; i++) {
            int start = i == 0 ? 0 : ends[i - 1];
            pipelines[i] = buffer + start;
            lengths[i] = ends[i] - start;
        }
    }

    /** Errors and short replies are fast; a measurement of them would be one of nothing. */
    private void checkReplies() {
        char expected = switch (command) {
            case "GET" -> '$';
            case "SET" -> '+';
            default -> ':';
        };
        long commands = assembly.server().stats().commands;
        pipeline();
        if (client.replyType() != expected || assembly.server().stats().commands != commands + Wire.PIPELINE) {
            throw new IllegalStateException("a reply to " + command + " begins with " + client.replyType());
        }
    }

    private long exchange(long requests, int length) {
        client.send(requests, length);
        assembly.server().clients().flushReplies();
        return client.replyBytes();
    }

    /** Ends the server. */
    @TearDown
    public void stop() {
        assembly.modules().stop(StopReason.SHUTDOWN);
        assembly.server().close();
    }

    /** Executes one pipeline of 16 commands. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public long pipeline() {
        int i = at;
        at = i + 1 == pipelines.length ? 0 : i + 1;
        return exchange(pipelines[i], lengths[i]);
    }
}
