package dev.cairn.types.list;

import dev.cairn.api.Registrar;
import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.structures.Quicklist;

/** How lists are kept: the options of the list type. Main thread. */
final class ListLimits {
    private final Option<Long> size;
    private final Option<Long> depth;
    /** Elements of this length or more stand alone, for tests; 0 for those that no usual node takes. */
    private int largeFrom;

    ListLimits(Registrar registrar) {
        size = registrar.option(OptionSpec.integer("list-max-listpack-size", -2, Integer.MIN_VALUE, Integer.MAX_VALUE)
                .alias("list-max-ziplist-size")
                .doc("The size of a node of a list, and of a list that is one listpack: entries, or from -1 to -5 for 4 to 64 kilobytes."));
        depth = registrar.option(OptionSpec.integer("list-compress-depth", 0, 0, Integer.MAX_VALUE)
                .doc("How many nodes at either end of a list stay uncompressed; 0 compresses the middle of very long lists only."));
    }

    /** The most entries of a node, or from -1 to -5 for its size. */
    int fill() {
        return size.value().intValue();
    }

    /** How many nodes at either end of a list are not compressed. */
    int depth() {
        return depth.value().intValue();
    }

    int largeFrom() {
        return largeFrom;
    }

    void largeFrom(int bytes) {
        largeFrom = bytes;
    }

    /** Whether a list of so many bytes as a listpack, and so many elements, is too large to be one. */
    boolean exceeds(long bytes, long elements) {
        return Quicklist.exceeds(fill(), bytes, elements);
    }

    /** Whether a list that has become smaller is small enough to be a listpack again: half of what it may grow to as one. */
    boolean fitsAgain(long bytes, long elements) {
        int fill = fill();
        return fill < 0 ? bytes <= Quicklist.nodeBytes(fill) / 2 : elements <= Math.max(fill, 1) / 2;
    }

    /** Whether a list that was just built is small enough to be a listpack. */
    boolean fits(long bytes, long elements) {
        int fill = fill();
        return fill < 0 ? bytes <= Quicklist.nodeBytes(fill) : elements <= Math.max(fill, 1);
    }
}
