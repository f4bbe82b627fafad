package dev.cairn.persistence.aof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.testkit.JobTypeContract;

class JobsTest extends JobTypeContract<Jobs.Job, Boolean> {
    private final List<String> told = new ArrayList<>();

    @Override
    protected BackgroundJobType<Jobs.Job, Boolean> type() {
        return new Jobs.Type("some_work", "some_lane");
    }

    @Override
    protected List<Jobs.Job> jobs() {
        return List.of(new Jobs.Job(() -> told.add("ran"), (job, failure) -> told.add(failure == null ? "done" : "failed")));
    }

    /** What is written is written whole. */
    @Override
    protected Set<Leeway> leeways() {
        return Set.of(Leeway.RUNS_TO_ITS_END);
    }

    @Override
    protected void check(Jobs.Job job, Boolean result) {
        assertTrue(result);
        assertEquals(List.of("ran", "done"), told);
    }
}
