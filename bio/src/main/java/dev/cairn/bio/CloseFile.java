package dev.cairn.bio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.FileCloser;
import dev.cairn.api.job.JobContext;
import dev.cairn.api.job.JobQueue;

/** The job type {@code close_file}: files that are closed or deleted in the background. Thread-safe. */
final class CloseFile implements BackgroundJobType<CloseFile.Task, Boolean>, FileCloser {
    private static final System.Logger LOG = System.getLogger(CloseFile.class.getName());

    private volatile @Nullable JobQueue<Task, Boolean> queue;

    /** What to do with a file. */
    record Task(Closeable work, String what) {
    }

    void queue(@Nullable JobQueue<Task, Boolean> to) {
        queue = to;
    }

    @Override
    public String name() {
        return "close_file";
    }

    @Override
    public String lane() {
        return "close_file";
    }

    @Override
    public Boolean run(Task task, JobContext context) throws IOException {
        task.work().close();
        return true;
    }

    @Override
    public void failed(Task task, Throwable failure) {
        LOG.log(System.Logger.Level.WARNING, "Can''t {0}: {1}", task.what(), failure.getMessage());
    }

    @Override
    public void abandoned(Task task) {
        LOG.log(System.Logger.Level.WARNING, "Did not {0}: the server stopped before", task.what());
    }

    @Override
    public void close(Closeable file, String name) {
        add(new Task(file, "close " + name));
    }

    @Override
    public void delete(Path file) {
        add(new Task(() -> Files.deleteIfExists(file), "delete " + file));
    }

    private void add(Task task) {
        JobQueue<Task, Boolean> q = queue;
        try {
            if (q != null) {
                q.submit(task);
                return;
            }
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "The lane takes no more: {0}", e.getMessage());
        }
        runHere(task);
    }

    /** Before the start and after the stop there is no lane: the caller does it. */
    private void runHere(Task task) {
        try {
            task.work().close();
        } catch (IOException e) {
            failed(task, e);
        }
    }
}
