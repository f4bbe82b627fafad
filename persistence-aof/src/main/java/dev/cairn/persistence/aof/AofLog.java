package dev.cairn.persistence.aof;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.persistence.CommandLog;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * Writes the stream of commands as records to the increment that is open. Main thread.
 *
 * <p>What cannot be written now, because a write would wait for a flush or the disk is full, is kept in memory in its order and written
 * later, as Redis' buffer is.
 */
final class AofLog implements CommandLog {
    /** Says whether writing must wait. */
    interface Gate {
        /** Whether commands may be written to the file now. */
        boolean open();

        /** Whether records are written under {@code appendfsync always}. */
        boolean forced();

        /** Wall clock, ms since 1970. */
        long millis();
    }

    private static final int KEPT_HEADER = 16;

    private final Gate gate;
    private final long staging = Pages.map(RecordFormat.HEADER + RecordFormat.MAX_PAYLOAD);
    private final Checksum checksum = new Checksum(staging, RecordFormat.HEADER + RecordFormat.MAX_PAYLOAD);
    private @Nullable LogFile file;
    private long sequence;
    private @Nullable IOException failure;
    /** Commands that wait: their database, length, and bytes. */
    private long kept;
    private long keptCapacity;
    private long keptLength;
    private long keptFrom;
    /** What of the first waiting run is in the file already, as a group that has not ended. */
    private long keptWritten;
    private long writes;
    /** The number of the last record that is known to be on disk. */
    private long forced;
    private long writeNanos;

    AofLog(Gate gate, long nextSequence) {
        this.gate = gate;
        this.sequence = nextSequence;
        this.forced = nextSequence - 1;
    }

    /** Notes that the records up to this one are on disk. */
    void forced(long last) {
        forced = Math.max(forced, last);
    }

    /** Begins to write to a file whose first record, an empty one, is there. */
    void begin(LogFile to) {
        file = to;
        sequence++;
    }

    /** Goes on with the file before, as if {@link #begin} had not been called since. */
    void goOn(LogFile before) {
        file = before;
        sequence--;
    }

    /** The number of the next record. */
    long nextSequence() {
        return sequence;
    }

    /** Why the last write has failed, null when it has not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /** Bytes that wait to be written. */
    long waiting() {
        return keptLength - keptFrom;
    }

    /** Bytes of memory that hold what waits. */
    long bufferBytes() {
        return keptCapacity;
    }

    /** Time that writing has taken since the last call, nanoseconds. */
    long takeWriteNanos() {
        long nanos = writeNanos;
        writeNanos = 0;
        return nanos;
    }

    /** Counts up with every record. */
    long writes() {
        return writes;
    }

    @Override
    public void append(MemorySegment memory, long offset, long length, int database) {
        long address = memory.address() + offset;
        if (keptLength > 0 || !gate.open()) {
            keep(address, length, database);
            return;
        }
        long done = write(address, 0, length, database);
        if (done < length) {
            keep(address, length, database);
            keptWritten = done;
        }
    }

    /** Writes what waits, as far as it goes; false when something is left. */
    boolean flush() {
        while (keptFrom < keptLength) {
            long run = kept + keptFrom;
            long length = Memory.getLong(run);
            keptWritten = write(run + KEPT_HEADER, keptWritten, length, Memory.getInt(run + 8));
            if (keptWritten < length) {
                return false;
            }
            keptWritten = 0;
            keptFrom += KEPT_HEADER + length;
        }
        forget();
        return true;
    }

    /** Writes a run of commands from {@code done} on; how far that went. */
    private long write(long address, long done, long length, int database) {
        LogFile to = file;
        if (to == null) {
            return length;
        }
        long at = done;
        long start = System.nanoTime();
        try {
            while (at < length) {
                int payload = (int) Math.min(RecordFormat.MAX_PAYLOAD, length - at);
                int flags = (at == 0 ? RecordFormat.FIRST : 0) | (at + payload == length ? RecordFormat.LAST : 0)
                        | (gate.forced() ? RecordFormat.FORCED : 0);
                Memory.copy(address + at, staging + RecordFormat.HEADER, payload);
                int unforced = (int) Math.min(Integer.MAX_VALUE, sequence - 1 - forced);
                RecordFormat.header(staging, sequence, gate.millis(), payload, database, flags, unforced, checksum);
                to.append(staging, RecordFormat.HEADER + payload);
                sequence++;
                writes++;
                at += payload;
            }
            failure = null;
        } catch (IOException e) {
            failure = e;
        }
        writeNanos += System.nanoTime() - start;
        return at;
    }

    private void keep(long address, long length, int database) {
        long need = KEPT_HEADER + length;
        if (keptLength + need > keptCapacity) {
            long larger = Math.max(Math.max(2 * keptCapacity, 1 << 16), keptLength + need);
            long to = Pages.map(larger);
            if (keptCapacity > 0) {
                Memory.copy(kept, to, keptLength);
                Pages.releaseLater(kept, keptCapacity);
            }
            kept = to;
            keptCapacity = larger;
        }
        long run = kept + keptLength;
        Memory.putLong(run, length);
        Memory.putInt(run + 8, database);
        Memory.copy(address, run + KEPT_HEADER, length);
        keptLength += need;
    }

    private void forget() {
        keptLength = 0;
        keptFrom = 0;
        keptWritten = 0;
        if (keptCapacity > 1 << 20) {
            Pages.releaseLater(kept, keptCapacity);
            keptCapacity = 0;
        }
    }

    /** Gives all memory back; what waits is lost. */
    void close() {
        Pages.unmap(staging, RecordFormat.HEADER + RecordFormat.MAX_PAYLOAD);
        if (keptCapacity > 0) {
            Pages.unmap(kept, keptCapacity);
            keptCapacity = 0;
        }
    }
}
