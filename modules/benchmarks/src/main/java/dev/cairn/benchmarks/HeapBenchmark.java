package dev.cairn.benchmarks;

import dev.cairn.structures.Heap;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The allocator of records: what replacing a random one of 65,536 live blocks by a new one costs, which is one free and one allocation.
 * {@code sizes} says how large the blocks are, in bytes: one size, as records of equal keys and values have; mixed small ones, evenly
 * spread; or mixed large ones, as many of each power of two.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main HeapBenchmark -prof gc
 * }</pre>
 *
 * <p>A figure is nanoseconds per pair of free and allocation, cache misses of the blocks' headers included; compare a change of the
 * allocator with the figure before it. {@code gc.alloc.rate.norm} must be 0 B/op (JMH's own share shows as less than 0.01).
 */
@State(Scope.Thread)
public class HeapBenchmark extends BenchmarkDefaults {
    private static final int BLOCKS = 1 << 16;
    private static final int SEED = 42;

    /** Least and greatest size in bytes. */
    @Param({"64-64", "16-512", "512-16384"}) public String sizes = "";

    private final long[] blocks = new long[BLOCKS];
    private final int[] places = new int[BLOCKS];
    private final int[] wanted = new int[BLOCKS];
    private final Heap heap = new Heap();
    private int at;

    /** Fills the heap and draws the order of what is to come. */
    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(SEED);
        int dash = sizes.indexOf('-');
        int least = Integer.parseInt(sizes.substring(0, dash));
        int most = Integer.parseInt(sizes.substring(dash + 1));
        for (int i = 0; i < BLOCKS; i++) {
            places[i] = random.nextInt(BLOCKS);
            wanted[i] = most <= 512 ? random.nextInt(least, most + 1) : spread(random, least, most);
            blocks[i] = heap.allocate(wanted[i]);
        }
    }

    private static int spread(SplittableRandom random, int least, int most) {
        return (int) Math.round(least * Math.pow((double) most / least, random.nextDouble()));
    }

    /** Unmaps the heap. */
    @TearDown(Level.Trial)
    public void close() {
        heap.close();
    }

    /** Frees a random block and allocates another. */
    @Benchmark
    public long freeAndAllocate() {
        int i = at++ & BLOCKS - 1;
        int place = places[i];
        heap.free(blocks[place]);
        long block = heap.allocate(wanted[i]);
        blocks[place] = block;
        return block;
    }
}
