package dev.cairn.api.data;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Effects;

/**
 * One database. Main thread only.
 *
 * <p>A key whose time is over does not exist for any of these methods. Slots are views: they die when the handler returns, and no more
 * than a few hundred may be open at once; opening one costs no allocation.
 */
public interface Keyspace {
    /** What {@link #scan} calls for each key. */
    @FunctionalInterface
    interface Visitor {
        /** Sees one key; must not change the keyspace. The slot dies when this returns. */
        void visit(Slot slot);

        /**
         * Whether a key whose time is over is to be deleted at the end of the step; it is not visited in any case. Must not change the
         * keyspace.
         */
        default boolean deletesDue(Slot slot) {
            return true;
        }
    }

    /** The index of the database, from 0. */
    int index();

    /** Number of keys, those counted whose time is over and which are not removed yet. */
    long size();

    /** Opens a key for reading, whatever its type. Counts a hit or a miss and an access for LRU and LFU. */
    Slot read(Bytes key);

    /**
     * Opens a key for reading that holds the given type, or nothing.
     *
     * @throws CommandError {@link CommandError#WRONG_TYPE}
     */
    Slot read(Bytes key, DataType type);

    /** Opens a key for reading without a trace: no statistics, no access time. */
    Slot peek(Bytes key);

    /** Opens a key for change, whatever its type. Counts an access for LRU and LFU, but neither a hit nor a miss. */
    WriteSlot write(Bytes key);

    /**
     * Opens a key for change that holds the given type, or nothing.
     *
     * @throws CommandError {@link CommandError#WRONG_TYPE}
     */
    WriteSlot write(Bytes key, DataType type);

    /**
     * Opens a key for change whose value is also given to the client: {@link #write(Bytes, DataType)} that counts a hit or a miss as
     * reading does.
     *
     * @throws CommandError {@link CommandError#WRONG_TYPE}
     */
    default WriteSlot readWrite(Bytes key, DataType type) {
        read(key, type);
        return write(key, type);
    }

    /**
     * Deletes a key without telling anybody; the caller reports the event through {@link WriteSlot#changed}, or uses
     * {@link WriteSlot#delete}.
     *
     * @param lazily whether a large value may be freed in the background
     * @return whether the key existed
     */
    boolean delete(Bytes key, boolean lazily);

    /**
     * Visits some keys. Every key that exists during a whole iteration from cursor 0 until the result is 0 again is visited at least
     * once, whatever is added or removed meanwhile and however the table grows or shrinks.
     *
     * @return the next cursor, 0 at the end
     */
    long scan(long cursor, Visitor visitor);

    /** A random key, a copy; null when there is none. */
    @Nullable
    Bytes randomKey();

    /** What the given type keeps for this database. */
    TypeStore store(DataType type);

    /** What the append log and replicas are told of changes in this database; see {@link Effects}. */
    Effects effects();

    /**
     * Whether a time of expiry, milliseconds since 1970, is over: what decides on the expiry of keys and of parts of values. It is never over
     * where expiry is held, as while data is loaded.
     */
    boolean isOver(long time);

    /** Counts parts of values, such as fields of hashes, that were deleted because their time was over. */
    void countExpired(long parts);

    /** How many slots are open, for {@link #release}: of a command that opens more keys than may be open at once. */
    int mark();

    /** Ends the life of the slots that were opened since the mark. */
    void release(int mark);

    /** Deletes all keys, and frees their values before it returns. */
    default void flush() {
        flush(false);
    }

    /**
     * Deletes all keys without telling anybody.
     *
     * @param lazily whether values may be freed in the background
     */
    void flush(boolean lazily);
}
