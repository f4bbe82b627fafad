package dev.cairn.api.persistence;

import java.io.IOException;
import java.util.Optional;

import dev.cairn.api.InfoWriter;
import dev.cairn.api.command.CommandError;

/** What keeps the data beyond the end of the process; at most one module provides it. Main thread. */
public interface Persistence {
    /**
     * Loads what is kept and begins to keep what follows, by the configuration. Called once, after the listeners were opened and before
     * commands are served; {@link PersistenceHost#progress} lets clients have their errors meanwhile.
     *
     * @throws IOException when what is there cannot be loaded: the server does not start, the message tells the operator why and what to do
     */
    void open(PersistenceHost host) throws IOException;

    /** Runs once a turn, after the turn's commands went to the logs and before its replies are written. */
    default void beforeReplies() {
    }

    /**
     * Whether a reply promises that what it may tell of is safe: it is written only when {@link #syncedOffset} has come to what
     * {@link PersistenceHost#offset} was after its command. The server goes on meanwhile; {@link #beforeReplies} comes in every turn.
     */
    default boolean holdsReplies() {
        return false;
    }

    /** How many bytes of the stream are safe on disk, on the scale of {@link PersistenceHost#offset}; -1 when nothing is logged. */
    default long syncedOffset() {
        return -1;
    }

    /** Bytes of memory that hold what was logged and is not written yet. */
    default long bufferBytes() {
        return 0;
    }

    /**
     * Makes the data safe because the server is about to end.
     *
     * @param save whether a snapshot is wanted even when the data is safe without
     * @param noSave whether no snapshot is wanted even where one is configured
     * @return empty when the server may end, else why it should not
     */
    default Optional<CommandError> beforeShutdown(boolean save, boolean noSave) {
        return Optional.empty();
    }

    /**
     * Empties the databases and loads them again from what is kept.
     *
     * @throws IOException when that fails; the databases may hold a part
     */
    default void reload() throws IOException {
        throw new IOException("nothing is kept that could be loaded");
    }

    /** Writes its fields of INFO's section Persistence. */
    default void info(InfoWriter out) {
    }
}
