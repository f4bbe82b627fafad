package dev.cairn.benchmarks;

import dev.cairn.api.StopReason;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.structures.Pages;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The whole way of a command through the server but the sockets: the read handler of a client takes a pipeline of 16 from memory, parses
 * it, dispatches and executes each command on the keyspace, and the replies are flushed to the client. The server runs on the benchmark's
 * own thread; the test kit's has a thread of its own, and the hand-over from thread to thread would cost more than the commands.
 */
@State(Scope.Thread)
public abstract class PipelineBenchmark extends BenchmarkDefaults {
    private static final int SEED = 42;
    /* So many that the server takes them by one read: 16 KB. */
    private static final int LOADED_AT_ONCE = 128;

    final ServerAssembly assembly = new ServerAssembly();
    private final MemoryConnection client = new MemoryConnection();
    private long[] pipelines = {};
    private int[] lengths = {};
    private int at;

    /** For subclasses. */
    PipelineBenchmark() {
    }

    /** Makes the server, with the modules that are registered, and the client. */
    final void startServer() throws Exception {
        assembly.makeServer();
        assembly.modules().start(Path.of("").toAbsolutePath());
        assembly.server().listeners().open(client);
    }

    /** Sets keys 0 to {@code keys - 1} by a command of a key and a value. */
    final void load(String command, int keys, String value) {
        long buffer = Pages.map(1 << 16);
        for (int i = 0; i < keys; i += LOADED_AT_ONCE) {
            Wire wire = new Wire();
            for (int k = i; k < Math.min(keys, i + LOADED_AT_ONCE); k++) {
                wire.add(command, Wire.key(k), value);
            }
            exchange(wire.copyTo(buffer), wire.length());
        }
        Pages.unmap(buffer, 1 << 16);
    }

    /**
     * Writes the pipelines: a command on keys chosen at random, with a value if there is one.
     *
     * @param expected the first byte of each reply; errors and short replies are fast, and a measurement of them would be one of nothing
     */
    final void write(int count, String command, int keys, String value, char expected) {
        SplittableRandom random = new SplittableRandom(SEED);
        Wire wire = new Wire();
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < Wire.PIPELINE; k++) {
                String key = Wire.key(random.nextInt(keys));
                if (value.isEmpty()) {
                    wire.add(command, key);
                } else {
                    wire.add(command, key, value);
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
