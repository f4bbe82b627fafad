package dev.cairn.structures;

import java.util.Arrays;

/**
 * The allocator of records: blocks of off-heap memory, multiples of 8 bytes, in size classes. One thread at a time
 * owns a heap; nothing is synchronised.
 *
 * <p>Design. Millions of small records must cost little more than their bytes, be counted exactly, and be forgotten at once.
 * <ul>
 * <li>Chunks of 2 MB at multiples of 2 MB, so that the chunk of any block is found by masking its address. The first
 * four pages of a chunk are its
 * header: a 32-byte descriptor for each of the 512 pages (the header's own four descriptors make room for the bitmap
 * of used pages and the links).
 * <li>Blocks up to 16 KB come from slabs, runs of pages that hold one size class: every 8 bytes up to 128, then eight
 * classes per doubling. A slab has a
 * free list through its free blocks, and a bump offset, so that memory never used is never touched. Each class
 * allocates from its current slab until it
 * is full; other slabs with room are on the class' list; empty ones go back to the chunk.
 * <li>Blocks up to 1 MB are page runs, first fit. Chunks are binned by the logarithm of their longest free run: a
 * search looks at a few chunks.
 * <li>Larger blocks have a mapping each, 64 bytes behind a multiple of 2 MB, an offset at which no other block can lie.
 * </ul>
 * Invariants: a slab is current, or on its class' list, or full; an empty slab is current; at most one chunk is
 * empty; {@link #usedBytes} is the sum of
 * {@link #usable} over all live blocks. In checked mode blocks are live in the registry between {@link #allocate} and
 * {@link #free} only, new blocks are
 * filled with 0xCD and freed ones with 0xDD.
 */
public final class Heap implements AutoCloseable {
    /** The largest block, in bytes. */
    public static final int MAX_BYTES = (512 << 20) + 4096;

    private static final int CHUNK = Pages.HUGE;
    private static final long CHUNK_MASK = CHUNK - 1;
    private static final int PAGE_SHIFT = 12;
    private static final int CHUNK_PAGES = CHUNK >>> PAGE_SHIFT;
    private static final int HEADER_PAGES = 4;
    private static final int FREE_PAGES = CHUNK_PAGES - HEADER_PAGES;
    private static final int MAX_SMALL = 16 << 10;
    private static final int MAX_RUN = 1 << 20;
    private static final int LARGE_OFFSET = 64;
    private static final long LATER = 4L << 20;

    /* Chunk header. */
    private static final int SLOT = 0;
    private static final int PAGES_LEFT = 4;
    private static final int LONGEST = 8;
    private static final int BIN_NEXT = 12;
    private static final int BIN_PREVIOUS = 16;
    private static final int BITMAP = 64;

    /* Page descriptor: kind, class, head page in one int; the rest in the head page's descriptor only. */
    private static final int DESCRIPTOR_SHIFT = 5;
    private static final int RUN_PAGES = 4;
    private static final int USED = 8;
    private static final int FREE_LIST = 12;
    private static final int BUMP = 16;
    private static final int END = 20;
    private static final int NEXT = 24;
    private static final int PREVIOUS = 28;
    private static final int KIND_SLAB = 1;
    private static final int KIND_RUN = 2;

    private static final int BINS = 10;
    private static final int CLASSES = 72;
    private static final int[] SIZE = new int[CLASSES];
    private static final int[] SLAB_PAGES = new int[CLASSES];
    private static final int[] CAPACITY = new int[CLASSES];

    static {
        for (int c = 0; c < CLASSES; c++) {
            int size = c < 16 ? c + 1 << 3 : (c & 7) + 9 << (c >>> 3) + 2;
            SIZE[c] = size;
            SLAB_PAGES[c] = slabPages(size);
            CAPACITY[c] = (SLAB_PAGES[c] << PAGE_SHIFT) / size;
        }
    }

    private final boolean huge;
    private final long[] current = new long[CLASSES];
    private final long[] partial = new long[CLASSES];
    private final int[] bins = new int[BINS];
    private long[] chunks = new long[4];
    private int chunkSlots = 1;
    private int freeSlot;
    private int chunkCount;
    private int emptyChunks;
    private long[] larges = new long[4];
    private int largeCount;
    private long used;
    private long mapped;

