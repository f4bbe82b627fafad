package dev.cairn.persistence.aof;

import java.io.IOException;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.job.JobQueue;
import dev.cairn.api.persistence.PersistenceHost;

/** What the parts of the append-only file use of the server: the host of its data, its lanes of background jobs, its clock. Main thread. */
final class AofServices {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Jobs.Type fsyncType;
    private final Jobs.Type rewriteType;
    private final Jobs.Type cleanType;
    private @Nullable ModuleContext context;
    private @Nullable PersistenceHost host;
    private @Nullable JobQueue<Jobs.Job, Boolean> fsyncs;
    private @Nullable JobQueue<Jobs.Job, Boolean> rewrites;
    private @Nullable JobQueue<Jobs.Job, Boolean> cleaning;

    AofServices(Jobs.Type fsyncType, Jobs.Type rewriteType, Jobs.Type cleanType) {
        this.fsyncType = fsyncType;
        this.rewriteType = rewriteType;
        this.cleanType = cleanType;
    }

    /** Is given what the module is started with. */
    void started(ModuleContext c) {
        context = c;
    }

    /** Is given whose data is logged. */
    void opened(PersistenceHost h) {
        host = h;
    }

    /** Whether the server has come so far that its data can be logged. */
    boolean ready() {
        return host != null;
    }

    ModuleContext context() {
        return Objects.requireNonNull(context);
    }

    PersistenceHost host() {
        return Objects.requireNonNull(host);
    }

    /**
     * Opens the lanes, if they are not open yet.
     *
     * @throws IOException when no module runs background jobs
     */
    void openLanes() throws IOException {
        if (fsyncs == null) {
            ModuleContext c = context();
            try {
                fsyncs = c.jobs(fsyncType);
                rewrites = c.jobs(rewriteType);
                cleaning = c.jobs(cleanType);
            } catch (IllegalStateException e) {
                throw new IOException("appendonly needs a module that runs background jobs, such as bio: " + e.getMessage(), e);
            }
        }
    }

    /** The lane that forces increments, and opens and closes them. */
    JobQueue<Jobs.Job, Boolean> fsyncs() {
        return Objects.requireNonNull(fsyncs);
    }

    /** The lane that writes bases. */
    JobQueue<Jobs.Job, Boolean> rewrites() {
        return Objects.requireNonNull(rewrites);
    }

    /** The lane that deletes files, and readies what increments grow into. */
    JobQueue<Jobs.Job, Boolean> cleaning() {
        return Objects.requireNonNull(cleaning);
    }

    /** Jobs that wait for a force or for what else that lane does, or are under way. */
    long pendingFsyncs() {
        JobQueue<Jobs.Job, Boolean> q = fsyncs;
        return q == null ? 0 : q.pending();
    }

    /** Wall clock, ms since 1970. */
    long now() {
        return System.currentTimeMillis();
    }

    /** Reports how long something took to LATENCY. */
    void latency(String event, long nanos) {
        context().latency(event, nanos / NANOS_PER_MILLI);
    }
}
