package dev.cairn.bio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;

import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.testkit.JobTypeContract;

class CloseFileTest extends JobTypeContract<CloseFile.Task, Boolean> {
    private boolean closed;

    @Override
    protected BackgroundJobType<CloseFile.Task, Boolean> type() {
        return new CloseFile();
    }

    @Override
    protected List<CloseFile.Task> jobs() {
        return List.of(new CloseFile.Task(() -> closed = true, "close a file"));
    }

    /** To close a file cannot be cut short. */
    @Override
    protected Set<Leeway> leeways() {
        return Set.of(Leeway.RUNS_TO_ITS_END);
    }

    @Override
    protected void check(CloseFile.Task job, Boolean result) {
        assertTrue(closed);
    }
}
