package dev.cairn.distribution.support;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A module with background jobs, in versions. WORK.RUN hands in a job, which waits for WORK.GO; the section {@code worker} of INFO has the sum
 * of 7 for each that was completed.
 */
public final class WorkerModule {
    private static final String MEMBERS = """
            private final java.util.concurrent.CountDownLatch go = new java.util.concurrent.CountDownLatch(1);
            private dev.cairn.api.job.JobQueue<Integer, Integer> queue;
            private long completed;

            private final dev.cairn.api.job.BackgroundJobType<Integer, Integer> type = new dev.cairn.api.job.BackgroundJobType<>() {
                public String name() {
                    return "work";
                }

                public String lane() {
                    return "work";
                }

                public Integer run(Integer job, dev.cairn.api.job.JobContext c) throws Exception {
                    go.await();
                    return job;
                }

                public void completed(Integer job, Integer result) {
                    completed += result;
                }
            };

            public void configure(Registrar r) {
                r.jobType(type);
                r.command(CommandSpec.of("WORK.RUN", 1), (call, args, out) -> {
                    queue.submit(7);
                    out.ok();
                });
                r.command(CommandSpec.of("WORK.GO", 1), (call, args, out) -> {
                    go.countDown();
                    out.ok();
                });
                r.command(CommandSpec.of("WORK.VERSION", 1), (call, args, out) -> out.integer(info().version()));
                r.info("Worker", true, out -> out.field("worker_version", info().version()).field("worker_completed", completed));
            }

            public void start(ModuleContext c) {
                queue = c.jobs(type);
            }

            public void stop(StopReason why) {
                System.getLogger("worker").log(System.Logger.Level.INFO, "stopped by " + why + " having completed " + completed);
            }
            """;

    private WorkerModule() {
    }

    /** Compiles a version. */
    public static Path compile(Path folder, int version) throws IOException {
        return ModuleJar.compile(folder, "test.worker", version, MEMBERS);
    }
}
