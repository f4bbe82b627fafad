package dev.cairn.structures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The registry of live memory behind the checked mode: one bit for every 8-byte granule. Any thread may use it.
 *
 * <p>Design. A check must be cheap enough for every access of every test, so the registry is a radix tree over the
 * 47-bit address space (two
 * levels of pointers, then a bitmap for 2 MB), read without locks. Bits change by atomic or/and, because neighbours
 * in one word may belong to
 * different threads. A bitmap is dropped when the whole 2 MB it stands for dies.
 */
final class Shadow {
    private static final int LEAF_SHIFT = 21;
    private static final int LEAF_WORDS = 1 << LEAF_SHIFT - 9;
    private static final int LEVEL_BITS = 13;
    private static final int LEVEL_MASK = (1 << LEVEL_BITS) - 1;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final AtomicReferenceArray<@Nullable AtomicReferenceArray<long @Nullable []>> ROOT =
            new AtomicReferenceArray<>(1 << LEVEL_BITS);

    private Shadow() {
    }

    private static long @Nullable [] leaf(long address) {
        long number = address >>> LEAF_SHIFT;
        if (number >>> 2 * LEVEL_BITS != 0) {
            return null;
        }
        AtomicReferenceArray<long @Nullable []> level = ROOT.get((int) (number >>> LEVEL_BITS));
        return level == null ? null : level.get((int) number & LEVEL_MASK);
    }

    private static long[] makeLeaf(long address) {
        long[] found = leaf(address);
        return found != null ? found : addLeaf(address);
    }

    private static synchronized long[] addLeaf(long address) {
        long number = address >>> LEAF_SHIFT;
        int high = (int) (number >>> LEVEL_BITS);
        AtomicReferenceArray<long @Nullable []> level = ROOT.get(high);
        if (level == null) {
            level = new AtomicReferenceArray<>(1 << LEVEL_BITS);
            ROOT.set(high, level);
        }
        long[] leaf = level.get((int) number & LEVEL_MASK);
        if (leaf == null) {
            leaf = new long[LEAF_WORDS];
            level.set((int) number & LEVEL_MASK, leaf);
        }
        return leaf;
    }

    private static synchronized void dropLeaf(long address) {
        long number = address >>> LEAF_SHIFT;
        AtomicReferenceArray<long @Nullable []> level = ROOT.get((int) (number >>> LEVEL_BITS));
        if (level != null) {
            level.set((int) number & LEVEL_MASK, null);
        }
    }

    /** Marks the granules that cover the range as live. */
    static void live(long address, long bytes) {
        mark(address, bytes, true);
    }

    /** Marks the granules that cover the range as dead. */
    static void dead(long address, long bytes) {
        mark(address, bytes, false);
    }

    private static void mark(long address, long bytes, boolean live) {
        long granule = address >>> 3;
        long end = bytes == 0 ? granule : address + bytes + 7 >>> 3;
        while (granule < end) {
            long leafEnd = (granule >>> 18) + 1 << 18;
            long stop = Math.min(end, leafEnd);
            if (live) {
                setBits(makeLeaf(granule << 3), granule, stop, true);
            } else if (stop - granule == 1L << 18) {
                dropLeaf(granule << 3);
            } else {
                long[] leaf = leaf(granule << 3);
                if (leaf != null) {
                    setBits(leaf, granule, stop, false);
                }
            }
            granule = stop;
        }
    }

    private static void setBits(long[] leaf, long from, long to, boolean value) {
        int first = (int) from & (1 << 18) - 1;
        int last = first + (int) (to - from) - 1;
        int firstWord = first >>> 6;
        int lastWord = last >>> 6;
        long head = -1L << first;
        long tail = -1L >>> 63 - (last & 63);
        if (firstWord == lastWord) {
            apply(leaf, firstWord, head & tail, value);
            return;
        }
        apply(leaf, firstWord, head, value);
        Arrays.fill(leaf, firstWord + 1, lastWord, value ? -1L : 0L);
        apply(leaf, lastWord, tail, value);
    }

    private static void apply(long[] leaf, int word, long bits, boolean value) {
        if (value) {
            WORDS.getAndBitwiseOr(leaf, word, bits);
        } else {
            WORDS.getAndBitwiseAnd(leaf, word, ~bits);
        }
    }

    /** Returns whether the granule that holds the byte is live. */
    static boolean alive(long address) {
        long[] leaf = leaf(address);
        return leaf != null && (leaf[(int) (address >>> 9) & LEAF_WORDS - 1] >>> (address >>> 3) & 1) != 0;
    }

    /** Throws unless every byte of the range is live. */
    static void check(String action, long address, long bytes) {
        if (bytes <= 8 && bytes > 0) {
            if (!alive(address) || !alive(address + bytes - 1)) {
                fail(action, address, bytes);
            }
            return;
        }
        if (bytes == 0) {
            return;
        }
        if (bytes < 0) {
            throw new MemoryAccessError(action, address, bytes, "the size is negative");
        }
        long end = address + bytes + 7 >>> 3;
        for (long granule = address >>> 3; granule < end;) {
            long[] leaf = leaf(granule << 3);
            int word = (int) (granule >>> 6) & LEAF_WORDS - 1;
            if (leaf != null && (granule & 63) == 0 && end - granule >= 64 && leaf[word] == -1L) {
                granule += 64;
            } else if (leaf == null || (leaf[word] >>> granule & 1) == 0) {
                fail(action, address, bytes);
            } else {
                granule++;
            }
        }
    }

    private static void fail(String action, long address, long bytes) {
        long bad = address;
        while (alive(bad) && bad < address + bytes) {
            bad = (bad & ~7L) + 8;
        }
        String reason = leaf(bad) == null ? "no memory is known there" : "the memory is freed or was never handed out";
        throw new MemoryAccessError(action, address, bytes, bad == address ? reason : reason + ", from byte " + (bad - address) + " on");
    }
}
