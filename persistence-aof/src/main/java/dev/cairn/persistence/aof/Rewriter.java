package dev.cairn.persistence.aof;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.command.CommandError;
import dev.cairn.persistence.aof.Durability.State;
import dev.cairn.persistence.aof.Manifest.Entry;

/**
 * When the append-only file is rewritten, and how one rewrite goes from step to step. Main thread.
 *
 * <p>The lane forces the increment and opens the next; when both are done, and nothing waits to be written, the log changes to the next
 * increment and the snapshot is taken, at the same point of the stream; the lane writes the base; a manifest with it replaces the one before.
 */
final class Rewriter {
    private static final Logger LOG = LoggerFactory.getLogger(Rewriter.class);
    private static final CommandError IN_PROGRESS = CommandError.err("Background append only file rewriting already in progress");

    /** How far a rewrite is. */
    private enum Phase {
        IDLE, PREPARING, READY, WRITING
    }

    private final AofServices server;
    private final AofOptions options;
    private final AofDirectory directory;
    private final Durability durability;
    private final Fsync fsync;
    private final LogWriter writer;
    private final AofSize size;
    private Phase phase = Phase.IDLE;
    private boolean scheduled;
    /** The increment that a rewrite will begin with. */
    private @Nullable NextIncrement nextIncrement;
    private @Nullable Rewrite rewrite;
    /** The base that is being written; its start is the first record that is not in it. */
    private Entry base = new Entry("", 0, 0, Manifest.OPEN);
    private long begunMillis;
    private long lastSeconds = -1;
    private boolean lastFailed;
    private long done;
    private long failuresInARow;
    private long nextTry;

    Rewriter(AofServices server, AofOptions options, AofDirectory directory, Durability durability, Fsync fsync, LogWriter writer,
            AofSize size) {
        this.server = server;
        this.options = options;
        this.directory = directory;
        this.durability = durability;
        this.fsync = fsync;
        this.writer = writer;
        this.size = size;
    }

    /** Whether a base is being written. */
    boolean writing() {
        return rewrite != null;
    }

    // When.

    /**
     * Has the file rewritten.
     *
     * @throws CommandError when that is going on already, or cannot be
     */
    void request() {
        if (rewrite != null || phase != Phase.IDLE) {
            throw IN_PROGRESS;
        }
        try {
            server.openLanes();
            directory.open();
            if (durability.state() == State.OFF) {
                directory.read();
            }
        } catch (IOException e) {
            LOG.warn("Can't rewrite the append only file: {}", e.getMessage());
            throw CommandError.err("Can't execute an AOF background rewriting. Please check the server logs for more information.");
        }
        scheduled = true;
    }

    /** Has a rewrite begin as soon as it can. */
    void schedule() {
        scheduled = true;
    }

    /** The regular look: whether the file has grown enough to be rewritten. */
    void cron() {
        if (!durability.on() || rewrite != null || scheduled) {
            return;
        }
        long percentage = options.rewritePercentage.value();
        long open = writer.position();
        if (percentage > 0 && size.total(open) > options.rewriteMinSize.value() && server.now() >= nextTry) {
            long growth = size.growth(open);
            if (growth >= percentage) {
                LOG.info("Starting automatic rewriting of AOF on {}% growth", growth);
                scheduled = true;
            }
        }
    }

    // How.

    /** Goes on with what is due. Each turn, after the log was written. */
    void advance() {
        if (scheduled || phase != Phase.IDLE) {
            nextStep();
        }
    }

