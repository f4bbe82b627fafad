package dev.cairn.benchmarks;

import dev.cairn.resp.ChunkPool;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.resp.Sink;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The writer of replies: what encoding one reply costs when 16 are written and flushed together, by kind of reply, and what a flush of a
 * single reply adds: taking a chunk from the pool, handing its bytes over, giving it back. The sink takes everything and touches nothing.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main ReplyBenchmark -prof gc
 * }</pre>
 *
 * <p>A figure is nanoseconds per reply; a sixteenth of a flush is in each but {@link #okFlushedAlone}. {@code gc.alloc.rate.norm} must be
 * 0 B/op (JMH's own share shows as less than 0.01).
 */
@State(Scope.Thread)
public class ReplyBenchmark extends BenchmarkDefaults {
    private static final int REPLIES = 16;
    private static final int ELEMENTS = 10;
    private static final Sink SINK = (address, length) -> length;

    private final ReplyWriter writer = new ReplyWriter(new ChunkPool());
    private final NativeBytes value = value();
    private final long[] numbers = new long[REPLIES];

    /** Chooses numbers of 1 to 16 digits. */
    public ReplyBenchmark() {
        long number = 7;
        for (int i = 0; i < REPLIES; i++) {
            numbers[i] = number;
            number = number * 10 + i % 10;
        }
    }

    private static NativeBytes value() {
        String text = "v".repeat(32);
        long address = new Wire().add(text).toMemory();
        return new NativeBytes(address + "*1\r\n$32\r\n".length(), text.length());
    }

    private int flush() throws IOException {
        return writer.flush(SINK, Integer.MAX_VALUE);
    }

    /** {@code +OK}. */
    @Benchmark
    @OperationsPerInvocation(REPLIES)
    public int ok() throws IOException {
        for (int i = 0; i < REPLIES; i++) {
            writer.ok();
        }
        return flush();
    }

    /** Integers of 1 to 16 digits. */
    @Benchmark
    @OperationsPerInvocation(REPLIES)
    public int integer() throws IOException {
        for (int i = 0; i < REPLIES; i++) {
            writer.integer(numbers[i]);
        }
        return flush();
    }

    /** Bulk strings of 32 bytes from memory, as {@code GET} gives them. */
    @Benchmark
    @OperationsPerInvocation(REPLIES)
    public int bulk() throws IOException {
        for (int i = 0; i < REPLIES; i++) {
            writer.bulk(value);
        }
        return flush();
    }

    /** Arrays of ten such bulk strings. */
    @Benchmark
    @OperationsPerInvocation(REPLIES)
    public int arrayOfTen() throws IOException {
        for (int i = 0; i < REPLIES; i++) {
            writer.array(ELEMENTS);
            for (int k = 0; k < ELEMENTS; k++) {
                writer.bulk(value);
            }
        }
        return flush();
    }

    /** One {@code +OK} and its flush: what a client pays that does not pipeline. */
    @Benchmark
    public int okFlushedAlone() throws IOException {
        writer.ok();
        return flush();
    }
}
