package dev.cairn.core.db;

import java.util.SplittableRandom;

/**
 * The 24 bits of access history in each record, by the eviction policy: under LRU the second of the last access; under LFU the minute of
 * the last decay in the upper 16 bits and a logarithmic counter in the lower 8, as Redis keeps them. Main thread.
 */
public final class AccessClock {
    /** The counter of a new key, so that it is not the first to go. */
    private static final int LFU_START = 5;
    private static final int MASK = 0xffffff;

    private final SplittableRandom random = new SplittableRandom();
    private boolean lfu;
    private int logFactor = 10;
    private int decayMinutes = 1;
    private int seconds;
    private boolean held;

    /** Sets what the policy keeps: access counts when {@code lfu}, else access times. */
    public void policy(boolean lfu, int logFactor, int decayMinutes) {
        this.lfu = lfu;
        this.logFactor = logFactor;
        this.decayMinutes = decayMinutes;
    }

    /** Whether counts are kept. */
    public boolean lfu() {
        return lfu;
    }

    /** Sets the time; called once a turn. */
    public void refresh(long millis) {
        seconds = (int) (millis / 1000);
    }

    /** Leaves the history of keys as it is, whoever uses them, or ends that. */
    public void hold(boolean on) {
        held = on;
    }

    boolean held() {
        return held;
    }

    /** The clock as INFO shows it: seconds in 24 bits. */
    public int lruClock() {
        return seconds & MASK;
    }

    /** The history of a new key. */
    int fresh() {
        return lfu ? minutes() << 8 | LFU_START : seconds & MASK;
    }

    /** The history after an access. */
    int touched(int clock) {
        return lfu ? minutes() << 8 | increment(decayed(clock)) : seconds & MASK;
    }

    /** The access counter now, 0 to 255. */
    int frequency(int clock) {
        return lfu ? decayed(clock) : 0;
    }

    /** Seconds since the last access. */
    long idleSeconds(int clock) {
        return lfu ? 0 : (seconds - clock) & MASK;
    }

    /** The history of a key last accessed so many seconds ago. */
    int idle(long idleSeconds) {
        return (int) (seconds - idleSeconds) & MASK;
    }

    /** The history of a key with the given counter. */
    int counted(int counter) {
        return minutes() << 8 | counter;
    }

    private int minutes() {
        return seconds / 60 & 0xffff;
    }

    private int decayed(int clock) {
        int counter = clock & 0xff;
        if (decayMinutes == 0) {
            return counter;
        }
        int elapsed = minutes() - (clock >>> 8) & 0xffff;
        return Math.max(0, counter - elapsed / decayMinutes);
    }

    private int increment(int counter) {
        if (counter == 255) {
            return 255;
        }
        double chance = 1.0 / (Math.max(0, counter - LFU_START) * (double) logFactor + 1);
        return random.nextDouble() < chance ? counter + 1 : counter;
    }
}
