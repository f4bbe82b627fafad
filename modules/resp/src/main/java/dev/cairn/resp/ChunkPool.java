package dev.cairn.resp;

import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;
import java.util.Arrays;

/**
 * The off-heap chunks that replies are written to. Any thread may call it: a reply may be sent by another thread than wrote it.
 *
 * <p>Design. A chunk has a power of two of bytes from {@link #SMALLEST} to {@link #LARGEST_CACHED}, or is as large as its one value. Those below
 * {@link #CHUNK} are for the beginning of replies that are known to be short. Returned chunks of each size are kept on a stack, so that the one used
 * last, still in the processor's caches, is given out first. As much is kept as was lately in use at the same time, up to {@link #MOST_CACHED}, and
 * the cache's limit at least, since new memory costs more than a reply; what is beyond goes back to the operating system, see {@link #cool}. Chunks up to
 * {@link #CHUNK} are cut from slabs, because the number of mappings that a process may have is limited; those smaller than a page can go back only with
 * their slab and are kept whatever the limit: they are a few kilobytes a client at most.
 */
public final class ChunkPool {
    /** The size of a usual chunk in bytes: 16 KB. */
    public static final int CHUNK = 1 << 14;
    /** The size of the largest chunk that takes more than one value, in bytes: 64 KB. */
    public static final int LARGEST_SHARED = 1 << 16;
    /** The size of the smallest chunk in bytes: 1 KB. */
    public static final int SMALLEST = 1 << 10;
    /** The size of the largest chunk that is kept for reuse, in bytes: 1 MB. */
    public static final int LARGEST_CACHED = 1 << 20;

    /** The most bytes that are kept for reuse whatever was in use: 64 MB. */
    public static final long MOST_CACHED = 64L << 20;

    private static final int SLAB_CHUNKS = 16;
    /** Chunks that are given back at a time. */
    private static final int COOLED = 64;
    private static final int CLASSES = 11;
    private static final int SLAB_CLASSES = classOf(CHUNK) + 1;
    private static final int PAGE_CLASS = classOf(Pages.PAGE);
    private static final long DEFAULT_CACHE = 8L << 20;

    private final long cacheLimit;
    private final long[][] cached = new long[CLASSES][16];
    private final int[] count = new int[CLASSES];
    /* Bytes of the kept chunks that are not smaller than a page. */
    private long cachedBytes;
    private long bytes;
    /* Bytes in use of chunks that are kept for reuse, and the most of late. */
    private long reusable;
    private long peak;
    /* The slabs of each size below a page. */
    private final long[][] slabs = new long[PAGE_CLASS][4];
    private final int[] slabCount = new int[PAGE_CLASS];

    /** A pool that keeps up to 8 MB for reuse, however little was in use. */
    public ChunkPool() {
        this(DEFAULT_CACHE);
    }

    /** A pool that keeps up to {@code cacheLimit} bytes for reuse, however little was in use. */
    public ChunkPool(long cacheLimit) {
        this.cacheLimit = cacheLimit;
    }

    /** The size of the chunk that {@link #take} gives for a size, {@link #CHUNK} at least. */
    static long sizeFor(long needed) {
        if (needed <= CHUNK) {
            return CHUNK;
        }
        return needed > LARGEST_CACHED ? needed + Pages.PAGE - 1 & -Pages.PAGE : Long.highestOneBit(needed - 1) << 1;
    }

    private static int classOf(long size) {
        return Long.numberOfTrailingZeros(size) - Integer.numberOfTrailingZeros(SMALLEST);
    }

    /** Gives a chunk of a size that is a result of {@link #sizeFor} or a power of two from {@link #SMALLEST} on. */
    synchronized long take(long size) {
        bytes += size;
        if (size > LARGEST_CACHED) {
            return Pages.map(size);
        }
        reusable += size;
        peak = Math.max(peak, reusable);
        int c = classOf(size);
        if (count[c] == 0) {
            if (c >= SLAB_CLASSES) {
                return Pages.map(size);
            }
            cutSlab(c, size);
        }
        cachedBytes -= c < PAGE_CLASS ? 0 : size;
        long chunk = cached[c][--count[c]];
        Memory.live(chunk, size);
        return chunk;
    }

    private void cutSlab(int c, long size) {
        long slab = Pages.map(SLAB_CHUNKS * size);
        for (int i = SLAB_CHUNKS - 1; i >= 0; i--) {
            keep(slab + i * size, size, c);
        }
        if (c < PAGE_CLASS) {
            if (slabCount[c] == slabs[c].length) {
                slabs[c] = Arrays.copyOf(slabs[c], 2 * slabs[c].length);
            }
            slabs[c][slabCount[c]++] = slab;
        }
    }

    private void keep(long chunk, long size, int c) {
        long[] stack = cached[c];
        if (count[c] == stack.length) {
            stack = Arrays.copyOf(stack, 2 * stack.length);
            cached[c] = stack;
        }
        stack[count[c]++] = chunk;
        cachedBytes += c < PAGE_CLASS ? 0 : size;
        Memory.dead(chunk, size);
    }

    /** Takes back a chunk. */
    synchronized void give(long chunk, long size) {
        bytes -= size;
        if (size > LARGEST_CACHED) {
            RequestBatch.release(chunk, size);
            return;
        }
        reusable -= size;
        if (size < Pages.PAGE || cachedBytes + size <= kept()) {
            keep(chunk, size, classOf(size));
        } else {
            RequestBatch.release(chunk, size);
        }
    }

    /** How many bytes may be kept for reuse now. */
    private long kept() {
        return Math.max(cacheLimit, Math.min(peak, MOST_CACHED) - reusable);
    }

    /**
     * The regular look, some ten times a second: forgets a peak by and by, an eighth at a time, and gives back some of what is kept beyond what is in use
     * of late.
     */
    public synchronized void cool() {
        peak -= peak - reusable + 7 >> 3;
        int given = 0;
        for (int c = CLASSES - 1; c >= PAGE_CLASS; c--) {
            long size = (long) SMALLEST << c;
            while (count[c] > 0 && cachedBytes > kept() && given++ < COOLED) {
                RequestBatch.release(cached[c][--count[c]], size);
                cachedBytes -= size;
            }
        }
    }

    /** Number of bytes of the chunks that are in use. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Number of bytes of the chunks that are kept for reuse. */
    public synchronized long cachedBytes() {
        long sum = cachedBytes;
        for (int c = 0; c < PAGE_CLASS; c++) {
            sum += (long) count[c] * SMALLEST << c;
        }
        return sum;
    }

    /**
     * Returns the chunks that are kept for reuse to the operating system, those smaller than a page if none of their size is in use; the pool may be used
     * again.
     */
    public synchronized void trim() {
        for (int c = 0; c < PAGE_CLASS; c++) {
            if (count[c] == slabCount[c] * SLAB_CHUNKS) {
                while (slabCount[c] > 0) {
                    Pages.unmap(slabs[c][--slabCount[c]], (long) SLAB_CHUNKS * SMALLEST << c);
                }
                count[c] = 0;
            }
        }
        for (int c = PAGE_CLASS; c < CLASSES; c++) {
            long size = (long) SMALLEST << c;
            while (count[c] > 0) {
                Pages.unmap(cached[c][--count[c]], size);
                cachedBytes -= size;
            }
        }
    }
}
