package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.memory;

import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import java.util.List;

/** Options of types, memory and keyspace parts that this server may lack. */
final class DataOptions {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final long MAX = Long.MAX_VALUE;
    private static final String EVICTION = "eviction";
    private static final String DEFRAG = "active defragmentation";
    private static final String HASHES = "hashes";
    private static final String LISTS = "lists";
    private static final String SETS = "sets";
    private static final String ZSETS = "sorted sets";
    private static final String STREAMS = "streams";
    private static final String HLL = "HyperLogLog";
    private static final String DUMP = "DUMP and RESTORE";
    private static final String TRACKING = "client-side caching";

    private DataOptions() {}

    /** The fallbacks. */
    static List<OptionSpec<?>> all() {
        return List.of(
                integer("maxmemory-samples", 5, 1, 64).withoutEffect(EVICTION).doc("How many keys are looked at to find one to evict."),
                integer("maxmemory-eviction-tenacity", 10, 0, 100)
                        .withoutEffect(EVICTION)
                        .doc("How long eviction may hold up a command, from 0 to 100."),
                flag("activedefrag", false)
                        .onChange(DataOptions::refuseDefragmentation)
                        .withoutEffect(DEFRAG)
                        .doc("Move data in memory to close gaps."),
                memory("active-defrag-ignore-bytes", 100L << 20, 1, MAX)
                        .withoutEffect(DEFRAG)
                        .doc("Leave memory alone while the gaps are smaller in sum."),
                integer("active-defrag-threshold-lower", 10, 0, 1000)
                        .withoutEffect(DEFRAG)
                        .doc("The share of gaps in percent at which moving begins."),
                integer("active-defrag-threshold-upper", 100, 0, 1000)
                        .withoutEffect(DEFRAG)
                        .doc("The share of gaps in percent at which moving takes its full effort."),
                integer("active-defrag-cycle-min", 1, 1, 99)
                        .withoutEffect(DEFRAG)
                        .doc("The least effort of moving, in percent of the CPU."),
                integer("active-defrag-cycle-max", 25, 1, 99)
                        .withoutEffect(DEFRAG)
                        .doc("The full effort of moving, in percent of the CPU."),
                integer("active-defrag-max-scan-fields", 1000, 1, MAX)
                        .withoutEffect(DEFRAG)
                        .doc("Larger collections are moved piece by piece."),
                flag("lazyfree-lazy-eviction", true).withoutEffect(EVICTION).doc("Free evicted values in the background."),
                integer("hash-max-listpack-entries", 512, 0, MAX)
                        .alias("hash-max-ziplist-entries")
                        .withoutEffect(HASHES)
                        .doc("The most fields of a hash kept as a listpack."),
                memory("hash-max-listpack-value", 64, 0, MAX)
                        .alias("hash-max-ziplist-value")
                        .withoutEffect(HASHES)
                        .doc("The longest field or value of a hash kept as a listpack."),
                integer("list-max-listpack-size", -2, Integer.MIN_VALUE, INT_MAX)
                        .alias("list-max-ziplist-size")
                        .withoutEffect(LISTS)
                        .doc("The size of a node of a list: entries, or from -1 to -5 for 4 to 64 kilobytes."),
                integer("list-compress-depth", 0, 0, INT_MAX)
                        .withoutEffect(LISTS)
                        .doc("How many nodes at either end of a list stay uncompressed; 0 compresses none."),
                integer("set-max-intset-entries", 512, 0, MAX)
                        .withoutEffect(SETS)
                        .doc("The most members of a set of integers kept as an intset."),
                integer("set-max-listpack-entries", 128, 0, MAX).withoutEffect(SETS).doc("The most members of a set kept as a listpack."),
                integer("set-max-listpack-value", 64, 0, MAX).withoutEffect(SETS).doc("The longest member of a set kept as a listpack."),
                integer("zset-max-listpack-entries", 128, 0, MAX)
                        .alias("zset-max-ziplist-entries")
                        .withoutEffect(ZSETS)
                        .doc("The most members of a sorted set kept as a listpack."),
                memory("zset-max-listpack-value", 64, 0, MAX)
                        .alias("zset-max-ziplist-value")
                        .withoutEffect(ZSETS)
                        .doc("The longest member of a sorted set kept as a listpack."),
                memory("hll-sparse-max-bytes", 3000, 0, MAX).withoutEffect(HLL).doc("The largest sparse HyperLogLog."),
                memory("stream-node-max-bytes", 4096, 0, MAX).withoutEffect(STREAMS).doc("The size of a node of a stream; 0 is no limit."),
                integer("stream-node-max-entries", 100, 0, MAX)
                        .withoutEffect(STREAMS)
                        .doc("The most entries of a node of a stream; 0 is no limit."),
                choice("sanitize-dump-payload", "no", "no", "yes", "clients")
                        .withoutEffect(DUMP)
                        .doc("Whether values given to RESTORE are checked in full."),
                integer("tracking-table-max-keys", 1000000, 0, MAX)
                        .withoutEffect(TRACKING)
                        .doc("How many keys the server remembers that clients may have cached."));
    }

    /** Refuses to turn on at run time what would silently not happen. */
    private static void refuseDefragmentation(boolean on) throws OptionError {
        if (on) {
            throw new OptionError("Active defragmentation cannot be enabled: this server has none");
        }
    }
}
