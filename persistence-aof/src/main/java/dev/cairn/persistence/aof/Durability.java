package dev.cairn.persistence.aof;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.CommandError;

/**
 * What clients may rely on: whether the log counts, how far it is safe on disk, and whether writes are refused because it cannot be kept.
 * Main thread.
 */
final class Durability {
    /** Whether commands are logged. */
    enum State {
        /** They are not. */
        OFF,
        /** They are, and what is logged is the data. */
        ON,
        /** They are, but count only once the first base is written. */
        WAIT_REWRITE
    }

    private static final Logger LOG = LoggerFactory.getLogger(Durability.class);
    private static final long LOG_ERRORS_EACH_MILLIS = 30_000;

    private final AofServices server;
    private final Runnable whenSynced;
    private State state = State.OFF;
    private long synced;
    private String writeError = "";
    private String fsyncError = "";
    private long errorLogged;

    /**
     * Begins with the log off.
     *
     * @param whenSynced is run when more is safe on disk
     */
    Durability(AofServices server, Runnable whenSynced) {
        this.server = server;
        this.whenSynced = whenSynced;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    /** Whether what is logged counts. */
    boolean on() {
        return state == State.ON;
    }

    // How far it is safe.

    /** Up to which offset of the stream everything is safe on disk. */
    long synced() {
        return synced;
    }

    /** Begins to count at an offset. */
    void syncedFrom(long offset) {
        synced = offset;
    }

    /** Notes that everything up to an offset is safe on disk. */
    void syncedTo(long offset) {
        if (offset > synced) {
            synced = offset;
            whenSynced.run();
        }
    }

    // Errors.

    /** Whether the last write or the last force has failed. */
    boolean failing() {
        return !writeError.isEmpty() || !fsyncError.isEmpty();
    }

    /** Why the last write has failed, empty when it has not. */
    String writeError() {
        return writeError;
    }

    void writeFailed(String text) {
        logError("Error writing to the AOF file: " + text);
        if (!writeError.equals(text)) {
            writeError = text;
            refuseOrAccept();
        }
    }

    void writeWorked() {
        if (!writeError.isEmpty()) {
            LOG.warn("AOF write error looks solved. The server can write again.");
            writeError = "";
            refuseOrAccept();
        }
    }

    void fsyncFailed(String text) {
        logError("Can't force the AOF to disk: " + text);
        fsyncError = text;
        refuseOrAccept();
    }

    void fsyncWorked() {
        if (!fsyncError.isEmpty()) {
            fsyncError = "";
            refuseOrAccept();
        }
    }

    private void logError(String text) {
        long now = server.now();
        if (now - errorLogged > LOG_ERRORS_EACH_MILLIS) {
            errorLogged = now;
            LOG.warn("{}", text);
        }
    }

    /** Has the server refuse writes, or take them again, as the errors are. */
    void refuseOrAccept() {
        String text = writeError.isEmpty() ? fsyncError : writeError;
        // while the first base is written nothing is promised yet
        boolean refuse = !text.isEmpty() && on();
        server.host().refuseWrites(refuse ? CommandError.of("MISCONF", "Errors writing to the AOF file: " + text) : null);
    }

    /** Forgets errors of a log that has ended. */
    void clearErrors() {
        writeError = "";
        fsyncError = "";
        server.host().refuseWrites(null);
    }
}
