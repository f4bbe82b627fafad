package dev.cairn.persistence.aof;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.DataType.CommandSink;
import dev.cairn.api.data.Slot;
import dev.cairn.api.job.JobQueue;
import dev.cairn.api.persistence.SnapshotWriter;
import dev.cairn.resp.CommandBuffer;

/**
 * A rewrite that is going on: serialises the values of a snapshot into pieces, which the lane writes to the base. Main thread.
 *
 * <p>Only a few pieces wait for the lane at a time; then the walk over the keys rests. Values that are about to change cannot wait, so what
 * they add is bounded apart, beyond which the rewrite is given up: the disk does not keep up with the changes.
 */
final class Rewrite implements SnapshotWriter, CommandSink {
    private static final Bytes PEXPIREAT = Bytes.of("PEXPIREAT");
    private static final int PIECE = 256 << 10;
    private static final int MOST_PIECES = 8;
    private static final long MOST_WAITING = 1L << 30;

    private final Jobs.BaseJob base;
    private final JobQueue<Jobs.Job, Boolean> lane;
    private final Consumer<@Nullable Throwable> ended;
    private final Consumer<String> aborted;
    private final CommandBuffer piece = new CommandBuffer(PIECE + (PIECE >> 2), BaseFile.HEADER);
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong pieces = new AtomicLong();
    private int database;
    private boolean over;
    private long keys;

    /**
     * Begins a rewrite.
     *
     * @param ended is told once that the base is written and forced, or why it is not
     * @param aborted is told instead that the snapshot has ended early
     */
    Rewrite(Jobs.BaseJob base, JobQueue<Jobs.Job, Boolean> lane, Consumer<@Nullable Throwable> ended, Consumer<String> aborted) {
        this.base = base;
        this.lane = lane;
        this.ended = ended;
        this.aborted = aborted;
    }

    /** The file that is written. */
    Jobs.BaseJob base() {
        return base;
    }

    /** Keys serialised so far. */
    long keys() {
        return keys;
    }

    @Override
    public boolean ready() {
        return !over && pieces.get() < MOST_PIECES;
    }

    @Override
    public void value(int inDatabase, Slot slot) {
        if (over) {
            return;
        }
        if (inDatabase != database) {
            handOver();
            database = inDatabase;
        }
        slot.type().rewrite(slot, this);
        long expireAt = slot.expireAt();
        if (expireAt != Slot.NO_EXPIRY) {
            piece.begin(3);
            piece.word(PEXPIREAT);
            piece.word(slot.key());
            piece.word(expireAt);
        }
        keys++;
        handOverFull();
    }

    @Override
    public void command(Bytes... words) {
        handOverFull();
        piece.begin(words.length);
        for (Bytes w : words) {
            piece.word(w);
        }
    }

    private void handOverFull() {
        if (piece.length() >= PIECE) {
            handOver();
        }
    }

    private void handOver() {
        if (piece.isEmpty()) {
            return;
        }
        long block = piece.address();
        long capacity = piece.capacity();
        long commands = piece.length() - BaseFile.HEADER;
        int of = database;
        piece.handOver();
        pieces.incrementAndGet();
        waiting.addAndGet(capacity);
        lane.submit(new Jobs.Job(() -> {
            try {
                base.piece(block, capacity, commands, of);
            } finally {
                pieces.decrementAndGet();
                waiting.addAndGet(-capacity);
            }
        }, (job, failure) -> {
            if (failure != null) {
                end(failure);
            }
        }));
        if (waiting.get() > MOST_WAITING) {
            end(new java.io.IOException("the disk does not keep up: over " + (MOST_WAITING >> 20) + " MB of changed values wait for it"));
        }
    }

    @Override
    public void completed() {
        handOver();
        piece.close();
        lane.submit(new Jobs.Job(base::finish, (job, failure) -> end(failure)));
    }

    private void end(@Nullable Throwable failure) {
        if (!over) {
            over = true;
            if (failure != null) {
                drop();
            }
            ended.accept(failure);
        }
    }

    @Override
    public void aborted(String reason) {
        if (!over) {
            over = true;
            drop();
            aborted.accept(reason);
        }
    }

    /** Ends the rewrite without a word to anybody. */
    void cancel() {
        if (!over) {
            over = true;
            drop();
        }
    }

    private void drop() {
        base.discarded();
        piece.close();
        lane.submit(new Jobs.Job(base::drop, (job, failure) -> {
        }));
    }
}