    /** Creates an empty heap with small pages. Nothing is mapped before the first allocation. */
    public Heap() {
        this(false);
    }

    /** Creates an empty heap that asks for huge pages from its second chunk on, if {@code huge}. */
    public Heap(boolean huge) {
        this.huge = huge;
    }

    private static int slabPages(int size) {
        int best = 4;
        int bestWaste = Integer.MAX_VALUE;
        for (int pages = 4; pages <= 32; pages += 2) {
            int bytes = pages << PAGE_SHIFT;
            if (bytes / size < 8 && pages < 32) {
                continue;
            }
            int waste = (int) ((long) (bytes % size) * 10_000 / bytes);
            if (waste < bestWaste) {
                best = pages;
                bestWaste = waste;
            }
            if (waste <= 100) {
                break;
            }
        }
        return best;
    }

    private static int classOf(int bytes) {
        if (bytes <= 128) {
            return Math.max(bytes - 1, 0) >> 3;
        }
        int last = bytes - 1;
        int shift = 28 - Integer.numberOfLeadingZeros(last);
        return (shift - 4 << 3) + 8 + (last >>> shift);
    }

    /** Returns whether the heap asks for huge pages. */
    public boolean huge() {
        return huge;
    }

    /** Returns the sum of the sizes of all blocks handed out, in bytes. */
    public long usedBytes() {
        return used;
    }

    /** Returns the bytes mapped for this heap; pages never touched cost no memory. */
    public long mappedBytes() {
        return mapped;
    }

    /** Returns the size that a block for {@code bytes} bytes would have. */
    public static int sizeOf(int bytes) {
        if (bytes <= MAX_SMALL) {
            return SIZE[classOf(bytes)];
        }
        int header = bytes <= MAX_RUN ? 0 : LARGE_OFFSET;
        return (bytes + header + Pages.PAGE - 1 & -Pages.PAGE) - header;
    }

    /**
     * Allocates a block of at least {@code bytes} bytes, at a multiple of 8; a block of 64 bytes or a larger power of
     * two up to 4096 lies at a multiple of
     * its size. The content is arbitrary. A few nanoseconds for small blocks.
     *
     * @throws OutOfMemoryError if the operating system refuses memory
     * @throws IllegalArgumentException if {@code bytes} is negative or above {@link #MAX_BYTES}
     */
    public long allocate(int bytes) {
        if (Integer.compareUnsigned(bytes, MAX_SMALL) > 0) {
            return Memory.CHECKED ? born(allocateMany(bytes)) : allocateMany(bytes);
        }
        int c = classOf(bytes);
        long d = current[c];
        if (d == 0) {
            d = nextSlab(c);
        }
        while (true) {
            long base = d & ~CHUNK_MASK;
            int free = Memory.rawInt(d + FREE_LIST);
            if (free != 0) {
                Memory.rawInt(d + FREE_LIST, Memory.rawInt(base + free));
            } else {
                free = Memory.rawInt(d + BUMP);
                if (free == Memory.rawInt(d + END)) {
                    d = nextSlab(c);
                    continue;
                }
                Memory.rawInt(d + BUMP, free + SIZE[c]);
            }
            Memory.rawInt(d + USED, Memory.rawInt(d + USED) + 1);
            used += SIZE[c];
            return Memory.CHECKED ? born(base + free) : base + free;
        }
    }

