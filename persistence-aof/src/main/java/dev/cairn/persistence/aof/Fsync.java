package dev.cairn.persistence.aof;

import java.io.IOException;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When what is logged is forced to disk, by {@code appendfsync}. Main thread.
 *
 * <p>Under {@code always} main forces where the disk is fast; else the lane forces, replies wait for it, and what is logged meanwhile shares
 * the next force; main waits, too, only where the disk is so slow that too much would pile up. Under {@code everysec} the lane forces each
 * second, and while it does, writing waits for it for at most two seconds.
 */
final class Fsync implements AofLog.Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Fsync.class);
    private static final long POSTPONE_MILLIS = 2000;
    private static final long FSYNC_MILLIS = 1000;
    /** Under always: a shorter force is done by main, since the hand-over costs more, and groups are larger when all wait. */
    private static final long SHORT_FORCE_NANOS = 2_000_000;
    /** Under always: how long a force may take, and how much may be logged beside it, before main waits for it. */
    private static final long MOST_HELD_MILLIS = 500;
    private static final long MOST_HELD_BYTES = 16L << 20;

    /** When the log is forced to disk. */
    private enum Policy {
        ALWAYS, EVERYSEC, NO
    }

    private final AofServices server;
    private final AofOptions options;
    private final Durability durability;
    private final BooleanSupplier rewriting;
    private Policy policy = Policy.EVERYSEC;
    private @Nullable AofLog log;
    private @Nullable LogFile file;
    private long lastFsync;
    private long postponedSince;
    private long forcedWrites;
    /** How long a force takes under always, smoothed. */
    private long forceNanos;
    private long delayed;

    /**
     * Begins with nothing to force.
     *
     * @param rewriting says whether a base is being written
     */
    Fsync(AofServices server, AofOptions options, Durability durability, BooleanSupplier rewriting) {
        this.server = server;
        this.options = options;
        this.durability = durability;
        this.rewriting = rewriting;
    }

    /** Makes a value of {@code appendfsync} effective. */
    void policy(String value) {
        policy = switch (value) {
            case "always" -> Policy.ALWAYS;
            case "no" -> Policy.NO;
            default -> Policy.EVERYSEC;
        };
    }

    /** Whether {@code appendfsync} is always, be the log on or not. */
    boolean always() {
        return policy == Policy.ALWAYS;
    }

    @Override
    public boolean forced() {
        return policy == Policy.ALWAYS && durability.on();
    }

    @Override
    public boolean open() {
        return policy != Policy.EVERYSEC || server.pendingFsyncs() == 0;
    }

    @Override
    public long millis() {
        return server.now();
    }

    /** Whether the replies to what is logged wait for a force. */
    boolean holdsReplies() {
        return forced() && !leavesForcing();
    }

    /** Whether forcing is left to the system, as the operator wants it during a rewrite. */
    private boolean leavesForcing() {
        return options.noFsyncOnRewrite.value() && rewriting.getAsBoolean();
    }

    /** Has the log forced in this file from now on; nothing of it is to be forced yet. */
    void begin(AofLog l, LogFile f) {
        log = l;
        file = f;
        forcedWrites = l.writes();
    }

    /** Has another file forced from now on, or none. */
    void file(@Nullable LogFile f) {
        file = f;
    }

    /** Forgets the log that has ended. */
    void end() {
        log = null;
        file = null;
    }

    /** Forces that writing did not wait for, since they took too long. */
    long delayed() {
        return delayed;
    }

    /** Whether writing waits for the force that is going on, as Redis waits: at most two seconds, and then it says so. */
    boolean postpones() {
        if (open()) {
            return false;
        }
        long now = server.now();
        if (postponedSince == 0) {
            postponedSince = now;
            return true;
        }
        if (now - postponedSince < POSTPONE_MILLIS) {
            return true;
        }
        delayed++;
        LOG.info("Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete,"
                + " this may slow down the server.");
        return false;
    }

    /** Forces what was written, now or in the background, where it is time. */
    void written() {
        postponedSince = 0;
        AofLog l = Objects.requireNonNull(log);
        if (l.writes() == forcedWrites || leavesForcing()) {
            return;
        }
        long offset = server.host().offset();
        if (forced()) {
            boolean pending = server.pendingFsyncs() > 0;
            if (!pending && forceNanos < SHORT_FORCE_NANOS) {
                forceWaiting(l);
            } else if (!pending) {
                forcedWrites = l.writes();
                lastFsync = server.now();
                forceForReplies(l, Objects.requireNonNull(file), offset);
            } else if (server.now() - lastFsync > MOST_HELD_MILLIS || offset - durability.synced() > MOST_HELD_BYTES) {
                forceWaiting(l);
            }
        } else if (policy == Policy.EVERYSEC && server.now() - lastFsync >= FSYNC_MILLIS && server.pendingFsyncs() == 0) {
            forcedWrites = l.writes();
            lastFsync = server.now();
            forceInBackground(Objects.requireNonNull(file), l.waiting() == 0 ? offset : durability.synced());
        }
    }

    /** Forces what the replies of this turn wait for. What is logged meanwhile shares the next force. */
    private void forceForReplies(AofLog l, LogFile f, long offset) {
        long last = l.nextSequence() - 1;
        long start = System.nanoTime();
        server.fsyncs().submit(new Jobs.Job(f::force, (job, failure) -> {
            tookToForce(System.nanoTime() - start);
            if (failure == null) {
                l.forced(last);
                durability.syncedTo(offset);
            } else if (f == file) {
                cannotForce(failure);
            }
        }));
    }

    /** Forces with everybody waiting: a fast disk, or one so slow that what waits for it must stay bounded. */
    private void forceWaiting(AofLog l) {
        long start = System.nanoTime();
        try {
            Objects.requireNonNull(file).force();
        } catch (IOException e) {
            cannotForce(e);
            return;
        }
        tookToForce(System.nanoTime() - start);
        lastFsync = server.now();
        forcedWrites = l.writes();
        l.forced(l.nextSequence() - 1);
        durability.syncedTo(server.host().offset());
    }

    private void tookToForce(long nanos) {
        server.latency("aof-fsync-always", nanos);
        forceNanos += (nanos - forceNanos) / 4;
    }

    private void cannotForce(Throwable failure) {
        server.host().terminate("Can't persist AOF for fsync error when the AOF fsync policy is 'always': " + failure.getMessage()
                + ". Exiting...");
    }

    private void forceInBackground(LogFile f, long offset) {
        server.fsyncs().submit(new Jobs.Job(f::force, (job, failure) -> forcedInBackground(offset, failure)));
    }

    private void forcedInBackground(long offset, @Nullable Throwable failure) {
        if (failure == null) {
            durability.fsyncWorked();
            durability.syncedTo(offset);
        } else if (log != null) {
            forcedWrites = -1;
            durability.fsyncFailed(String.valueOf(failure.getMessage()));
        }
    }
}
