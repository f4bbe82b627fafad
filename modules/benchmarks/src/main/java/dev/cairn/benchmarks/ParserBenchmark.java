package dev.cairn.benchmarks;

import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The parser of requests: what finding one command in received bytes costs, in a pipeline of 16 and alone, with a short and a long value,
 * and when a read ends inside a command. The bytes are in the first-level cache, so this is the time of the code.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main ParserBenchmark -prof gc
 * }</pre>
 *
 * <p>A figure is nanoseconds per command. {@code gc.alloc.rate.norm} must be 0 B/op (JMH's own share shows as less than 0.01).
 */
@State(Scope.Thread)
public class ParserBenchmark extends BenchmarkDefaults {
    private static final String VALUE_32 = "v".repeat(32);
    private static final String VALUE_1K = "v".repeat(1024);

    private final RequestParser parser = new RequestParser();
    private final RequestBatch batch = new RequestBatch();
    private final int set16Length;
    private final long set16;
    private final int get16Length;
    private final long get16;
    private final int getLength;
    private final long get;
    private final int set1KLength;
    private final long set1K;

    /** Writes the requests. */
    public ParserBenchmark() {
        Wire sets = new Wire();
        Wire gets = new Wire();
        for (int i = 0; i < Wire.PIPELINE; i++) {
            sets.add("SET", Wire.key(i), VALUE_32);
            gets.add("GET", Wire.key(i));
        }
        Wire one = new Wire().add("GET", Wire.key(1));
        Wire large = new Wire().add("SET", Wire.key(1), VALUE_1K);
        set16 = sets.toMemory();
        set16Length = sets.length();
        get16 = gets.toMemory();
        get16Length = gets.length();
        get = one.toMemory();
        getLength = one.length();
        set1K = large.toMemory();
        set1KLength = large.length();
    }

    private int parse(long buffer, int length) {
        batch.clear();
        parser.parse(buffer, 0, length, batch, Wire.PIPELINE);
        return batch.arguments();
    }

    /** {@code SET} of a 16-byte key and a 32-byte value, 16 in a pipeline. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public int setPipelined() {
        return parse(set16, set16Length);
    }

    /** {@code GET} of a 16-byte key, 16 in a pipeline. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public int getPipelined() {
        return parse(get16, get16Length);
    }

    /** One {@code GET}: a read of a client that does not pipeline. */
    @Benchmark
    public int getAlone() {
        return parse(get, getLength);
    }

    /** One {@code SET} of 1 KB: the same headers, a longer bulk; the parser does not look at the value. */
    @Benchmark
    public int setOneKilobyte() {
        return parse(set1K, set1KLength);
    }

    /** One {@code SET} of 1 KB whose first read ends in the middle of the value: the careful way of the parser, and its resumption. */
    @Benchmark
    public int setInTwoReads() {
        batch.clear();
        int from = parser.parse(set1K, 0, set1KLength / 2, batch, Wire.PIPELINE);
        parser.parse(set1K, from, set1KLength, batch, Wire.PIPELINE);
        return batch.arguments();
    }
}
