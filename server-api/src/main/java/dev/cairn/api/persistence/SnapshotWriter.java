package dev.cairn.api.persistence;

import dev.cairn.api.data.Slot;

/**
 * Takes the values of a snapshot. Main thread.
 *
 * <p>There is no fork: the server goes through the keyspace in pieces between commands, and gives a value that is about to change before
 * it changes. So values come in no order, and {@link #value} may be called from within a command; each key that was there when the
 * snapshot began comes once, with the value that it had then.
 */
public interface SnapshotWriter {
    /** Whether more values are welcome now. Values that are about to change come even so. */
    boolean ready();

    /** Serialises one key with its value and expiry; the slot dies on return. Must not throw for reasons of its own. */
    void value(int database, Slot slot);

    /** Every value was given. */
    void completed();

    /** The snapshot has ended early and is worth nothing, such as when all keys were deleted meanwhile. */
    void aborted(String reason);
}
