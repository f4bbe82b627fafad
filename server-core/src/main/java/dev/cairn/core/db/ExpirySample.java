package dev.cairn.core.db;

/** What a sample of volatile keys showed. */
public final class ExpirySample {
    /** Keys looked at. */
    public int sampled;
    /** Keys among them whose time was over. */
    public int expired;
    /** Sum of the remaining times of the others, ms. */
    public long ttlSum;
    /** Number of the others. */
    public int ttlCount;

    /** Sets all to zero. */
    public void clear() {
        sampled = 0;
        expired = 0;
        ttlSum = 0;
        ttlCount = 0;
    }
}
