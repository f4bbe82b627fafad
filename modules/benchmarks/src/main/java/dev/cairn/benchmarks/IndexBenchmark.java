package dev.cairn.benchmarks;

import dev.cairn.structures.HashIndex;
import dev.cairn.structures.Hashing;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;
import dev.cairn.structures.Records;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The index of the keyspace with 1,000,000 keys of 16 bytes and values of 32, in a random order that no cache holds: what finding,
 * inserting, removing and replacing a record costs, the hash of the key included.
 *
 * <pre>{@code
 * java -cp 'modules/benchmarks/target/classes:modules/benchmarks/target/lib/*' org.openjdk.jmh.Main IndexBenchmark -prof gc
 * }</pre>
 *
 * <p>A figure is nanoseconds per key. {@link #findBatch} against {@link #findOneByOne} tells what the dispatcher gains by touching the
 * buckets, then the records, of a pipeline of 16 before it looks any of them up: the cache misses overlap. {@link #hashMapGet} and
 * {@link #hashMapOverwrite} are {@link HashMap} with the same keys on the heap, the baseline. {@code gc.alloc.rate.norm} must be 0 B/op for
 * all but {@link #hashMapOverwrite} (JMH's own share shows as less than 0.01), which makes the new value.
 */
@State(Scope.Thread)
public class IndexBenchmark extends BenchmarkDefaults {
    private static final int KEYS = 1_000_000;
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 32;
    private static final int SEED = 42;

    private final long[] hashes = new long[Wire.PIPELINE];

    /** The keys in the order of the requests, one after the other off the heap, as a query buffer holds them. */
    @State(Scope.Thread)
    public static class Requests {
        private final long keys = Pages.map((long) KEYS * KEY_BYTES);
        private int at;

        /** Writes all keys in a random order. */
        public Requests() {
            int[] order = new int[KEYS];
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < KEYS; i++) {
                int other = random.nextInt(i + 1);
                order[i] = order[other];
                order[other] = i;
            }
            byte[] text = new byte[KEY_BYTES];
            for (int i = 0; i < KEYS; i++) {
                write(order[i], text);
                Memory.copyFromArray(text, 0, keys + (long) i * KEY_BYTES, KEY_BYTES);
            }
        }

        /** Where the keys of the next batch begin; the last batch may be cut, and is left out. */
        long next(int batch) {
            int first = at;
            at = first + 2 * batch > KEYS ? 0 : first + batch;
            return keys + (long) first * KEY_BYTES;
        }

        /** Unmaps the keys. */
        @TearDown
        public void close() {
            Pages.unmap(keys, (long) KEYS * KEY_BYTES);
        }
    }

    private static void write(int number, byte[] text) {
        text[0] = 'k';
        text[1] = 'e';
        text[2] = 'y';
        text[3] = ':';
        int rest = number;
        for (int i = KEY_BYTES - 1; i >= 4; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static long hash(long key) {
        return Hashing.hash(key, KEY_BYTES, Hashing.SEED);
    }

    /** Records of a key and a value, and the index over them. */
    @State(Scope.Thread)
    public static class Keyspace {
        private final Heap heap = new Heap();
        private final HashIndex index = new HashIndex(heap, new FixedKeys());
        private final HashIndex growing = new HashIndex(heap, new FixedKeys());
        private final long[] records = new long[KEYS];
        private int inserted;

        /** Makes the records, in the order of their numbers, and inserts them. */
        @Setup
        public void fill() {
            byte[] text = new byte[KEY_BYTES];
            for (int i = 0; i < KEYS; i++) {
                write(i, text);
                long record = heap.allocate(KEY_BYTES + VALUE_BYTES);
                Memory.copyFromArray(text, 0, record, KEY_BYTES);
                Memory.fill(record + KEY_BYTES, VALUE_BYTES, (byte) 'v');
                records[i] = record;
                index.insert(hash(record), record);
            }
        }

        /** Unmaps everything. */
        @TearDown
        public void close() {
            growing.drop();
            index.drop();
            heap.close();
            Pages.releaseSome(Long.MAX_VALUE);
        }
    }

    /** The keys of records that begin with a key of 16 bytes. */
    private static final class FixedKeys implements Records {
        @Override
        public boolean keyEquals(long record, long keyAddress, int keyLength) {
            return keyLength == KEY_BYTES && Memory.equal(record, keyAddress, KEY_BYTES);
        }

        @Override
        public long hash(long record) {
            return IndexBenchmark.hash(record);
        }
    }

    /** The same keys and values in a {@link HashMap}. */
    @State(Scope.Thread)
    public static class OnHeap {
        private final Map<Key, byte[]> map = new HashMap<>();
        private final Key probe = new Key();

        /** Puts all keys. */
        @Setup
        public void fill() {
            for (int i = 0; i < KEYS; i++) {
                Key key = new Key();
                write(i, key.bytes);
                key.rehash();
                map.put(key, new byte[VALUE_BYTES]);
            }
        }
    }

    /** Bytes as a key of a map; a probe is set again and again, so that a lookup allocates nothing. */
    private static final class Key {
        private final byte[] bytes = new byte[KEY_BYTES];
        private int hash;

        void rehash() {
            hash = Long.hashCode(Hashing.hash(bytes, 0, KEY_BYTES, Hashing.SEED));
        }

        Key set(long address) {
            Memory.copyToArray(address, bytes, 0, KEY_BYTES);
            rehash();
            return this;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && k.hash == hash && Arrays.equals(k.bytes, bytes);
        }
    }

    /** Finds 16 keys, each after the other, and reads a byte of each value. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public long findOneByOne(Requests requests, Keyspace keyspace) {
        long first = requests.next(Wire.PIPELINE);
        long sum = 0;
        for (int i = 0; i < Wire.PIPELINE; i++) {
            long key = first + (long) i * KEY_BYTES;
            sum += Memory.getByte(keyspace.index.find(hash(key), key, KEY_BYTES) + KEY_BYTES);
        }
        return sum;
    }

    /** Finds 16 keys after touching all their buckets and then all their records, as the dispatcher does for a pipeline. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public long findBatch(Requests requests, Keyspace keyspace) {
        long first = requests.next(Wire.PIPELINE);
        HashIndex index = keyspace.index;
        long sum = 0;
        for (int i = 0; i < Wire.PIPELINE; i++) {
            hashes[i] = hash(first + (long) i * KEY_BYTES);
            sum ^= index.touch(hashes[i]);
        }
        for (int i = 0; i < Wire.PIPELINE; i++) {
            long record = index.candidate(hashes[i]);
            if (record != 0) {
                sum ^= Memory.getByte(record);
            }
        }
        for (int i = 0; i < Wire.PIPELINE; i++) {
            // hashed again, as a command does, which knows nothing of the batch
            long key = first + (long) i * KEY_BYTES;
            sum += Memory.getByte(index.find(hash(key), key, KEY_BYTES) + KEY_BYTES);
        }
        return sum;
    }

    /** Finds 16 keys and replaces the addresses of their records, as a value that no longer fits its block makes necessary. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public int replace(Requests requests, Keyspace keyspace) {
        long first = requests.next(Wire.PIPELINE);
        int replaced = 0;
        for (int i = 0; i < Wire.PIPELINE; i++) {
            long key = first + (long) i * KEY_BYTES;
            long hash = hash(key);
            long record = keyspace.index.find(hash, key, KEY_BYTES);
            // by itself: the index stores the word all the same, and the records stay as they were
            replaced += keyspace.index.replace(hash, record, record) ? 1 : 0;
        }
        return replaced;
    }

    /** Removes a key and inserts its record again, in a table that keeps its size. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public long removeAndInsert(Requests requests, Keyspace keyspace) {
        long first = requests.next(Wire.PIPELINE);
        for (int i = 0; i < Wire.PIPELINE; i++) {
            long key = first + (long) i * KEY_BYTES;
            long hash = hash(key);
            keyspace.index.insert(hash, keyspace.index.remove(hash, key, KEY_BYTES));
        }
        return keyspace.index.size();
    }

    /** Inserts into an index that grows from nothing to all keys and then begins anew: growth and the migration of buckets are in it. */
    @Benchmark
    public long insertGrowing(Keyspace keyspace) {
        if (keyspace.inserted == KEYS) {
            keyspace.growing.clear();
            Pages.releaseSome(Long.MAX_VALUE);
            keyspace.inserted = 0;
        }
        long record = keyspace.records[keyspace.inserted++];
        keyspace.growing.insert(hash(record), record);
        return record;
    }

    /** Baseline: looks 16 keys up in the map, each after the other, and reads a byte of each value. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public long hashMapGet(Requests requests, OnHeap onHeap) {
        long first = requests.next(Wire.PIPELINE);
        long sum = 0;
        for (int i = 0; i < Wire.PIPELINE; i++) {
            byte[] value = onHeap.map.get(onHeap.probe.set(first + (long) i * KEY_BYTES));
            sum += value == null ? 1 : value[0];
        }
        return sum;
    }

    /** Baseline: puts new values for 16 keys, which costs the garbage collector's work beside. */
    @Benchmark
    @OperationsPerInvocation(Wire.PIPELINE)
    public int hashMapOverwrite(Requests requests, OnHeap onHeap) {
        long first = requests.next(Wire.PIPELINE);
        for (int i = 0; i < Wire.PIPELINE; i++) {
            onHeap.map.put(onHeap.probe.set(first + (long) i * KEY_BYTES), new byte[VALUE_BYTES]);
        }
        return onHeap.map.size();
    }
}
