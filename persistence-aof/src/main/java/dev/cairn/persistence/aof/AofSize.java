package dev.cairn.persistence.aof;

/** How large the files are, and how much they have grown since they were rewritten, in bytes. Main thread. */
final class AofSize {
    private long base;
    private long sealed;
    private long grownFrom;

    /** Takes what was loaded. Growth counts from the base, as in Redis: how large the file was after its last rewrite is written nowhere. */
    void loaded(long ofBase, long ofAll) {
        base = ofBase;
        sealed = ofAll - ofBase;
        grownFrom = ofBase;
    }

    /** Adds an increment that has ended. */
    void sealed(long increment) {
        sealed += increment;
    }

    /** Begins anew with a base, and the increment that follows it. */
    void rewritten(long newBase, long increment) {
        base = newBase;
        sealed = 0;
        grownFrom = newBase + increment;
    }

    /** The base. */
    long base() {
        return base;
    }

    /** The size that growth counts from. */
    long grownFrom() {
        return grownFrom;
    }

    /** All files, with the increment that is open. */
    long total(long open) {
        return base + sealed + open;
    }

    /** Growth of all files, with the increment that is open, in percent. */
    long growth(long open) {
        return total(open) * 100 / Math.max(1, grownFrom) - 100;
    }
}
