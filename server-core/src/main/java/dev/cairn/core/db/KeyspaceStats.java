package dev.cairn.core.db;

/** Counters that all databases share. Main thread. */
public final class KeyspaceStats {
    /** Reads that found their key. */
    public long hits;
    /** Reads that did not. */
    public long misses;
    /** Keys deleted because their time was over. */
    public long expired;
    /** Parts of values, such as fields of hashes, deleted because their time was over. */
    public long expiredParts;

    /** Sets all to zero. */
    public void reset() {
        hits = 0;
        misses = 0;
        expired = 0;
        expiredParts = 0;
    }
}