    private void nextStep() {
        if (phase == Phase.IDLE && scheduled && server.host().snapshotPossible()) {
            scheduled = false;
            begunMillis = server.now();
            if (durability.state() == State.OFF) {
                phase = Phase.READY;
            } else {
                prepare(writer.file(), directory.nextIncrement(fsync.always()));
            }
        }
        if (phase == Phase.READY && writer.waiting() == 0) {
            long start = System.nanoTime();
            try {
                begin();
                phase = Phase.WRITING;
                server.latency("aof-rewrite-begin", System.nanoTime() - start);
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    /** Has the lane force what is logged and open the next increment, so that little is left to do for main. */
    private void prepare(@Nullable LogFile old, NextIncrement next) {
        phase = Phase.PREPARING;
        nextIncrement = next;
        server.fsyncs().submit(new Jobs.Job(() -> {
            next.open();
            if (old != null) {
                old.force();
            }
        }, (job, failure) -> {
            boolean wanted = nextIncrement == next;
            if (!wanted || failure != null) {
                next.discard();
            }
            if (wanted && failure != null) {
                failed(failure);
            } else if (wanted) {
                phase = Phase.READY;
            }
        }));
    }

    /** Changes to a new increment and takes the snapshot, at the same point of the stream. */
    private void begin() throws IOException {
        Manifest unchanged = directory.manifest();
        LogFile old = writer.file();
        long start = writer.isOpen() ? writer.log().nextSequence() : firstSequence(unchanged);
        if (old != null) {
            // nothing of the old increment may be missing where the manifest says that it is whole; most was forced just now
            old.force();
            writer.log().forced(start - 1);
            durability.syncedTo(server.host().offset());
            directory.name(unchanged.seal(start - 1));
        }
        NextIncrement next = nextIncrement;
        nextIncrement = null;
        if (next != null) {
            changeTo(next, start, old, unchanged);
        }
        base = directory.nextBase(start);
        Jobs.BaseJob job = new Jobs.BaseJob(directory.file(base), options.incrementalFsync.value());
        Rewrite r = new Rewrite(job, server.rewrites(), this::ended, this::aborted);
        rewrite = r;
        server.host().snapshot(r);
        LOG.info("Background append only file rewriting started");
    }

    private void changeTo(NextIncrement next, long start, @Nullable LogFile old, Manifest unchanged) throws IOException {
        try {
            writer.begin(next, start);
            directory.write();
        } catch (IOException e) {
            directory.name(unchanged);
            if (writer.file() != old) {
                writer.goBack(old);
                next.discard();
            }
            throw e;
        }
        if (old != null) {
            size.sealed(old.position());
            old.end();
            server.fsyncs().submit(new Jobs.Job(old::close, (job, failure) -> {
            }));
        }
    }

    private static long firstSequence(Manifest m) {
        long last = m.base().map(Entry::start).orElse(1L);
        for (Entry e : m.increments()) {
            last = Math.max(last, e.end() == Manifest.OPEN ? e.start() + (1L << 40) : e.end() + 1);
        }
        return last;
    }

    private void ended(@Nullable Throwable failure) {
        Rewrite r = rewrite;
        if (r == null) {
            return;
        }
        if (failure != null) {
            server.host().cancelSnapshot();
            failed(failure);
            return;
        }
        try {
            install(r);
        } catch (IOException e) {
            failed(e);
            return;
        }
        rewrite = null;
        phase = Phase.IDLE;
        lastSeconds = seconds();
        lastFailed = false;
        failuresInARow = 0;
        done++;
        LOG.info("Background AOF rewrite finished successfully: {} keys, {} bytes", r.keys(), size.base());
    }

    private void install(Rewrite r) throws IOException {
        List<Entry> following = durability.state() == State.OFF ? List.of()
                : directory.manifest().increments().stream().filter(e -> e.start() >= base.start()).toList();
        LogFile f = writer.file();
        if (durability.state() == State.WAIT_REWRITE && f != null) {
            f.force();
        }
        long start = System.nanoTime();
        directory.install(directory.manifest().rewritten(base, following));
        server.latency("aof-rename", System.nanoTime() - start);
        size.rewritten(r.base().size(), writer.position());
        if (durability.state() == State.WAIT_REWRITE) {
            durability.state(State.ON);
            LOG.info("AOF is on: the first base is written");
            durability.refuseOrAccept();
        }
        directory.deleteHistory();
    }

    private void failed(Throwable failure) {
        LOG.warn("Background AOF rewrite failed: {}", failure.getMessage());
        rewrite = null;
        forgetPreparation();
        lastFailed = true;
        failuresInARow++;
        lastSeconds = seconds();
        if (failuresInARow >= 3) {
            long minutes = Math.min(60, 1L << Math.min(6, failuresInARow - 3));
            nextTry = server.now() + minutes * 60_000;
        }
        if (durability.state() == State.WAIT_REWRITE) {
            // Redis tries again, too: the operator has asked for a log
            nextTry = Math.max(nextTry, server.now() + 1000);
            retryFirst();
        }
    }

    private void retryFirst() {
        server.context().loop().after(Duration.ofMillis(Math.max(1, nextTry - server.now())), () -> {
            if (durability.state() == State.WAIT_REWRITE && rewrite == null && phase == Phase.IDLE) {
                scheduled = true;
            }
        });
    }

    private void aborted(String reason) {
        LOG.info("The rewrite of the append only file begins anew, because {}", reason);
        rewrite = null;
        phase = Phase.IDLE;
        scheduled = true;
    }

    /** Gives up what is going on and what is to come. */
    void cancel() {
        scheduled = false;
        forgetPreparation();
        Rewrite r = rewrite;
        if (r != null) {
            LOG.info("The rewrite of the append only file is given up");
            server.host().cancelSnapshot();
            r.cancel();
            rewrite = null;
        }
    }

    private void forgetPreparation() {
        NextIncrement next = nextIncrement;
        nextIncrement = null;
        if (next != null && phase == Phase.READY) {
            next.discard();
        }
        phase = Phase.IDLE;
    }

    private long seconds() {
        return (server.now() - begunMillis) / 1000;
    }

    /** Tells the state of rewriting, a part of what the append-only file tells. */
    void info(InfoWriter out) {
        out.field("aof_rewrite_in_progress", rewrite != null || phase != Phase.IDLE ? 1 : 0)
                .field("aof_rewrite_scheduled", scheduled ? 1 : 0).field("aof_last_rewrite_time_sec", lastSeconds)
                .field("aof_current_rewrite_time_sec", rewrite == null ? -1 : seconds())
                .field("aof_last_bgrewrite_status", lastFailed ? "err" : "ok").field("aof_rewrites", done)
                .field("aof_rewrites_consecutive_failures", failuresInARow);
    }
}
