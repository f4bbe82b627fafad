package dev.cairn.structures;

/**
 * The layout of a node of a {@link Quicklist}, 48 bytes:
 *
 * <pre>
 *  0  i64  the node before, 0 for none
 *  8  i64  the node behind, 0 for none
 * 16  i64  address of the block with its elements
 * 24  i32  offset of the first element in the block
 * 28  i32  offset behind the last element
 * 32  i32  number of elements
 * 36  i32  size of the block
 * 40  u32  what it holds: PLAIN, COMPRESSED, INCOMPRESSIBLE; from bit 3 on the size in bytes that compressed elements have expanded
 * </pre>
 */
final class QuicklistNode {
    static final int BYTES = 48;

    /** The block holds the bytes of one element, not the entries of several. */
    static final int PLAIN = 1;
    /** The block's content is compressed. */
    static final int COMPRESSED = 2;
    /** It was tried in vain to compress the content as it is. */
    static final int INCOMPRESSIBLE = 4;

    private QuicklistNode() {
    }

    static long before(long node) {
        return Memory.getLong(node);
    }

    static void before(long node, long other) {
        Memory.putLong(node, other);
    }

    static long behind(long node) {
        return Memory.getLong(node + 8);
    }

    static void behind(long node, long other) {
        Memory.putLong(node + 8, other);
    }

    static long data(long node) {
        return Memory.getLong(node + 16);
    }

    static int start(long node) {
        return Memory.getInt(node + 24);
    }

    static int end(long node) {
        return Memory.getInt(node + 28);
    }

    static void bounds(long node, int start, int end) {
        Memory.putInt(node + 24, start);
        Memory.putInt(node + 28, end);
    }

    static int count(long node) {
        return Memory.getInt(node + 32);
    }

    static void count(long node, int count) {
        Memory.putInt(node + 32, count);
    }

    static int capacity(long node) {
        return Memory.getInt(node + 36);
    }

    static void block(long node, long data, int capacity) {
        Memory.putLong(node + 16, data);
        Memory.putInt(node + 36, capacity);
    }

    static boolean plain(long node) {
        return (Memory.getInt(node + 40) & PLAIN) != 0;
    }

    static boolean compressed(long node) {
        return (Memory.getInt(node + 40) & COMPRESSED) != 0;
    }

    static int flags(long node) {
        return Memory.getInt(node + 40) & (PLAIN | COMPRESSED | INCOMPRESSIBLE);
    }

    static void state(long node, int flags, int expandedBytes) {
        Memory.putInt(node + 40, flags | expandedBytes << 3);
    }

    /** Bytes of the elements, expanded. */
    static int used(long node) {
        int state = Memory.getInt(node + 40);
        return (state & COMPRESSED) != 0 ? state >>> 3 : end(node) - start(node);
    }
}
