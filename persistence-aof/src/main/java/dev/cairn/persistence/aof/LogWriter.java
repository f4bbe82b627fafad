package dev.cairn.persistence.aof;

import java.io.IOException;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/** The log while it is on: which increment it goes to, and what becomes of it each turn. Main thread. */
final class LogWriter {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final AofServices server;
    private final AofDirectory directory;
    private final Durability durability;
    private final Fsync fsync;
    private final BooleanSupplier rewriting;
    private @Nullable AofLog log;
    private @Nullable LogFile file;
    private boolean preparing;

    /**
     * Begins with no log.
     *
     * @param rewriting says whether a base is being written
     */
    LogWriter(AofServices server, AofDirectory directory, Durability durability, Fsync fsync, BooleanSupplier rewriting) {
        this.server = server;
        this.directory = directory;
        this.durability = durability;
        this.fsync = fsync;
        this.rewriting = rewriting;
    }

    /** Whether commands are logged. */
    boolean isOpen() {
        return log != null;
    }

    /** The log, while it is open. */
    AofLog log() {
        return Objects.requireNonNull(log);
    }

    /** The increment that is written to. */
    @Nullable
    LogFile file() {
        return file;
    }

    /** Bytes of the increment that is open. */
    long position() {
        LogFile f = file;
        return f == null ? 0 : f.position();
    }

    /** Bytes that wait to be written. */
    long waiting() {
        AofLog l = log;
        return l == null ? 0 : l.waiting();
    }

    // Increments.

    /** Has the log begin with an increment; the manifest in memory names it afterwards. */
    void begin(NextIncrement next, long sequence) throws IOException {
        LogFile opened = next.opened();
        try {
            opened.begin(sequence, server.now());
        } catch (IOException e) {
            next.discard();
            throw e;
        }
        AofLog l = log;
        if (l == null) {
            l = new AofLog(fsync, sequence);
            log = l;
            server.host().attach(l);
            durability.syncedFrom(server.host().offset());
        }
        l.begin(opened);
        file = opened;
        fsync.begin(l, opened);
        directory.name(directory.manifest().with(next.entry(sequence)));
    }

    /** Has the log where it was before an increment was begun. */
    void goBack(@Nullable LogFile old) {
        AofLog l = log();
        file = old;
        if (old != null) {
            l.goOn(old);
            fsync.file(old);
        } else {
            server.host().detach(l);
            l.close();
            log = null;
            fsync.end();
        }
    }

    /** Ends the increment that is open, everything forced, and says so in the manifest where the log counts. */
    void endIncrement() throws IOException {
        AofLog l = log();
        LogFile f = Objects.requireNonNull(file);
        boolean whole = l.flush();
        file = null;
        fsync.file(null);
        f.end();
        f.close();
        if (durability.on() && whole) {
            directory.name(directory.manifest().seal(l.nextSequence() - 1));
            directory.write();
        }
    }

    /** Ends the log, with everything safe on disk; does nothing where there is none. */
    void close() throws IOException {
        AofLog l = log;
        if (l == null || file == null) {
            return;
        }
        server.host().detach(l);
        try {
            endIncrement();
        } finally {
            log = null;
            fsync.end();
            l.close();
        }
    }

    // Each turn.

    /** Writes what waits and forces it by the policy, before the replies to it are written: Redis' flushAppendOnlyFile. */
    void flush() {
        AofLog l = log();
        if (l.waiting() > 0) {
            if (fsync.postpones()) {
                return;
            }
            l.flush();
        }
        reportWrite(l.takeWriteNanos());
        IOException failure = l.failure();
        if (failure != null) {
            writeFailed(failure);
        } else {
            durability.writeWorked();
        }
        fsync.written();
        prepareAhead();
    }

    /** Reports a write to LATENCY by what went on beside it, as Redis names it, and a second time for all together. */
    private void reportWrite(long nanos) {
        if (nanos >= NANOS_PER_MILLI) {
            server.latency(server.pendingFsyncs() > 0 ? "aof-write-pending-fsync"
                    : rewriting.getAsBoolean() ? "aof-write-active-child" : "aof-write-alone", nanos);
            server.latency("aof-write", nanos);
        }
    }

    private void writeFailed(IOException failure) {
        String text = failure instanceof Space.DiskError d ? d.text() : String.valueOf(failure.getMessage());
        if (fsync.forced()) {
            server.host().terminate("Error writing to the AOF file: " + text
                    + ". Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
        } else {
            durability.writeFailed(text);
        }
    }

    private void prepareAhead() {
        LogFile f = file;
        if (f != null && !preparing && durability.writeError().isEmpty() && f.wantsPreparing()) {
            preparing = true;
            boolean forced = fsync.forced();
            server.cleaning().submit(new Jobs.Job(() -> f.prepare(forced), (job, failure) -> preparing = false));
        }
    }
}
