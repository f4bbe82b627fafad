package dev.cairn.core.observe;

import java.util.LinkedHashSet;
import java.util.Set;

import dev.cairn.core.observe.LatencyMonitor.Sample;

/** The report of LATENCY DOCTOR: what was seen, and what an operator may do about it. Stateless. */
public final class LatencyDoctor {
    private static final String CHECK_SLOW_LOG =
            "Look at SLOWLOG GET for the commands that took the time, and see whether each could ask for less at once.";
    private static final String LOG_MORE = "Lower slowlog-log-slower-than: commands as slow as these are not in the slow log now.";
    private static final String LOG_AT_ALL =
            "Turn the slow log on, with slowlog-log-slower-than and slowlog-max-len, to see which commands took the time.";
    private static final String SPLIT_VALUES =
            "Delete very large values with UNLINK, or split them: freeing one takes a time that grows with its elements.";
    private static final String RAISE_HZ = "Raise hz, so that expired keys are removed in smaller pieces.";
    private static final String SLOW_DISK = "Look for what else writes to the disk of the append log, or move the log to a faster one.";
    private static final String PAUSES =
            "Give the JVM fewer objects to trace, by fewer clients or subscriptions, or a processor of its own.";

    private LatencyDoctor() {
    }

    /** Writes the report. */
    public static String report(LatencyMonitor monitor, SlowLog slowLog, long nowSeconds, int hz) {
        if (monitor.events().isEmpty()) {
            return monitor.threshold() == 0
                    ? "Delays are not watched in this server. CONFIG SET latency-monitor-threshold <milliseconds> begins to.\n"
                    : "No delay of " + monitor.threshold() + " ms or more was seen since the last reset.\n";
        }
        StringBuilder out = new StringBuilder("Delays were seen in this server.\n\n");
        Set<String> advice = new LinkedHashSet<>();
        int number = 0;
        for (LatencyMonitor.Series series : monitor.events()) {
            describe(out.append(++number).append(". "), series, nowSeconds);
            advise(advice, series.event(), monitor, slowLog, hz);
        }
        if (!advice.isEmpty()) {
            out.append("\nWhat may help:\n\n");
            advice.forEach(line -> out.append("- ").append(line).append('\n'));
        }
        return out.toString();
    }

    private static void describe(StringBuilder out, LatencyMonitor.Series series, long now) {
        int n = series.samples().size();
        long sum = series.samples().stream().mapToLong(Sample::millis).sum();
        long average = sum / n;
        long deviation = series.samples().stream().mapToLong(s -> Math.abs(s.millis() - average)).sum() / n;
        long period = Math.max(1, now - series.samples().getFirst().seconds());
        out.append(series.event()).append(": ").append(n).append(" delays (average ").append(average).append(" ms, mean deviation ")
                .append(deviation).append(" ms, one in ").append(period / n).append(" seconds). The longest ever took ")
                .append(series.max()).append(" ms.\n");
    }

    private static void advise(Set<String> advice, String event, LatencyMonitor monitor, SlowLog slowLog, int hz) {
        if (event.equals("command") || event.equals("fast-command")) {
            if (!slowLog.enabled()) {
                advice.add(LOG_AT_ALL);
            } else if (slowLog.thresholdNanos() / 1_000_000 > monitor.threshold()) {
                advice.add(LOG_MORE);
            }
            advice.add(CHECK_SLOW_LOG);
            advice.add(SPLIT_VALUES);
        } else if (event.startsWith("expire-") || event.startsWith("eviction-")) {
            if (event.equals("expire-cycle") && hz < 100) {
                advice.add(RAISE_HZ);
            }
            advice.add(SPLIT_VALUES);
        } else if (event.startsWith("aof-") || event.startsWith("rdb-")) {
            advice.add(SLOW_DISK);
        } else if (event.equals(JvmPauses.EVENT)) {
            advice.add(PAUSES);
        }
    }
}
