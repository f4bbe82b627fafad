package dev.cairn.core.db;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.api.job.BackgroundJobType;
import dev.cairn.api.job.JobContext;
import dev.cairn.api.job.JobQueue;
import dev.cairn.structures.Pages;

/**
 * Freeing in the background, and the count of what waits for it. Main thread, but for {@link #run}.
 *
 * <p>Design. Deleting needs no background here for its own sake: the blocks of a value go back to their heap at once, and a heap that is
 * dropped whole, a database's or a large value's, is forgotten in O(chunks). What takes long is left over: giving the memory of dropped heaps
 * back to the operating system, and what types do to release Java objects. So main collects what one turn of the loop has deleted in one
 * {@link Garbage} and hands it to the lane {@code lazy_free}. Objects count as pending from their deletion until the memory that was
 * dropped up to then is returned. Where nobody runs background jobs, or the lane is full, objects are released on main and the memory is
 * returned in pieces by the cron.
 */
public final class LazyFree implements BackgroundJobType<LazyFree.Garbage, Boolean> {
    private static final Logger LOG = LoggerFactory.getLogger(LazyFree.class);
    /** A value that takes more work to free than this is freed in the background. */
    private static final long THRESHOLD = 64;
    /** Bytes that are returned at a time; another thread may do some in between. */
    private static final long PIECE = Pages.HUGE;
    /** Bytes that the cron returns where there is no lane. */
    private static final long CRON_PIECE = 4L * Pages.HUGE;

    /** Whether values whose time is over are freed in the background. */
    public boolean expired = true;
    /** Whether values that a command replaces or empties are. */
    public boolean replaced = true;
    /** Whether what DEL deletes is. */
    public boolean deleted = true;
    /** Whether FLUSHDB and FLUSHALL without a modifier do it. */
    public boolean flushed = true;

    private @Nullable JobQueue<Garbage, Boolean> queue;
    private @Nullable Garbage collected;
    private int jobs;
    private long pending;
    private long freed;
    /** Objects that no lane has taken, freed when the position is reached. */
    private long late;
    private long latePosition;

    LazyFree() {
    }

    /** What one turn of the loop has deleted: a number of keys, and the Java objects among their values. */
    public static final class Garbage {
        private final List<ObjectTable> tables = new ArrayList<>(1);
        private final List<Runnable> releases = new ArrayList<>(1);
        private long keys;
        private long position;

        private Garbage() {
        }

        private void release() {
            releases.forEach(Runnable::run);
            tables.forEach(ObjectTable::releaseAll);
        }
    }

    @Override
    public String name() {
        return "lazy_free";
    }

    @Override
    public String lane() {
        return "lazy_free";
    }

    /** The memory of a process that ends is returned anyway. */
    @Override
    public boolean runsAtStop() {
        return false;
    }

    /** Sets where the work goes, null for nowhere. */
    public void queue(@Nullable JobQueue<Garbage, Boolean> to) {
        if ((queue == null) != (to == null)) {
            Pages.releaser(to != null);
        }
        queue = to;
    }

    /** Keys that were deleted and whose memory is not returned yet. */
    public long pending() {
        return pending;
    }

    /** Keys that were freed in the background so far. */
    public long freed() {
        return freed;
    }

    /** Sets {@link #freed} to zero. */
    public void resetFreed() {
        freed = 0;
    }

    /** Whether a value is so large that it is to be freed in the background. */
    static boolean isLarge(DataType type, Slot value) {
        long effort = type.freeEffort(value);
        return effort > THRESHOLD || effort == 0;
    }

    /** Counts keys that were deleted, whose memory is dropped. */
    void drop(long keys) {
        collect().keys += keys;
        pending += keys;
    }

    /** Takes a deleted key's object. */
    void drop(DataType type, Object object) {
        drop(1);
        collect().releases.add(() -> release(type, object));
    }

    /** Takes the keys of an emptied database, with the objects among their values. */
    void drop(long keys, ObjectTable objects) {
        drop(keys);
        if (!objects.isEmpty()) {
            collect().tables.add(objects);
        }
    }

    private Garbage collect() {
        Garbage g = collected;
        if (g == null) {
            g = new Garbage();
            collected = g;
        }
        return g;
    }

    /** Has a type release an object; a type that fails does not keep others from theirs. Main or the lane's thread. */
    static void release(DataType type, Object object) {
        try {
            type.release(object);
        } catch (RuntimeException | LinkageError | AssertionError e) {
            LOG.warn("Data type '{}' failed to release a value", type.name(), e);
        }
    }

    /** Hands over what was deleted in a turn of the loop, and memory that is to be returned. */
    public void endTurn() {
        Garbage g = collected;
        if (g == null && (queue == null || jobs > 0 || Pages.releaseBytes() == 0)) {
            return;
        }
        collected = null;
        handOver(g == null ? new Garbage() : g);
    }

    private void handOver(Garbage g) {
        g.position = Pages.queuedBytes();
        JobQueue<Garbage, Boolean> q = queue;
        if (q != null && q.offer(g)) {
            jobs++;
        } else {
            g.release();
            late += g.keys;
            latePosition = g.position;
        }
    }

    /** Does what no lane does: returns a piece of the memory, and counts what is done. */
    public void cron() {
        if (queue == null) {
            Pages.releaseSome(CRON_PIECE);
        }
        settleLate();
    }

    private void settleLate() {
        if (late > 0 && Pages.returnedBytes() >= latePosition) {
            settle(late);
            late = 0;
        }
    }

    private void settle(long keys) {
        pending -= keys;
        freed += keys;
    }

    /** Returns all memory that is to be returned before it returns itself, as MEMORY PURGE does. */
    public void purge() {
        endTurn();
        while (Pages.releaseSome(PIECE)) {
            Thread.onSpinWait();
        }
        settleLate();
    }

    @Override
    public Boolean run(Garbage garbage, JobContext context) {
        garbage.release();
        while (Pages.returnedBytes() < garbage.position && !context.stopping()) {
            Pages.releaseSome(PIECE);
        }
        return true;
    }

    @Override
    public void completed(Garbage garbage, Boolean result) {
        jobs--;
        settle(garbage.keys);
    }

    @Override
    public void failed(Garbage garbage, Throwable failure) {
        LOG.warn("Freeing in the background failed", failure);
        completed(garbage, true);
    }

    @Override
    public void abandoned(Garbage garbage) {
        jobs--;
        pending -= garbage.keys;
    }
}
