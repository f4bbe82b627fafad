package dev.cairn.core.observe;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Finds the pauses that the JVM's collector made since the last look, for the latency monitor: from its counters, ten times a second, and
 * only while the monitor is on, so that commands pay nothing. Main thread.
 *
 * <p>A look that finds one collection knows its pause; of several it knows the sum, and reports the mean for each.
 */
public final class JvmPauses {
    /** The event's name. */
    public static final String EVENT = "jvm-gc-pause";

    private @Nullable List<GarbageCollectorMXBean> collectors;
    private long count;
    private long millis;

    /** A finder that has not looked yet. */
    public JvmPauses() {
    }

    /** Looks, and tells the monitor. */
    public void look(LatencyMonitor monitor) {
        if (monitor.threshold() == 0) {
            collectors = null;
            return;
        }
        boolean first = collectors == null;
        List<GarbageCollectorMXBean> beans = collectors();
        long countNow = 0;
        long millisNow = 0;
        for (GarbageCollectorMXBean bean : beans) {
            countNow += Math.max(0, bean.getCollectionCount());
            millisNow += Math.max(0, bean.getCollectionTime());
        }
        if (!first && countNow > count) {
            monitor.sample(EVENT, (millisNow - millis) / (countNow - count));
        }
        count = countNow;
        millis = millisNow;
    }

    /** The collectors whose time is a pause; what works beside the program, as ZGC's cycles do, is left out. */
    private List<GarbageCollectorMXBean> collectors() {
        List<GarbageCollectorMXBean> beans = collectors;
        if (beans == null) {
            beans = ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(b -> !b.getName().contains("Cycles") && !b.getName().contains("Concurrent")).toList();
            collectors = beans;
        }
        return beans;
    }
}
