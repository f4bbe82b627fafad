package dev.cairn.core.observe;

import org.HdrHistogram.Histogram;

/** The distribution of a command's times, in nanoseconds from 1 to a second with two digits. Main thread. */
public final class LatencyHistogram {
    private static final long MOST = 1_000_000_000;
    private static final long FIRST_STEP = 1024;

    private final Histogram histogram = new Histogram(1, MOST, 2);

    /** An empty distribution. */
    public LatencyHistogram() {
    }

    /** Takes {@code count} executions of a time; one beyond a second counts as a second. */
    public void record(long nanos, long count) {
        histogram.recordValueWithCount(Math.clamp(nanos, 1, MOST), count);
    }

    /** Number of executions. */
    public long count() {
        return histogram.getTotalCount();
    }

    /** The time that a share of executions, in percent, stays within, in microseconds. */
    public double micros(double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Takes the steps of {@link #steps}. */
    @FunctionalInterface
    public interface Step {
        /** Takes a time in microseconds, and how many executions took at most so long. */
        void step(long micros, long count);
    }

    /** Tells how many executions took at most about 1, 2, 4, 8, … microseconds, leaving out times that add none. */
    public void steps(Step step) {
        long total = count();
        long before = 0;
        for (long nanos = FIRST_STEP; before < total; nanos *= 2) {
            long upTo = histogram.highestEquivalentValue(nanos);
            long count = histogram.getCountBetweenValues(0, upTo);
            if (count > before) {
                step.step(upTo / 1000, count);
            }
            before = count;
        }
    }
}
