package dev.cairn.structures;

import static dev.cairn.structures.QuicklistNode.COMPRESSED;
import static dev.cairn.structures.QuicklistNode.INCOMPRESSIBLE;
import static dev.cairn.structures.QuicklistNode.PLAIN;
import static dev.cairn.structures.QuicklistNode.before;
import static dev.cairn.structures.QuicklistNode.behind;
import static dev.cairn.structures.QuicklistNode.bounds;
import static dev.cairn.structures.QuicklistNode.compressed;
import static dev.cairn.structures.QuicklistNode.data;
import static dev.cairn.structures.QuicklistNode.end;
import static dev.cairn.structures.QuicklistNode.flags;
import static dev.cairn.structures.QuicklistNode.start;
import static dev.cairn.structures.QuicklistNode.used;

import org.jspecify.annotations.Nullable;

/**
 * Keeps nodes of a {@link Quicklist} compressed ({@link Lzf}) that are further than the depth from both ends, if that saves something. A node
 * is expanded aside to be read, and in place to be changed, after which {@link #settle} has it compressed again.
 *
 * <p>A list without a depth that has become long is given one, and keeps compressed what becomes a quarter smaller at least: most of a long
 * list is seldom touched.
 */
final class QuicklistCompression {
    private static final int SMALLEST = 48;
    private static final int LARGEST = 1 << 20;
    private static final int LEAST_SAVING = 8;
    /** Nodes from which on a list without a depth is compressed, and the depth that it has then. */
    private static final int LONG_NODES = 64;
    private static final int LONG_DEPTH = 8;

    private final QuicklistChain chain;
    private @Nullable Lzf lzf;

    QuicklistCompression(QuicklistChain chain) {
        this.chain = chain;
    }

    /** How many nodes at either end are not compressed, 0 when none is. */
    int depth() {
        int depth = chain.depth();
        return depth != 0 ? depth : chain.nodes() >= LONG_NODES ? LONG_DEPTH : 0;
    }

    /** Compresses and expands nodes as their places in the chain ask for, after {@code changed} or, with 0, just the chain was changed. */
    void settle(long changed) {
        int depth = depth();
        if (depth == 0 || chain.nodes() < 2L * depth) {
            return;
        }
        long forward = chain.head();
        long back = chain.tail();
        boolean outside = changed == 0;
        for (int i = 0; i < depth; i++) {
            expand(forward);
            expand(back);
            outside |= forward == changed || back == changed;
            if (forward == back || behind(forward) == back) {
                return;
            }
            forward = behind(forward);
            back = before(back);
        }
        if (!outside) {
            compress(changed);
        }
        compress(forward);
        compress(back);
    }

    private void compress(long n) {
        int bytes = end(n) - start(n);
        int flags = flags(n);
        if ((flags & (COMPRESSED | INCOMPRESSIBLE)) != 0 || bytes < SMALLEST || bytes > LARGEST) {
            return;
        }
        int room = chain.depth() == 0 ? bytes - bytes / 4 : bytes - LEAST_SAVING;
        Lzf z = lzf;
        if (z == null) {
            z = new Lzf();
            lzf = z;
        }
        long aside = chain.allocate(room);
        int size = z.compress(data(n) + start(n), bytes, aside, room);
        if (size == 0) {
            QuicklistNode.state(n, flags | INCOMPRESSIBLE, 0);
        } else {
            chain.copyInto(n, aside, size);
            QuicklistNode.state(n, flags | COMPRESSED, bytes);
        }
        chain.release(aside);
    }

    /** Makes a node ready to be changed. */
    void edit(long n) {
        int flags = flags(n);
        if ((flags & COMPRESSED) != 0) {
            expand(n);
        } else if (flags == INCOMPRESSIBLE) {
            QuicklistNode.state(n, 0, 0);
        }
    }

    private void expand(long n) {
        if (compressed(n)) {
            int bytes = used(n);
            long to = chain.allocate(bytes);
            expandTo(n, to, bytes);
            chain.block(n, to, data(n));
            bounds(n, 0, bytes);
            QuicklistNode.state(n, flags(n) & PLAIN, 0);
        }
    }

    /** Writes the elements of a compressed node elsewhere. */
    static void expandTo(long n, long to, int bytes) {
        if (Lzf.expand(data(n) + start(n), end(n) - start(n), to, bytes) != bytes) {
            throw new IllegalStateException("a compressed node of a list is damaged");
        }
    }
}
