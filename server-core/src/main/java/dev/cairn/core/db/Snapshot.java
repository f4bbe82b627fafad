package dev.cairn.core.db;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.persistence.SnapshotWriter;

/**
 * Point-in-time walks over all databases, between commands, without a fork. Main thread.
 *
 * <p>Design. A bit of each record's header says in which epoch it was last taken care of. A walk begins by turning the epoch: with that, no
 * record is done. {@link #step} goes through the indexes for a bounded time and gives each record that is not done to the writer;
 * {@link #aboutToChange} does the same with a record that a command is about to change, delete or replace, before it does. New records are
 * born done. So each record that was there at the beginning is given once, with its value of that time, and nothing is copied twice.
 *
 * <p>A walk that ends early leaves records of both epochs. Before the next one begins, the rest of the walk is made without a writer, which
 * only turns bits.
 */
public final class Snapshot {
    /** Steps of an index between two looks at the clock. */
    private static final int BUCKETS_PER_LOOK = 8;

    private final Databases databases;
    private @Nullable SnapshotWriter writer;
    private boolean walking;
    private int database;
    private long cursor;
    /** The type byte's bit of records that are done. */
    private int epoch;

    Snapshot(Databases databases) {
        this.databases = databases;
    }

    /** The bit that a record being made or changed gets. */
    int epoch() {
        return epoch;
    }

    /** Whether a snapshot can begin. */
    public boolean possible() {
        return !walking;
    }

    /** Whether a snapshot is going on. */
    public boolean active() {
        return writer != null;
    }

    /** Begins a snapshot. */
    public void begin(SnapshotWriter to) {
        if (walking) {
            throw new IllegalStateException("the last snapshot has not ended yet");
        }
        epoch ^= Record.DONE;
        walking = true;
        database = 0;
        cursor = 0;
        writer = to;
    }

    /** Ends the snapshot early without a word. */
    public void cancel() {
        writer = null;
    }

    /** Ends the snapshot early and tells its writer. */
    public void abort(String reason) {
        SnapshotWriter w = writer;
        if (w != null) {
            writer = null;
            w.aborted(reason);
        }
    }

    /** Whether there is something to do that need not wait for the writer. */
    public boolean busy() {
        SnapshotWriter w = writer;
        return walking && (w == null || w.ready());
    }

    /** Goes on for a time, or until the writer takes no more. */
    public void step(long nanos) {
        if (!walking) {
            return;
        }
        long end = System.nanoTime() + nanos;
        do {
            for (int i = 0; i < BUCKETS_PER_LOOK; i++) {
                if (!advance()) {
                    finish();
                    return;
                }
            }
        } while (busy() && System.nanoTime() < end);
    }

    /** One bucket; false at the end. */
    private boolean advance() {
        if (database == databases.count()) {
            return false;
        }
        Database d = databases.at(database);
        cursor = d.size() == 0 ? 0 : d.index.scan(cursor, found -> {
            long record = d.present(found);
            if (Record.epoch(record) != epoch) {
                give(d, record);
            }
        });
        if (cursor == 0) {
            database++;
        }
        return true;
    }

    private void finish() {
        walking = false;
        SnapshotWriter w = writer;
        if (w != null) {
            writer = null;
            w.completed();
        }
    }

    /** Gives a record that is not done to the writer, because it is about to change or to go. */
    void aboutToChange(Database d, long record) {
        if (Record.epoch(record) != epoch) {
            give(d, record);
        }
    }

    private void give(Database d, long record) {
        Record.epoch(record, epoch);
        SnapshotWriter w = writer;
        if (w != null) {
            int mark = databases.slotMark();
            RecordSlot slot = databases.slots().next();
            slot.bindRecord(d, record);
            w.value(d.index(), slot);
            databases.releaseSlots(mark);
        }
    }
}
