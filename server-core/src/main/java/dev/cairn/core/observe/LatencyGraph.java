package dev.cairn.core.observe;

import java.util.List;

import dev.cairn.core.observe.LatencyMonitor.Sample;

/** The delays of an event as a drawing in text: a column for each, and below it how long ago it was. Stateless. */
public final class LatencyGraph {
    private static final int WIDTH = 80;
    private static final int ROWS = 4;
    /** What the top of a column is drawn with, from a low one in its row to a high one. */
    private static final char[] TOPS = {'_', 'o', '#'};

    private LatencyGraph() {
    }

    /** Draws the event. */
    public static String draw(LatencyMonitor.Series series, long nowSeconds) {
        List<Sample> samples = series.samples();
        long low = samples.stream().mapToLong(Sample::millis).min().orElse(0);
        long high = samples.stream().mapToLong(Sample::millis).max().orElse(0);
        StringBuilder out = new StringBuilder(2048);
        out.append(series.event()).append(" - high ").append(high).append(" ms, low ").append(low).append(" ms (all time high ")
                .append(series.max()).append(" ms)\n").repeat('-', WIDTH).append('\n');
        for (int from = 0; from < samples.size(); from += WIDTH) {
            List<Sample> part = samples.subList(from, Math.min(samples.size(), from + WIDTH));
            columns(out, part, low, high);
            labels(out, part, nowSeconds);
        }
        return out.toString();
    }

    private static void columns(StringBuilder out, List<Sample> samples, long low, long high) {
        int steps = ROWS * TOPS.length;
        for (int row = ROWS - 1; row >= 0; row--) {
            for (Sample s : samples) {
                int step = high == low ? 0 : (int) ((s.millis() - low) * (steps - 1) / (high - low));
                int top = step / TOPS.length;
                out.append(row > top ? ' ' : row < top ? '|' : TOPS[step % TOPS.length]);
            }
            out.append('\n');
        }
    }

    /** The ages, each written downwards. */
    private static void labels(StringBuilder out, List<Sample> samples, long now) {
        List<String> labels = samples.stream().map(s -> age(now - s.seconds())).toList();
        out.append('\n');
        for (int line = 0;; line++) {
            int at = line;
            if (labels.stream().noneMatch(l -> l.length() > at)) {
                return;
            }
            labels.forEach(l -> out.append(l.length() > at ? l.charAt(at) : ' '));
            out.append('\n');
        }
    }

    private static String age(long seconds) {
        return seconds < 60 ? seconds + "s"
                : seconds < 3600 ? seconds / 60 + "m" : seconds < 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }
}
