package dev.cairn.structures;

/** Moves records of an index to another place. */
@FunctionalInterface
interface RecordMover {
    /** Moves a record and returns its new address. */
    long move(long record);
}
