package dev.cairn.core.server;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.config.Option;
import dev.cairn.core.config.Options;
import dev.cairn.core.os.ProcessStats;
import dev.cairn.structures.Pages;

/**
 * The sections of INFO on memory. Main thread. {@code used_memory} counts what keys, values, indexes and the buffers of clients take,
 * exactly; the JVM's own memory is in the fields that begin with {@code jvm_} and in the resident size.
 */
public final class MemoryInfo {
    private static long systemBytes;

    private MemoryInfo() {
    }

    /** Writes the section Memory. */
    static void write(Server server, Options options, InfoWriter out) {
        ServerStats stats = server.stats();
        long used = server.usedMemory();
        stats.peakMemory = Math.max(stats.peakMemory, used);
        long clients = server.clients().queryBytes() + server.clients().replyBytes();
        long start = server.startMemory();
        long overhead = Math.min(used, Math.max(start, clients) + server.databases().indexBytes());
        long dataset = used - overhead;
        long net = Math.max(1, used - start);
        if (systemBytes == 0) {
            systemBytes = ProcessStats.systemBytes();
        }
        long resident = ProcessStats.residentBytes();
        long limit = options.find("maxmemory", Long.class).map(Option::value).orElse(0L);
        long allocated = server.databases().usedBytes();
        long active = Pages.mappedBytes();
        bytes(out, "used_memory", used);
        bytes(out, "used_memory_rss", resident);
        bytes(out, "used_memory_peak", stats.peakMemory);
        out.field("used_memory_peak_perc", percent((double) used / Math.max(1, stats.peakMemory)))
                .field("used_memory_overhead", overhead).field("used_memory_startup", start).field("used_memory_dataset", dataset)
                .field("used_memory_dataset_perc", percent(Math.min(1, (double) dataset / net))).field("allocator_allocated", allocated)
                .field("allocator_active", active);
        bytes(out, "total_system_memory", systemBytes);
        bytes(out, "maxmemory", limit);
        out.field("maxmemory_policy", options.find("maxmemory-policy", String.class).map(Option::value).orElse("noeviction"))
                .field("allocator_frag_ratio", allocated == 0 ? 1 : (double) active / allocated, 2)
                .field("allocator_frag_bytes", Math.max(0, active - allocated))
                .field("mem_fragmentation_ratio", (double) resident / Math.max(1, used), 2)
                .field("mem_fragmentation_bytes", resident - used).field("mem_not_counted_for_evict", 0)
                .field("mem_total_replication_buffers", 0).field("mem_clients_slaves", server.clientMemory().replicas())
                .field("mem_clients_normal", server.clientMemory().normal())
                .field("mem_aof_buffer", 0).field("mem_allocator", "cairn-slab").field("active_defrag_running", 0)
                .field("lazyfree_pending_objects", server.databases().lazyFree().pending())
                .field("lazyfreed_objects", server.databases().lazyFree().freed())
                .field("lazyfree_pending_bytes", Pages.releaseBytes());
        Runtime runtime = Runtime.getRuntime();
        out.field("jvm_heap_used", runtime.totalMemory() - runtime.freeMemory()).field("jvm_heap_committed", runtime.totalMemory())
                .field("jvm_heap_max", runtime.maxMemory());
    }

    /** Writes the section Jvm, whose beans take tens of milliseconds when they are first asked for. */
    public static void jvm(InfoWriter out) {
        long collections = 0;
        long millis = 0;
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += Math.max(0, gc.getCollectionCount());
            millis += Math.max(0, gc.getCollectionTime());
        }
        MemoryUsage nonHeap = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        out.field("jvm_name", System.getProperty("java.vm.name")).field("jvm_vendor", System.getProperty("java.vendor"))
                .field("jvm_non_heap_used", nonHeap.getUsed()).field("jvm_non_heap_committed", nonHeap.getCommitted())
                .field("jvm_gc_count", collections).field("jvm_gc_time_msec", millis).field("jvm_threads", threads.getThreadCount())
                .field("jvm_threads_peak", threads.getPeakThreadCount())
                .field("jvm_loaded_classes", ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }

    private static void bytes(InfoWriter out, String name, long value) {
        out.field(name, value).field(name + "_human", FixedPoint.bytes(value));
    }

    private static String percent(double share) {
        return FixedPoint.append(new StringBuilder(12), share * 100, 2).append('%').toString();
    }
}
