package dev.cairn.persistence.aof;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;
import dev.cairn.api.job.JobQueue;

/** Lanes of background jobs for these tests, which can be held back. */
final class TestLanes implements ServerModule, JobLanes {
    private final Map<String, ExecutorService> lanes = new HashMap<>();
    private final Map<String, Semaphore> gates = new HashMap<>();

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("a-test-lanes", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        registrar.jobLanes(this);
    }

    /** Waits for the job of the lane that runs, if any, and lets none run until {@link #release}. */
    void hold(String lane) {
        gate(lane).acquireUninterruptibly();
    }

    /** Lets the lane's jobs run. */
    void release(String lane) {
        gate(lane).release();
    }

    private synchronized Semaphore gate(String lane) {
        return gates.computeIfAbsent(lane, l -> new Semaphore(1));
    }

    @Override
    public synchronized <J, R> JobQueue<J, R> open(BackgroundJobType<J, R> type, Executor main) {
        ExecutorService lane = lanes.computeIfAbsent(type.lane(),
                n -> Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("bio_" + n).factory()));
        return new Queue<>(type, lane, gate(type.lane()), main, new AtomicLong());
    }

    @Override
    public void close(BackgroundJobType<?, ?> type) {
        // the lane ends with all others
    }

    @Override
    public void start() {
        // a lane runs as soon as it is opened
    }

    @Override
    public boolean stop(Duration grace) {
        gates.values().forEach(g -> g.release(1000));
        List.copyOf(lanes.values()).forEach(ExecutorService::close);
        lanes.clear();
        // those of the next server can be held back again
        gates.clear();
        return true;
    }

    private record Queue<J, R>(BackgroundJobType<J, R> type, ExecutorService lane, Semaphore gate, Executor main, AtomicLong count)
            implements
                JobQueue<J, R> {
        @Override
        public void submit(J job) {
            count.incrementAndGet();
            lane.execute(() -> {
                gate.acquireUninterruptibly();
                try {
                    R result = type.run(job, () -> false);
                    count.decrementAndGet();
                    main.execute(() -> type.completed(job, result));
                } catch (Exception e) {
                    count.decrementAndGet();
                    main.execute(() -> type.failed(job, e));
                } finally {
                    gate.release();
                }
            });
        }

        @Override
        public boolean offer(J job) {
            submit(job);
            return true;
        }

        @Override
        public long awaitStep(Duration max) {
            return count.get();
        }

        @Override
        public long pending() {
            return count.get();
        }

        @Override
        public CompletionStage<Void> barrier() {
            return CompletableFuture.runAsync(() -> {
            }, lane);
        }

        @Override
        public boolean drain(Duration max) {
            return count.get() == 0;
        }
    }
}
