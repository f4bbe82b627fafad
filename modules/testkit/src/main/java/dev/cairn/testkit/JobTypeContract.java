package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobContext;

/**
 * What every kind of background job keeps: it is named as lanes are, its jobs run on any thread, end early when the server wants to stop,
 * and it can be told of each end of a job. How the lanes run jobs is {@link JobLanesContract}'s.
 *
 * @param <J> what one job is told
 * @param <R> what it results in
 */
@Timeout(300)
public abstract class JobTypeContract<J, R> {
    /** What a type may do differently; each is an explicit exception from the contract. */
    public enum Leeway {
        /** Its jobs run to their ends when the server wants to stop, because they are short or what they do must not be left half done. */
        RUNS_TO_ITS_END
    }

    /** For subclasses. */
    protected JobTypeContract() {
    }

    /** A new instance of the type. */
    protected abstract BackgroundJobType<J, R> type();

    /** New jobs that succeed; unless the type has {@link Leeway#RUNS_TO_ITS_END}, one of them at least takes long. */
    protected abstract List<J> jobs() throws Exception;

    /** What the type does differently; nothing by default. */
    protected Set<Leeway> leeways() {
        return Set.of();
    }

    /** Looks at the result of a job that has run to its end, when it was told of; does nothing by default. */
    protected void check(J job, R result) throws Exception {
    }

    @Test
    void isNamedAsItsLane() {
        BackgroundJobType<J, R> type = type();
        assertTrue(type.name().matches("[a-z0-9_]+"), type::name);
        assertTrue(type.lane().matches("[a-z0-9_]+"), type::lane);
        assertEquals(type.name(), type().name());
        assertEquals(type.lane(), type().lane());
    }

    @Test
    void runsEachJobOnALaneAndIsToldOfItOnMain() throws Exception {
        BackgroundJobType<J, R> type = type();
        List<J> jobs = jobs();
        assertFalse(jobs.isEmpty(), "no jobs");
        for (J job : jobs) {
            R result = onLane(() -> type.run(job, () -> false));
            type.completed(job, result);
            check(job, result);
        }
    }

    @Test
    void canBeToldThatAJobFailedOrWasAbandoned() throws Exception {
        BackgroundJobType<J, R> type = type();
        List<J> jobs = new ArrayList<>(jobs());
        type.failed(jobs.getFirst(), new IllegalStateException("a failure that the test made up"));
        for (J job : jobs()) {
            type.abandoned(job);
        }
    }

    @Test
    void endsEarlyWhenTheServerWantsToStop() throws Exception {
        BackgroundJobType<J, R> type = type();
        boolean asked = false;
        for (J job : jobs()) {
            Stopping stopping = new Stopping();
            try {
                onLane(() -> type.run(job, stopping));
            } catch (Exception e) {
                type.failed(job, e); // to throw is one way to end early
            }
            asked |= stopping.asked;
        }
        assertEquals(leeways().contains(Leeway.RUNS_TO_ITS_END), !asked, "whether a job looks at JobContext.stopping()");
    }

    /** A server that wants to stop. */
    private static final class Stopping implements JobContext {
        volatile boolean asked;

        @Override
        public boolean stopping() {
            asked = true;
            return true;
        }
    }

    private <T> T onLane(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("bio_" + type().lane()).start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        try {
            return result.get(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }
}