    private long allocateMany(int bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a block of " + bytes + " bytes; 0 to " + MAX_BYTES + " are possible");
        }
        return bytes <= MAX_RUN ? allocateRun(bytes + Pages.PAGE - 1 >>> PAGE_SHIFT) : allocateLarge(bytes);
    }

    /** Frees a block. The address must have come from this heap. */
    public void free(long address) {
        if (Memory.CHECKED) {
            die(address);
        }
        int offset = (int) (address & CHUNK_MASK);
        if (offset == LARGE_OFFSET) {
            freeLarge(address);
            return;
        }
        long base = address - offset;
        long d = base + (offset >>> PAGE_SHIFT << DESCRIPTOR_SHIFT);
        int word = Memory.rawInt(d);
        if ((word & 0xff) == KIND_RUN) {
            freeRun(base, offset >>> PAGE_SHIFT);
            return;
        }
        int c = word >>> 8 & 0xff;
        d = base + (word >>> 16 << DESCRIPTOR_SHIFT);
        Memory.rawInt(address, Memory.rawInt(d + FREE_LIST));
        Memory.rawInt(d + FREE_LIST, offset);
        int left = Memory.rawInt(d + USED) - 1;
        Memory.rawInt(d + USED, left);
        used -= SIZE[c];
        if (left == 0) {
            slabEmptied(c, d);
        } else if (left == CAPACITY[c] - 1 && d != current[c]) {
            link(c, d);
        }
    }

    /** Returns the size of a block in bytes, at least what was asked for. */
    public int usable(long address) {
        int offset = (int) (address & CHUNK_MASK);
        if (offset == LARGE_OFFSET) {
            return (int) (Memory.rawLong(address - LARGE_OFFSET) - LARGE_OFFSET);
        }
        long d = address - offset + (offset >>> PAGE_SHIFT << DESCRIPTOR_SHIFT);
        int word = Memory.rawInt(d);
        return (word & 0xff) == KIND_RUN ? Memory.rawInt(d + RUN_PAGES) << PAGE_SHIFT : SIZE[word >>> 8 & 0xff];
    }

    /**
     * Resizes a block, keeps the content up to the smaller size, and returns its address, which is the old one if the
     * size class is unchanged. Blocks above
     * 1 MB move without being copied.
     */
    public long reallocate(long address, int bytes) {
        int old = usable(address);
        int size = sizeOf(bytes);
        if (size == old) {
            if (Memory.CHECKED) {
                checkBlock(address);
            }
            return address;
        }
        if (old > MAX_RUN && bytes > MAX_RUN) {
            return resizeLarge(address, (long) sizeOf(bytes) + LARGE_OFFSET);
        }
        if (old > MAX_SMALL && old <= MAX_RUN && bytes > MAX_SMALL && bytes <= MAX_RUN && resizeRun(address, old, size)) {
            return address;
        }
        long moved = allocate(bytes);
        Memory.copy(address, moved, Math.min(old, size));
        free(address);
        return moved;
    }

    /** Returns whether the block lies in a slab that is mostly empty, so that moving it would help to free memory. */
    public boolean sparse(long address) {
        int offset = (int) (address & CHUNK_MASK);
        if (offset == LARGE_OFFSET) {
            return false;
        }
        long base = address - offset;
        int word = Memory.rawInt(base + (offset >>> PAGE_SHIFT << DESCRIPTOR_SHIFT));
        if ((word & 0xff) == KIND_RUN) {
            return false;
        }
        int c = word >>> 8 & 0xff;
        long d = base + (word >>> 16 << DESCRIPTOR_SHIFT);
        return d != current[c] && Memory.rawInt(d + USED) < CAPACITY[c] >> 2;
    }

    /**
     * Forgets every block at once. The cost does not depend on the number of blocks; the memory goes to the release
     * list of {@link Pages} and returns to the
     * operating system by {@link #releaseSome}.
     */
    public void drop() {
        for (int i = 1; i < chunkSlots; i++) {
            if (chunks[i] > 0) {
                Pages.releaseLater(chunks[i], CHUNK);
            }
        }
        for (int i = 0; i < largeCount; i++) {
            Pages.releaseLater(larges[i], Memory.rawLong(larges[i]));
        }
        Arrays.fill(current, 0);
        Arrays.fill(partial, 0);
        Arrays.fill(bins, 0);
        chunks = new long[4];
        larges = new long[4];
        chunkSlots = 1;
        freeSlot = 0;
        chunkCount = 0;
        emptyChunks = 0;
        largeCount = 0;
        used = 0;
        mapped = 0;
    }

    /**
     * Returns up to {@code maxChunks} times 2 MB of dropped memory (of all heaps) to the operating system; true if
     * more is left. About 0.1 ms a chunk.
     */
    public static boolean releaseSome(int maxChunks) {
        return Pages.releaseSome((long) maxChunks * CHUNK);
    }

    /** Forgets every block and returns all memory to the operating system, which may take long. */
    @Override
    public void close() {
        drop();
        while (Pages.releaseSome(1L << 30)) {
            Thread.onSpinWait();
        }
    }

    /* Slabs. */

    private long nextSlab(int c) {
        long d = partial[c];
        if (d != 0) {
            unlink(c, d);
        } else {
            d = newSlab(c);
        }
        current[c] = d;
        return d;
    }

    private long newSlab(int c) {
        int pages = SLAB_PAGES[c];
        long start = takePages(pages);
        long base = start & ~CHUNK_MASK;
        int offset = (int) (start - base);
        int head = offset >>> PAGE_SHIFT;
        long d = base + (head << DESCRIPTOR_SHIFT);
        int word = KIND_SLAB | c << 8 | head << 16;
        for (int i = 0; i < pages; i++) {
            Memory.rawInt(d + (i << DESCRIPTOR_SHIFT), word);
        }
        Memory.rawInt(d + USED, 0);
        Memory.rawInt(d + FREE_LIST, 0);
        Memory.rawInt(d + BUMP, offset);
        Memory.rawInt(d + END, offset + CAPACITY[c] * SIZE[c]);
        return d;
    }

    private void slabEmptied(int c, long d) {
        int head = Memory.rawInt(d) >>> 16;
        if (d == current[c]) {
            Memory.rawInt(d + FREE_LIST, 0);
            Memory.rawInt(d + BUMP, head << PAGE_SHIFT);
            return;
        }
        unlink(c, d);
        for (int i = 0; i < SLAB_PAGES[c]; i++) {
            Memory.rawInt(d + (i << DESCRIPTOR_SHIFT), 0);
        }
        givePages(d & ~CHUNK_MASK, head, SLAB_PAGES[c]);
    }

    private static int handle(long d) {
        return d == 0 ? 0 : Memory.rawInt(d & ~CHUNK_MASK) << 9 | (int) (d & CHUNK_MASK) >>> DESCRIPTOR_SHIFT;
    }

    private long descriptor(int handle) {
        return handle == 0 ? 0 : chunks[handle >>> 9] + ((handle & 511) << DESCRIPTOR_SHIFT);
    }

    private void link(int c, long d) {
        long first = partial[c];
        Memory.rawInt(d + NEXT, handle(first));
        Memory.rawInt(d + PREVIOUS, 0);
        if (first != 0) {
            Memory.rawInt(first + PREVIOUS, handle(d));
        }
        partial[c] = d;
    }

    private void unlink(int c, long d) {
        long next = descriptor(Memory.rawInt(d + NEXT));
        long previous = descriptor(Memory.rawInt(d + PREVIOUS));
        if (previous == 0) {
            partial[c] = next;
        } else {
            Memory.rawInt(previous + NEXT, handle(next));
        }
        if (next != 0) {
            Memory.rawInt(next + PREVIOUS, handle(previous));
        }
    }

    /* Page runs. */

    private long allocateRun(int pages) {
        long start = takePages(pages);
        int head = (int) (start & CHUNK_MASK) >>> PAGE_SHIFT;
        long d = (start & ~CHUNK_MASK) + (head << DESCRIPTOR_SHIFT);
        Memory.rawInt(d, KIND_RUN | head << 16);
        Memory.rawInt(d + RUN_PAGES, pages);
        used += (long) pages << PAGE_SHIFT;
        return start;
    }

    private void freeRun(long base, int head) {
        long d = base + (head << DESCRIPTOR_SHIFT);
        int pages = Memory.rawInt(d + RUN_PAGES);
        Memory.rawInt(d, 0);
        used -= (long) pages << PAGE_SHIFT;
        givePages(base, head, pages);
    }

    private boolean resizeRun(long address, int oldBytes, int newBytes) {
        if (Memory.CHECKED) {
            checkBlock(address);
        }
        long base = address & ~CHUNK_MASK;
        int head = (int) (address & CHUNK_MASK) >>> PAGE_SHIFT;
        int oldPages = oldBytes >>> PAGE_SHIFT;
        int newPages = newBytes >>> PAGE_SHIFT;
        if (newPages > oldPages) {
            if (head + newPages > CHUNK_PAGES || nextPage(base, head + oldPages, true) < head + newPages) {
                return false;
            }
            setPages(base, head + oldPages, newPages - oldPages, true);
            Memory.live(address + oldBytes, newBytes - oldBytes);
        } else {
            Memory.dead(address + newBytes, oldBytes - newBytes);
            setPages(base, head + newPages, oldPages - newPages, false);
        }
        Memory.rawInt(base + (head << DESCRIPTOR_SHIFT) + RUN_PAGES, newPages);
        used += newBytes - oldBytes;
        return true;
    }

    private long takePages(int pages) {
        long base = chunkWith(pages);
        int page = HEADER_PAGES;
        while (true) {
            int free = nextPage(base, page, false);
            page = nextPage(base, free, true);
            if (page - free >= pages) {
                setPages(base, free, pages, true);
                return base + ((long) free << PAGE_SHIFT);
            }
        }
    }

    private void givePages(long base, int page, int pages) {
        setPages(base, page, pages, false);
        if (Memory.rawInt(base + PAGES_LEFT) == FREE_PAGES && emptyChunks > 1) {
            removeChunk(base);
        }
    }

    /* Bin b lists the chunks whose longest free run has b binary digits: those behind the request's bin fit for sure. */
    private long chunkWith(int pages) {
        int bin = 32 - Integer.numberOfLeadingZeros(pages);
        int slot = bins[bin];
        for (int tries = 0; slot != 0 && tries < 4; tries++) {
            long base = chunks[slot];
            if (Memory.rawInt(base + LONGEST) >= pages) {
                return base;
            }
            slot = Memory.rawInt(base + BIN_NEXT);
        }
        for (int b = bin + 1; b < BINS; b++) {
            if (bins[b] != 0) {
                return chunks[bins[b]];
            }
        }
        return addChunk();
    }

    private long addChunk() {
        long base = Pages.mapAligned(CHUNK, CHUNK);
        Memory.dead(base, CHUNK);
        if (chunkCount == 0) {
            Pages.adviseSmall(base, CHUNK);
        } else if (huge) {
            Pages.adviseHuge(base, CHUNK);
        }
        int slot = freeSlot;
        if (slot != 0) {
            freeSlot = (int) -chunks[slot];
        } else {
            if (chunkSlots == chunks.length) {
                chunks = Arrays.copyOf(chunks, 2 * chunkSlots);
            }
            slot = chunkSlots++;
        }
        chunks[slot] = base;
        chunkCount++;
        emptyChunks++;
        mapped += CHUNK;
        Memory.rawInt(base + SLOT, slot);
        Memory.rawInt(base + PAGES_LEFT, FREE_PAGES);
        Memory.rawLong(base + BITMAP, (1 << HEADER_PAGES) - 1);
        addToBin(base, FREE_PAGES);
        return base;
    }

    private void removeChunk(long base) {
        removeFromBin(base);
        int slot = Memory.rawInt(base + SLOT);
        chunks[slot] = -freeSlot;
        freeSlot = slot;
        chunkCount--;
        emptyChunks--;
        mapped -= CHUNK;
        Pages.unmap(base, CHUNK);
    }

    private void addToBin(long base, int longest) {
        Memory.rawInt(base + LONGEST, longest);
        int bin = 32 - Integer.numberOfLeadingZeros(longest);
        int first = bins[bin];
        int slot = Memory.rawInt(base + SLOT);
        Memory.rawInt(base + BIN_NEXT, first);
        Memory.rawInt(base + BIN_PREVIOUS, 0);
        if (first != 0) {
            Memory.rawInt(chunks[first] + BIN_PREVIOUS, slot);
        }
        bins[bin] = slot;
    }

    private void removeFromBin(long base) {
        int next = Memory.rawInt(base + BIN_NEXT);
        int previous = Memory.rawInt(base + BIN_PREVIOUS);
        if (previous == 0) {
            bins[32 - Integer.numberOfLeadingZeros(Memory.rawInt(base + LONGEST))] = next;
        } else {
            Memory.rawInt(chunks[previous] + BIN_NEXT, next);
        }
        if (next != 0) {
            Memory.rawInt(chunks[next] + BIN_PREVIOUS, previous);
        }
    }

    private void setPages(long base, int page, int pages, boolean take) {
        int left = Memory.rawInt(base + PAGES_LEFT);
        emptyChunks -= left == FREE_PAGES ? 1 : 0;
        for (int p = page, end = page + pages; p < end;) {
            long word = base + BITMAP + (p >>> 6 << 3);
            int bits = Math.min(end - p, 64 - (p & 63));
            long mask = -1L >>> 64 - bits << p;
            Memory.rawLong(word, take ? Memory.rawLong(word) | mask : Memory.rawLong(word) & ~mask);
            p += bits;
        }
        left += take ? -pages : pages;
        emptyChunks += left == FREE_PAGES ? 1 : 0;
        Memory.rawInt(base + PAGES_LEFT, left);
        int longest = longestRun(base);
        int before = Memory.rawInt(base + LONGEST);
        if (Integer.numberOfLeadingZeros(longest) == Integer.numberOfLeadingZeros(before)) {
            Memory.rawInt(base + LONGEST, longest);
        } else {
            removeFromBin(base);
            addToBin(base, longest);
        }
    }

    private static int nextPage(long base, int from, boolean taken) {
        int page = from;
        while (page < CHUNK_PAGES) {
            long word = Memory.rawLong(base + BITMAP + (page >>> 6 << 3));
            long rest = (taken ? word : ~word) >>> page;
            if (rest != 0) {
                return page + Long.numberOfTrailingZeros(rest);
            }
            page = (page | 63) + 1;
        }
        return CHUNK_PAGES;
    }

    private static int longestRun(long base) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < CHUNK_PAGES >>> 3; i += 8) {
            long free = ~Memory.rawLong(base + BITMAP + i);
            if (free == -1) {
                run += 64;
                continue;
            }
            longest = Math.max(longest, run + Long.numberOfTrailingZeros(~free));
            run = Long.numberOfLeadingZeros(~free);
            int inside = 0;
            for (long x = free; x != 0; x &= x << 1) {
                inside++;
            }
            longest = Math.max(longest, inside);
        }
        return Math.max(longest, run);
    }

    /* Large blocks: the header holds the mapped size and the place in the list. */

    private long allocateLarge(int bytes) {
        return mapLarge((long) sizeOf(bytes) + LARGE_OFFSET);
    }

    /**
     * Allocates a block of zeros for a table, at a multiple of 64; it may be larger than {@link #MAX_BYTES}, and is not reallocated then.
     *
     * @throws OutOfMemoryError if the operating system refuses memory
     */
    long allocateTable(long bytes) {
        if (bytes > MAX_RUN) {
            long address = mapLarge(bytes + LARGE_OFFSET + Pages.PAGE - 1 & -Pages.PAGE);
            Memory.live(address, bytes);
            return address;
        }
        long address = allocate((int) bytes);
        Memory.fill(address, bytes, (byte) 0);
        return address;
    }

    private long mapLarge(long size) {
        long base = Pages.mapAligned(size, CHUNK);
        Memory.dead(base, size);
        if (huge) {
            Pages.adviseHuge(base, size);
        }
        if (largeCount == larges.length) {
            larges = Arrays.copyOf(larges, 2 * largeCount);
        }
        larges[largeCount] = base;
        Memory.rawLong(base, size);
        Memory.rawLong(base + 8, largeCount++);
        mapped += size;
        used += size - LARGE_OFFSET;
        return base + LARGE_OFFSET;
    }

    /**
     * Allocates a large block that belongs to no heap until {@link #adopt}, so that it can be filled before its owner
     * is known. Any thread.
     *
     * @throws OutOfMemoryError if the operating system refuses memory
     */
    public static long allocateDetached(int bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a block of " + bytes + " bytes; 0 to " + MAX_BYTES + " are possible");
        }
        long size = (long) sizeOf(Math.max(bytes, MAX_RUN + 1)) + LARGE_OFFSET;
        long base = Pages.mapAligned(size, CHUNK);
        Memory.rawLong(base, size);
        return base + LARGE_OFFSET;
    }

    /** Returns the size of a detached block in bytes. */
    public static int detachedBytes(long address) {
        return (int) (Memory.rawLong(address - LARGE_OFFSET) - LARGE_OFFSET);
    }

    /** Frees a detached block. */
    public static void freeDetached(long address) {
        release(address - LARGE_OFFSET, Memory.rawLong(address - LARGE_OFFSET));
    }

    /** Takes over a detached block; from now on it is a block of this heap like any other. */
    public void adopt(long address) {
        long base = address - LARGE_OFFSET;
        long size = Memory.rawLong(base);
        Memory.dead(base, LARGE_OFFSET);
        if (largeCount == larges.length) {
            larges = Arrays.copyOf(larges, 2 * largeCount);
        }
        larges[largeCount] = base;
        Memory.rawLong(base + 8, largeCount++);
        mapped += size;
        used += size - LARGE_OFFSET;
    }

    private static void release(long base, long size) {
        if (size > LATER) {
            Pages.releaseLater(base, size);
        } else {
            Pages.unmap(base, size);
        }
    }

    private void freeLarge(long address) {
        long base = address - LARGE_OFFSET;
        long size = Memory.rawLong(base);
        int place = (int) Memory.rawLong(base + 8);
        long last = larges[--largeCount];
        larges[place] = last;
        Memory.rawLong(last + 8, place);
        mapped -= size;
        used -= size - LARGE_OFFSET;
        release(base, size);
    }

    /** Resizes a block of {@link #allocateTable}, whose size was {@code old}; new bytes are arbitrary, and large blocks are not copied. */
    long reallocateTable(long address, long old, long bytes) {
        if (old > MAX_RUN && bytes > MAX_RUN) {
            return resizeLarge(address, bytes + LARGE_OFFSET + Pages.PAGE - 1 & -Pages.PAGE);
        }
        if (Math.max(old, bytes) <= MAX_BYTES) {
            return reallocate(address, (int) bytes);
        }
        long moved = allocateTable(bytes);
        Memory.copy(address, moved, Math.min(old, bytes));
        free(address);
        return moved;
    }

    private long resizeLarge(long address, long newSize) {
        if (Memory.CHECKED) {
            checkBlock(address);
        }
        long base = address - LARGE_OFFSET;
        long oldSize = Memory.rawLong(base);
        long target = base;
        if (newSize < oldSize && oldSize - newSize > LATER) {
            Pages.releaseLater(base + newSize, oldSize - newSize);
        } else if (!Pages.resizeInPlace(base, oldSize, newSize)) {
            target = Pages.mapAligned(newSize, CHUNK);
            Pages.move(base, oldSize, target, newSize);
            if (huge) {
                Pages.adviseHuge(target, newSize);
            }
            larges[(int) Memory.rawLong(target + 8)] = target;
            Memory.dead(target, LARGE_OFFSET);
        }
        Memory.rawLong(target, newSize);
        mapped += newSize - oldSize;
        used += newSize - oldSize;
        return target + LARGE_OFFSET;
    }

    /* Checked mode. */

    private long born(long address) {
        Memory.live(address, usable(address));
        Memory.fill(address, Math.min(usable(address), Pages.PAGE), (byte) 0xcd);
        return address;
    }

    private void die(long address) {
        checkBlock(address);
        int bytes = usable(address);
        Memory.fill(address, Math.min(bytes, Pages.PAGE), (byte) 0xdd);
        Memory.dead(address, bytes);
    }

    private void checkBlock(long address) {
        if (!Shadow.alive(address)) {
            throw new MemoryAccessError("free", address, 0, "the block is freed already or was never handed out");
        }
        int offset = (int) (address & CHUNK_MASK);
        long base = address - offset;
        boolean known;
        if (offset == LARGE_OFFSET) {
            known = Arrays.stream(larges, 0, largeCount).anyMatch(large -> large == base);
        } else {
            known = Arrays.stream(chunks, 1, chunkSlots).anyMatch(chunk -> chunk == base) && atBlockStart(base, offset);
        }
        if (!known) {
            throw new MemoryAccessError("free", address, 0, "no block of this heap starts there");
        }
    }

    private static boolean atBlockStart(long base, int offset) {
        int word = Memory.rawInt(base + (offset >>> PAGE_SHIFT << DESCRIPTOR_SHIFT));
        return switch (word & 0xff) {
            case KIND_RUN -> (offset & Pages.PAGE - 1) == 0;
            case KIND_SLAB -> (offset - (word >>> 16 << PAGE_SHIFT)) % SIZE[word >>> 8 & 0xff] == 0;
            default -> false;
        };
    }
}
