package dev.cairn.core.server;

import dev.cairn.core.db.Database;
import dev.cairn.core.os.ProcessStats;
import dev.cairn.structures.Pages;

/**
 * Where the memory is, in bytes, as INFO and MEMORY tell it. Main thread.
 *
 * @param used keys, values, indexes and the buffers of clients
 * @param startup what was used when the server began to serve
 * @param peak the most that was seen
 * @param clients buffers of clients
 * @param indexes tables of the indexes of all databases
 * @param rehashing the part of them that is being left
 * @param rehashingIndexes number of indexes that are changing their size
 * @param keys number of keys
 * @param allocated what keys and values take in the slabs
 * @param active what the slabs have of the operating system
 * @param resident what the process has in memory
 * @param heapUsed what the JVM's heap holds, garbage included
 * @param heapCommitted what the JVM has for its heap
 */
public record MemoryFigures(long used, long startup, long peak, long clients, long indexes, long rehashing, int rehashingIndexes, long keys,
        long allocated, long active, long resident, long heapUsed, long heapCommitted) {

    /** The figures now; remembers the peak. */
    public static MemoryFigures of(Server server) {
        long used = server.usedMemory();
        ServerStats stats = server.stats();
        stats.peakMemory = Math.max(stats.peakMemory, used);
        long rehashing = 0;
        int rehashingIndexes = 0;
        for (int i = 0; i < server.databases().count(); i++) {
            Database db = server.databases().at(i);
            rehashing += db.rehashingBytes();
            rehashingIndexes += db.rehashingIndexes();
        }
        Runtime vm = Runtime.getRuntime();
        return new MemoryFigures(used, server.startMemory(), stats.peakMemory,
                server.clients().queryBytes() + server.clients().replyBytes(), server.databases().indexBytes(), rehashing, rehashingIndexes,
                server.databases().keys(), server.databases().usedBytes(), Pages.mappedBytes(), ProcessStats.residentBytes(),
                vm.totalMemory() - vm.freeMemory(), vm.totalMemory());
    }

    /** What is not data: what the server needs at its start, or its clients if that is more, and the indexes. */
    public long overhead() {
        return Math.min(used, Math.max(startup, clients) + indexes);
    }

    /** What is data. */
    public long dataset() {
        return used - overhead();
    }

    /** The share of data in what was added since the start, 0 to 1. */
    public double datasetShare() {
        return Math.min(1, (double) dataset() / Math.max(1, used - startup));
    }

    /** What is used now as a share of the peak, 0 to 1. */
    public double peakShare() {
        return (double) used / Math.max(1, peak);
    }

    /** How much more the slabs have than keys and values take, as a factor. */
    public double slabRatio() {
        return allocated == 0 ? 1 : (double) active / allocated;
    }

    /** How much more the slabs have than keys and values take. */
    public long slabGaps() {
        return Math.max(0, active - allocated);
    }

    /** How much more the process has in memory than is used, as a factor. */
    public double residentRatio() {
        return (double) resident / Math.max(1, used);
    }

    /** What the process has in memory beside the slabs: the JVM, its heap and its code. */
    public long besideSlabs() {
        return Math.max(0, resident - active);
    }
}
