package dev.cairn.structures;

/** Takes the records that a walk over an index meets. */
@FunctionalInterface
public interface RecordVisitor {
    /** Takes one record. The index must not be changed before the walk returns. */
    void visit(long record);
}
