package dev.cairn.core.observe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/** The delays of at least {@code latency-monitor-threshold} that were seen, by the event that caused them. Main thread but {@link #wants}. */
public final class LatencyMonitor {
    /** Most events that are kept, so that a module's names cannot fill the memory. */
    private static final int MOST_EVENTS = 256;

    /**
     * A delay.
     *
     * @param seconds when, since 1970
     * @param millis how long
     */
    public record Sample(long seconds, long millis) {
    }

    /** The last delays of one event, at most one a second: the longest. */
    public static final class Series {
        private static final int SAMPLES = 160;

        private final String event;
        private final List<Sample> samples = new ArrayList<>();
        private long max;

        Series(String event) {
            this.event = event;
        }

        private void add(long seconds, long millis) {
            max = Math.max(max, millis);
            if (!samples.isEmpty() && samples.getLast().seconds == seconds) {
                if (millis > samples.getLast().millis) {
                    samples.set(samples.size() - 1, new Sample(seconds, millis));
                }
                return;
            }
            if (samples.size() == SAMPLES) {
                samples.removeFirst();
            }
            samples.add(new Sample(seconds, millis));
        }

        /** The event's name. */
        public String event() {
            return event;
        }

        /** The delays, the oldest first; at least one. */
        public List<Sample> samples() {
            return Collections.unmodifiableList(samples);
        }

        /** The longest since the last reset, ms. */
        public long max() {
            return max;
        }
    }

    private final Map<String, Series> events = new LinkedHashMap<>();
    private final LongSupplier seconds;
    private volatile long thresholdMillis;

    /**
     * A monitor that is off.
     *
     * @param seconds tells the time, in seconds since 1970
     */
    public LatencyMonitor(LongSupplier seconds) {
        this.seconds = seconds;
    }

    /** Sets from which delay on samples are kept, ms; 0 turns the monitor off. */
    public void threshold(long millis) {
        thresholdMillis = millis;
    }

    /** From which delay on samples are kept, ms; 0 when it is off. */
    public long threshold() {
        return thresholdMillis;
    }

    /** Whether a delay would be kept. Any thread. */
    public boolean wants(long millis) {
        long threshold = thresholdMillis;
        return threshold > 0 && millis >= threshold;
    }

    /** Takes a delay, which is dropped when it is below the threshold. */
    public void sample(String event, long millis) {
        if (!wants(millis)) {
            return;
        }
        Series series = events.get(event);
        if (series == null) {
            if (events.size() == MOST_EVENTS) {
                return;
            }
            series = new Series(event);
            events.put(event, series);
        }
        series.add(seconds.getAsLong(), millis);
    }

    /** All events that were seen. */
    public Collection<Series> events() {
        return Collections.unmodifiableCollection(events.values());
    }

    /** The delays of an event, null when there were none. */
    public @Nullable Series event(String name) {
        return events.get(name);
    }

    /** Forgets all; returns how many events there were. */
    public int reset() {
        int n = events.size();
        events.clear();
        return n;
    }

    /** Forgets an event, named in any case; returns 1 if there was one, else 0. */
    public int reset(String name) {
        return events.keySet().removeIf(e -> e.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) ? 1 : 0;
    }
}
