package dev.cairn.api.data;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;
import dev.cairn.api.event.KeyEventClass;

/**
 * A key and what it holds, open for change: the one doorway for changes, which drives WATCH, notifications, accounting and snapshots.
 *
 * <p>Changes take effect at once. The handler calls {@link #changed} once for each event that a client would be notified of, after the
 * change.
 */
public interface WriteSlot extends Slot {
    /** Sets an inline value; creates the key, keeps an expiry. */
    void put(DataType type, int encoding, Bytes value);

    /** Sets an inline integer; creates the key, keeps an expiry. */
    void putInteger(DataType type, int encoding, long value);

    /** Sets an object; creates the key, keeps an expiry. */
    void putObject(DataType type, int encoding, Object value);

    /** Sets an inline value and the expiry, {@link #NO_EXPIRY} for none, in one step. */
    void replace(DataType type, int encoding, Bytes value, long expireAt);

    /** Sets an inline integer and the expiry, {@link #NO_EXPIRY} for none, in one step. */
    void replaceInteger(DataType type, int encoding, long value, long expireAt);

    /**
     * Changes the length of the inline value in place; new bytes are zero.
     *
     * @param encoding the encoding number from now on
     */
    void resize(int encoding, int length);

    /** Overwrites bytes of the inline value from {@code at} on; the value must be long enough. */
    void overwrite(int at, Bytes bytes);

    /** Replaces {@code count} bytes of the inline value from {@code at} on by others, moving what follows. */
    void splice(int at, int count, Bytes bytes);

    /** Sets when the key expires, in milliseconds since 1970, or {@link #NO_EXPIRY}; the key must exist. */
    void expireAt(long millis);

    /** Deletes the key if it exists; nothing is reported. */
    void delete();

    /**
     * Reports a change: counts it, fails the transactions that watch the key, wakes clients blocked on it and notifies listeners.
     * The same as {@link #changed(KeyEventClass, Token, long)} with a count of 1.
     */
    default void changed(KeyEventClass eventClass, Token event) {
        changed(eventClass, event, 1);
    }

    /**
     * Reports a change that counts as {@code changes} in {@code rdb_changes_since_last_save}, such as one for each field that was set; 0 for
     * a further event of a change that was counted already.
     */
    void changed(KeyEventClass eventClass, Token event, long changes);
}
