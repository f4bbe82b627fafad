package dev.cairn.api.data;

import java.io.IOException;

import dev.cairn.api.command.Bytes;

/**
 * A type of values. Its identity is its {@link TypeId}; the instance is a constant of its module.
 *
 * <p>Methods are called on the main thread unless they say otherwise, and must not touch the keyspace but through what they are given.
 */
public interface DataType {
    /** The type's identity in files. */
    TypeId id();

    /** The name that TYPE replies, such as {@code string}. */
    String name();

    /** The name that OBJECT ENCODING replies for a value of this type. */
    String encodingName(Slot value);

    /**
     * Whether the value is one of those that take no memory of their own, which Redis shares between all keys that have them: OBJECT REFCOUNT says so.
     * The default is that none is.
     */
    default boolean shared(Slot value) {
        return false;
    }

    /**
     * Writes a value; what is written is read by {@link #load} of this and of later versions, which is how an upgrade of the module hands its
     * values over.
     */
    void save(Slot value, ValueWriter out) throws IOException;

    /**
     * Reads a value into an absent key: first all of it, then the slot is used, since a load that fails must leave no key.
     *
     * @param encodingVersion the {@link TypeId#encodingVersion} that it was saved with
     * @throws IOException when the bytes end too early or make no sense
     */
    void load(ValueReader in, int encodingVersion, WriteSlot into) throws IOException;

    /** Writes commands that make an equal value. */
    void rewrite(Slot value, CommandSink out);

    /** Copies a value into an absent key; the default copies inline values. */
    default void copy(Slot from, WriteSlot to) {
        to.put(this, from.encoding(), from.bytes());
    }

    /**
     * What the type keeps for one database, made when {@link Slot#store} or {@link Keyspace#store} first asks for it.
     */
    default TypeStore openStore() {
        return TypeStore.NONE;
    }

    /**
     * Whether the bytes of inline values of this encoding are the root of a structure in the type's {@link TypeStore store}, which
     * {@link #free} has to free before they are dropped. Constant. The type changes such a root in place: putting another value
     * frees the one that was there.
     */
    default boolean owning(int encoding) {
        return false;
    }

    /** Bytes that the value takes besides its key's record: what an object or an owning value holds. */
    default long memory(Slot value) {
        return 0;
    }

    /**
     * How much work it is to free the value, in allocations; above 64, or 0 for "much", that is done in the background where that is allowed.
     * Asked for objects and values of an {@link #owning} encoding only: what else is inline is one allocation. As {@link #free}, it may be
     * called within {@link WriteSlot#put}, while a command of the type is at the value: a view that the command uses must stay as it is.
     */
    default long freeEffort(Slot value) {
        return 1;
    }

    /**
     * Hears that a value of an {@link #owning} encoding has another key now, in the same database.
     *
     * @param before the key that it had
     */
    default void renamed(Slot value, Bytes before) {
    }

    /**
     * Gives the elements of a value whose order does not matter, so that a digest can be taken that does not depend on it. False for a value
     * of another kind, which the commands of {@link #rewrite} tell in their order: the default.
     */
    default boolean elements(Slot value, ElementSink out) {
        return false;
    }

    /** Frees what a value of an {@link #owning} encoding owns; called once, before its record goes. */
    default void free(Slot value) {
    }

    /** Frees an object's memory; called once, on the main thread or on the lane {@code lazy_free}: it may touch nothing but the object. */
    default void release(Object value) {
    }

    /**
     * Takes a setting that DEBUG was given, for tests of the type: {@code DEBUG setting value}.
     *
     * @return whether the setting is this type's; what it is set to is in force then
     * @throws dev.cairn.api.command.CommandError when the value is not a possible one
     */
    default boolean debug(String setting, Bytes value) {
        return false;
    }

    /**
     * Describes how a value is held, in lines for the server's developers: sizes of tables, nodes, gaps. Empty where there is nothing to
     * tell; DEBUG HTSTATS-KEY, DEBUG LISTPACK and DEBUG QUICKLIST show it.
     */
    default String describe(Slot value) {
        return "";
    }

    /**
     * What DEBUG OBJECT tells of a value of this type only, for tests: pairs {@code name:value}, each with a space before it.
     *
     * @param fast whether to leave out what takes a walk over the value
     */
    default String debugObject(Slot value, boolean fast) {
        return "";
    }

    /** Takes commands of a rewrite. */
    interface CommandSink {
        /** Adds a command: its name and arguments. */
        void command(Bytes... words);
    }

    /** Takes elements of a value in any order. */
    interface ElementSink {
        /** Takes an element: all that tells it from others. */
        void element(Bytes... parts);
    }

    /** Takes the bytes of a saved value. */
    interface ValueWriter {
        /** Writes an integer of any size in 1 to 10 bytes. */
        void integer(long value) throws IOException;

        /** Writes bytes with their length. */
        void bytes(Bytes value) throws IOException;

        /** Writes a double in 8 bytes. */
        void real(double value) throws IOException;
    }

    /** Gives the bytes of a saved value; each method throws an {@link java.io.EOFException} at the end. */
    interface ValueReader {
        /** Reads what {@link ValueWriter#integer} wrote. */
        long integer() throws IOException;

        /** Reads what {@link ValueWriter#bytes} wrote: a view that is alive until {@link DataType#load} returns. */
        Bytes bytes() throws IOException;

        /** Reads what {@link ValueWriter#real} wrote. */
        double real() throws IOException;
    }
}
