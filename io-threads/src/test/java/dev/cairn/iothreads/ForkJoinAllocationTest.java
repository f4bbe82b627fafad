package dev.cairn.iothreads;

import java.lang.management.ManagementFactory;
import java.util.List;

import com.sun.management.ThreadMXBean;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.AllocationContract;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.string.StringModule;

/** Neither main nor the I/O threads make objects for a command; {@link RingsAllocationTest} is the same by rings. */
class ForkJoinAllocationTest extends AllocationContract {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Override
    protected ServerModule module() {
        return new StringModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new IoThreadsModule());
    }

    String strategy() {
        return "fork-join";
    }

    @Override
    protected List<String> configuration() {
        return List.of("io-threads 2", "io-threads-do-reads yes", "events-per-io-thread 0", "io-threads-strategy " + strategy());
    }

    @Override
    protected List<String> commands() {
        return List.of("SET key:%d value", "GET key:%d", "GET nothing");
    }

    @Override
    protected long allocatedBytes(TestServer server) {
        long bytes = server.allocatedBytes();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("io_thd_")) {
                bytes += THREADS.getThreadAllocatedBytes(thread.threadId());
            }
        }
        return bytes;
    }
}
