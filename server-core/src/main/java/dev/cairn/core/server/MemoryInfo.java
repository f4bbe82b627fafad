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
        MemoryFigures m = MemoryFigures.of(server);
        if (systemBytes == 0) {
            systemBytes = ProcessStats.systemBytes();
        }
        bytes(out, "used_memory", m.used());
        bytes(out, "used_memory_rss", m.resident());
        bytes(out, "used_memory_peak", m.peak());
        out.field("used_memory_peak_perc", percent(m.peakShare())).field("used_memory_overhead", m.overhead())
                .field("used_memory_startup", m.startup()).field("used_memory_dataset", m.dataset())
                .field("used_memory_dataset_perc", percent(m.datasetShare())).field("allocator_allocated", m.allocated())
                .field("allocator_active", m.active()).field("allocator_resident", m.active())
                .field("allocator_muzzy", Pages.releaseBytes());
        bytes(out, "total_system_memory", systemBytes);
        bytes(out, "maxmemory", options.find("maxmemory", Long.class).map(Option::value).orElse(0L));
        out.field("maxmemory_policy", options.find("maxmemory-policy", String.class).map(Option::value).orElse("noeviction"))
                .field("allocator_frag_ratio", m.slabRatio(), 2).field("allocator_frag_bytes", m.slabGaps())
                .field("allocator_rss_ratio", 1.0, 2).field("allocator_rss_bytes", 0)
                .field("rss_overhead_ratio", (double) m.resident() / Math.max(1, m.active()), 2)
                .field("rss_overhead_bytes", m.besideSlabs()).field("mem_fragmentation_ratio", m.residentRatio(), 2)
                .field("mem_fragmentation_bytes", m.resident() - m.used()).field("mem_not_counted_for_evict", 0)
                .field("mem_replication_backlog", 0).field("mem_total_replication_buffers", 0)
                .field("mem_clients_slaves", server.clientMemory().replicas())
                .field("mem_clients_normal", server.clientMemory().normal()).field("mem_cluster_links", 0)
                .field("mem_aof_buffer", server.durability().bufferBytes())
                .field("mem_allocator", "cairn-slab").field("mem_overhead_db_hashtable_rehashing", m.rehashing())
                .field("active_defrag_running", 0).field("lazyfree_pending_objects", server.databases().lazyFree().pending())
                .field("lazyfreed_objects", server.databases().lazyFree().freed())
                .field("lazyfree_pending_bytes", Pages.releaseBytes()).field("jvm_heap_used", m.heapUsed())
                .field("jvm_heap_committed", m.heapCommitted()).field("jvm_heap_max", Runtime.getRuntime().maxMemory());
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
