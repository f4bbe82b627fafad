package dev.cairn.api.data;

import dev.cairn.api.command.Bytes;

/**
 * What a {@link DataType} implements besides if its values are collections of elements that a command of another module may go through,
 * such as SORT: lists, sets, sorted sets. Main thread.
 */
public interface Elements {
    /** Whether the elements have an order of their own: by place, or by score; without one they come in any order. */
    boolean ordered();

    /** Number of elements of a value. */
    long size(Slot value);

    /**
     * Visits {@code count} elements.
     *
     * @param from number of elements to pass over before, in the order in which they are visited
     * @param reversed whether they are visited from the last one on, which means nothing where they have no order
     */
    void visit(Slot value, long from, long count, boolean reversed, Visitor visitor);

    /** Takes elements. */
    @FunctionalInterface
    interface Visitor {
        /** Sees one element, a view that dies when this returns; must not change the keyspace. */
        void element(Bytes element);
    }
}
