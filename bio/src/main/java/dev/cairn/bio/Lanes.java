package dev.cairn.bio;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobLanes;
import dev.cairn.api.job.JobQueue;

/**
 * All lanes, and the way back from them to the main thread. Main thread, but where a method says otherwise.
 *
 * <p>Jobs that have ended go into one queue, in which those of a lane keep their order, and one task of the main thread tells their types:
 * a burst of jobs wakes main once. At the stop main has left its loop; it then tells from here.
 */
final class Lanes implements JobLanes {
    private static final System.Logger LOG = System.getLogger(Lanes.class.getName());
    private static final int MAX_LANES = 64;
    private static final String NAME = "[a-z0-9_]{1,32}";
    /** How many jobs are told of in one task. */
    private static final int TOLD_AT_ONCE = 1024;
    /** When so many wait to be told of, other threads than main submit no more. */
    private static final int MAX_UNTOLD = 4 * Lane.CAPACITY;
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final List<LaneQueue<?, ?>> queues = new ArrayList<>();
    private final ConcurrentLinkedQueue<Job<?, ?>> ended = new ConcurrentLinkedQueue<>();
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable entering;
    private BiFunction<String, Runnable, Thread> threads;
    private volatile @Nullable Executor main;
    private volatile @Nullable Thread mainThread;
    private boolean started;
    private boolean unfinished;

    /**
     * No lanes yet.
     *
     * @param entering runs first on each lane's thread
     */
    Lanes(Runnable entering) {
        this.entering = entering;
        ThreadFactory plain = Thread.ofPlatform().daemon().factory();
        threads = (name, body) -> {
            Thread t = plain.newThread(body);
            t.setName(name);
            return t;
        };
    }

    /** Sets what makes the threads. */
    void threads(BiFunction<String, Runnable, Thread> factory) {
        threads = factory;
    }

    Thread newThread(String name, Runnable body) {
        return threads.apply(name, body);
    }

    @Override
    @SuppressWarnings("unchecked") // a queue that is kept under a type is of that type
    public <J, R> JobQueue<J, R> open(BackgroundJobType<J, R> type, Executor toMain) {
        main = toMain;
        mainThread = Thread.currentThread();
        for (LaneQueue<?, ?> open : queues) {
            if (open.type() == type) {
                return (LaneQueue<J, R>) open;
            }
        }
        if (!type.name().matches(NAME) || !type.lane().matches(NAME)) {
            throw new IllegalStateException("job type '" + type.name() + "' in lane '" + type.lane()
                    + "': want names of at most 32 lower-case letters, digits and underscores");
        }
        LaneQueue<J, R> queue = new LaneQueue<>(type, lane(type.lane()), this);
        queues.add(queue);
        return queue;
    }

    @Override
    public void close(BackgroundJobType<?, ?> type) {
        for (LaneQueue<?, ?> open : List.copyOf(queues)) {
            if (open.type() == type) {
                queues.remove(open);
                open.close();
            }
        }
    }

    private Lane lane(String name) {
        Lane lane = lanes.get(name);
        if (lane == null) {
            if (lanes.size() == MAX_LANES) {
                throw new IllegalStateException("lane '" + name + "': there are " + MAX_LANES + " lanes already");
            }
            lane = new Lane(name, this);
            lanes.put(name, lane);
            if (started) {
                lane.start();
            }
        }
        return lane;
    }

    @Override
    public void start() {
        started = true;
        lanes.values().forEach(Lane::start);
    }

    /** A lane's thread begins. Lane's thread. */
    void enter() {
        entering.run();
    }

    /** Has main told of a job that has ended. Any thread. */
    void tell(Job<?, ?> job) {
        untold.incrementAndGet();
        ended.add(job);
        wakeMain();
    }

    /** Has main look for what has ended and for barriers. Any thread. */
    void wakeMain() {
        Executor e = main;
        if (e != null && !scheduled.getAndSet(true)) {
            e.execute(this::tellSome);
        }
    }

    /** Whether main is so far behind with what has ended that other threads have to wait. Any thread. */
    boolean tellingLags() {
        return untold.get() >= MAX_UNTOLD && Thread.currentThread() != mainThread;
    }

    private void tellSome() {
        // first: what ends from now on schedules the next task
        scheduled.set(false);
        boolean normal = false;
        try {
            for (int i = 0; i < TOLD_AT_ONCE; i++) {
                Job<?, ?> job = ended.poll();
                if (job == null) {
                    break;
                }
                tellNow(job);
            }
            lanes.values().forEach(Lane::openBarriers);
            normal = true;
        } finally {
            if (!normal || !ended.isEmpty()) {
                wakeMain();
            }
        }
    }

    private <J, R> void tellNow(Job<J, R> job) {
        LaneQueue<J, R> queue = job.queue();
        queue.count(job);
        queue.lane().countTold(job.abandoned());
        untold.decrementAndGet();
        queue.lane().changed();
        if (job.abandoned() && queue.type().runsAtStop()) {
            unfinished = true;
        }
        job.tell();
    }

    @Override
    public boolean stop(Duration grace) {
        lanes.values().forEach(Lane::close);
        long deadline = System.nanoTime() + grace.toNanos();
        for (Lane lane : lanes.values()) {
            if (!end(lane, deadline)) {
                unfinished = true;
            }
            lane.abandonRest();
        }
        for (Job<?, ?> job = ended.poll(); job != null; job = ended.poll()) {
            try {
                tellNow(job);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                LOG.log(System.Logger.Level.WARNING, "Job type '" + job.queue().type().name() + "' failed when it was told of a job", e);
            }
        }
        lanes.values().forEach(Lane::cancelBarriers);
        return !unfinished;
    }

    /** Waits for the end of a lane until the deadline, then forces it; false when it had to. */
    private static boolean end(Lane lane, long deadline) {
        try {
            if (lane.join(deadline - System.nanoTime())) {
                return true;
            }
            LOG.log(System.Logger.Level.WARNING, "{0} does not end in time, interrupting it", lane.threadName());
            lane.force();
            if (!lane.join(AFTER_INTERRUPT.toNanos())) {
                LOG.log(System.Logger.Level.WARNING, "{0} does not end, leaving it alone", lane.threadName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            lane.force();
        }
        return false;
    }

    /** Writes the section of INFO. */
    void info(InfoWriter out) {
        out.field("bio_lanes", lanes.size());
        queues.forEach(q -> q.info(out));
    }
}
