package dev.cairn.core.server;

import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;
import dev.cairn.core.db.ExpirySample;
import dev.cairn.core.observe.LatencyMonitor;

/**
 * The active deletion of keys whose time is over. Main thread.
 *
 * <p>Two cycles share the work, as in Redis: a slow one by the cron, that may take a quarter of the time between two runs, and a fast one
 * before each sleep, short and only while the last slow one ran out of time or many keys were stale. Each goes on where the last ended,
 * database by database, sampling the index of volatile keys bucket by bucket until few of a sample are stale. {@code effort} 1 to 10
 * makes samples larger, time longer and the tolerated share of stale keys smaller. Parts of values that expire, such as fields of hashes,
 * are no samples: their types know which of them are due.
 */
public final class ExpiryCycle {
    private static final int KEYS_PER_LOOP = 20;
    private static final long FAST_MICROS = 1000;
    private static final int SLOW_TIME_PERCENT = 25;
    private static final int ACCEPTABLE_STALE_PERCENT = 10;
    private static final int DATABASES_PER_CALL = 16;
    private static final int CHECK_TIME_EACH = 16;

    private final Databases databases;
    private final ServerStats stats;
    private final LatencyMonitor latency;
    private final ExpirySample sample = new ExpirySample();
    private final long[] cursors;
    private final long[] averageTtl;
    private int effort = 1;
    private boolean enabled = true;
    private int current;
    private boolean timeLimitHit;
    private long lastFastMicros;

    ExpiryCycle(Databases databases, ServerStats stats, LatencyMonitor latency) {
        this.latency = latency;
        this.databases = databases;
        this.stats = stats;
        this.cursors = new long[databases.count()];
        this.averageTtl = new long[databases.count()];
    }

    /** Sets the effort, 1 to 10. */
    public void effort(int value) {
        effort = value;
    }

    /** Turns active expiry on or off, as DEBUG SET-ACTIVE-EXPIRE does. */
    public void enabled(boolean value) {
        enabled = value;
    }

    /** The average time to live of a database's volatile keys in milliseconds, as the samples tell it; 0 when unknown. */
    public long averageTtl(int database) {
        return databases.at(database).volatileKeys() == 0 ? 0 : averageTtl[database];
    }

    private void noteTtl(int database) {
        if (sample.ttlCount > 0) {
            long now = sample.ttlSum / sample.ttlCount;
            long before = averageTtl[database];
            averageTtl[database] = before == 0 ? now : before / 50 * 49 + now / 50;
        }
    }

    /** The cycle of the cron. */
    void slow(int hz) {
        run(false, 1_000_000L * (SLOW_TIME_PERCENT + 2 * (effort - 1)) / hz / 100);
    }

    /** The cycle before a sleep. */
    void fast() {
        if (!timeLimitHit && stats.expiredStaleShare * 100 < acceptableStale()) {
            return;
        }
        long budget = FAST_MICROS + FAST_MICROS / 4 * (effort - 1);
        long now = micros();
        if (now < lastFastMicros + budget * 2) {
            return;
        }
        lastFastMicros = now;
        run(true, budget);
    }

    private int acceptableStale() {
        return ACCEPTABLE_STALE_PERCENT - (effort - 1);
    }

    private void run(boolean fast, long budgetMicros) {
        if (!enabled || databases.deletionHeld()) {
            return;
        }
        long start = micros();
        int perLoop = KEYS_PER_LOOP + KEYS_PER_LOOP / 4 * (effort - 1);
        long sampled = 0;
        long expired = 0;
        // a cycle that ran out of time left databases behind: the next one looks at all of them
        int rounds = timeLimitHit ? databases.count() : Math.min(databases.count(), DATABASES_PER_CALL);
        timeLimitHit = false;
        int iterations = 0;
        for (int i = 0; rounds > 0 && i < databases.count() && !timeLimitHit; i++) {
            Database db = databases.at(current);
            boolean again = db.volatileKeys() > 0;
            if (again) {
                rounds--;
            }
            while (again && !timeLimitHit) {
                sample.clear();
                int buckets = 0;
                long cursor = cursors[current];
                do {
                    cursor = db.expireSome(cursor, sample);
                    buckets++;
                } while (sample.sampled < perLoop && buckets < perLoop * 20 && cursor != 0);
                cursors[current] = cursor;
                noteTtl(current);
                sampled += sample.sampled;
                expired += sample.expired;
                again = db.volatileKeys() > 0 && (sample.sampled == 0 && cursor != 0
                        || sample.sampled > 0 && sample.expired * 100L / sample.sampled > acceptableStale());
                if (++iterations % CHECK_TIME_EACH == 0 || fast) {
                    timeLimitHit = micros() - start > budgetMicros;
                }
            }
            while (!timeLimitHit && db.expireParts(perLoop)) {
                timeLimitHit = micros() - start > budgetMicros;
            }
            current = (current + 1) % databases.count();
        }
        if (timeLimitHit) {
            stats.expiryTimeCaps++;
        }
        long micros = micros() - start;
        stats.expiryMicros += micros;
        latency.sample("expire-cycle", micros / 1000);
        double share = sampled > 0 ? (double) expired / sampled : 0;
        stats.expiredStaleShare = share * 0.05 + stats.expiredStaleShare * 0.95;
    }

    private static long micros() {
        return System.nanoTime() / 1000;
    }
}
