package dev.cairn.core.commands;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.util.Locale;

/** The text of DEBUG JMAP: the JVM's heap, collectors and threads. Main thread; takes tens of milliseconds. */
final class JvmReport {
    private JvmReport() {
    }

    /** The report, lines ended by line feeds. */
    static String text() {
        StringBuilder out = new StringBuilder(4096);
        out.append(System.getProperty("java.vm.name")).append(' ').append(Runtime.version()).append('\n');
        out.append("[Memory]\n");
        usage(out, "heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage());
        usage(out, "non-heap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage());
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            usage(out, "pool " + pool.getName(), pool.getUsage());
        }
        out.append("[Collectors]\n");
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            out.append(gc.getName()).append(": collections ").append(gc.getCollectionCount()).append(", ").append(gc.getCollectionTime())
                    .append(" ms\n");
        }
        out.append("[Threads]\n");
        for (ThreadInfo t : ManagementFactory.getThreadMXBean().dumpAllThreads(false, false, 1)) {
            out.append('"').append(t.getThreadName()).append("\" ").append(t.getThreadState().name().toLowerCase(Locale.ROOT));
            if (t.getStackTrace().length > 0) {
                out.append(" at ").append(t.getStackTrace()[0]);
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static void usage(StringBuilder out, String name, MemoryUsage u) {
        out.append(name).append(": used ").append(u.getUsed()).append(", committed ").append(u.getCommitted()).append(", max ")
                .append(u.getMax()).append('\n');
    }
}
