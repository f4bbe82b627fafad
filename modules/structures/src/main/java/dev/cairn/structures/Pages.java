package dev.cairn.structures;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory pages of the operating system: anonymous private mappings that are zero until written. Any thread may call
 * it. Linux on x86_64 and aarch64.
 *
 * <p>Design. Taking pages away costs the kernel time for each resident page: returning a gigabyte at once stalls the
 * caller for tens of milliseconds.
 * A large mapping that is no longer needed therefore goes to a release list ({@link #releaseLater}), and {@link
 * #releaseSome} returns a bounded part
 * of the list at a time: from a timer, from a background thread, and, so that nobody can forget it, a little with
 * every new mapping.
 */
public final class Pages {
    /** The granularity of mappings here, in bytes. */
    public static final int PAGE = 4096;
    /** The size of a huge page, in bytes. */
    public static final int HUGE = 2 << 20;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final int MREMAP_MAYMOVE_FIXED = 3;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_NOHUGEPAGE = 15;

    private static final MethodHandle MMAP = LibC.function("mmap");
    private static final MethodHandle MUNMAP = LibC.function("munmap");
    private static final MethodHandle MADVISE = LibC.function("madvise");
    private static final MethodHandle MREMAP = LibC.function("mremap");
    /** Nobody asks for the errno of these calls. */
    private static final MemorySegment ERRNO = LibC.newErrno();

    private static final AtomicLong MAPPED = new AtomicLong();

    /* The release list: address and size in turn. Guarded by the class. */
    private static long[] releases = new long[64];
    private static int releaseCount;
    private static volatile long releaseBytes;

    private Pages() {
    }

    private static long roundUp(long bytes) {
        return bytes + PAGE - 1 & -PAGE;
    }

    /**
     * Maps zeroed memory and returns its address, a multiple of {@link #PAGE}.
     *
     * @throws OutOfMemoryError if the operating system refuses
     */
    public static long map(long bytes) {
        releaseSome(Math.clamp(bytes, HUGE, 4L * HUGE));
        long size = roundUp(bytes);
        long address = mmap(size);
        MAPPED.addAndGet(size);
        Memory.live(address, size);
        return address;
    }

    private static long mmap(long size) {
        long address = LibC.call(MMAP, ERRNO, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if (address == -1) {
            throw new OutOfMemoryError("the operating system refused " + size + " bytes of memory (" + MAPPED.get()
                    + " are mapped); check the memory limit of the process, vm.overcommit_memory and vm.max_map_count");
        }
        return address;
    }

    /**
     * Maps zeroed memory at a multiple of {@code alignment}, a power of two not below {@link #PAGE}.
     *
     * @throws OutOfMemoryError if the operating system refuses
     */
    public static long mapAligned(long bytes, long alignment) {
        releaseSome(Math.clamp(bytes, HUGE, 4L * HUGE));
        long size = roundUp(bytes);
        long raw = mmap(size + alignment);
        long address = raw + alignment - 1 & -alignment;
        if (address != raw) {
            munmap(raw, address - raw);
        }
        long tail = raw + size + alignment - (address + size);
        if (tail != 0) {
            munmap(address + size, tail);
        }
        MAPPED.addAndGet(size);
        Memory.live(address, size);
        return address;
    }

    /** Returns pages to the operating system at once. */
    public static void unmap(long address, long bytes) {
        long size = roundUp(bytes);
        Memory.dead(address, size);
        MAPPED.addAndGet(-size);
        munmap(address, size);
    }

    private static void munmap(long address, long size) {
        int result = (int) LibC.call(MUNMAP, ERRNO, address, size, 0, 0, 0, 0);
        if (result != 0) {
            throw new OutOfMemoryError(
                    "munmap of " + size + " bytes at 0x" + Long.toHexString(address) + " failed; check vm.max_map_count");
        }
    }

    /** Resizes a mapping where it stands, if the address space behind it is free, and returns whether it did. */
    static boolean resizeInPlace(long address, long oldBytes, long newBytes) {
        long from = roundUp(oldBytes);
        long to = roundUp(newBytes);
        if (mremap(address, from, to, 0, 0) != address) {
            return false;
        }
        MAPPED.addAndGet(to - from);
        if (to > from) {
            Memory.live(address + from, to - from);
        } else {
            Memory.dead(address + to, from - to);
        }
        return true;
    }

    /**
     * Moves the pages of a mapping to a larger one that {@link #mapAligned} just gave, without copying; the old
     * mapping is gone afterwards.
     */
    static void move(long address, long oldBytes, long target, long newBytes) {
        long from = roundUp(oldBytes);
        long to = roundUp(newBytes);
        if (mremap(address, from, to, MREMAP_MAYMOVE_FIXED, target) != target) {
            throw new OutOfMemoryError("mremap of " + from + " to " + to + " bytes failed; check vm.max_map_count");
        }
        MAPPED.addAndGet(-from);
        Memory.dead(address, from);
    }

    private static long mremap(long address, long from, long to, int flags, long target) {
        return LibC.call(MREMAP, ERRNO, address, from, to, flags, target, 0);
    }

    private static void advise(long address, long bytes, int advice) {
        LibC.call(MADVISE, ERRNO, address, bytes, advice, 0, 0, 0);
    }

    /** Asks for huge pages in the range; a kernel without them ignores it. */
    public static void adviseHuge(long address, long bytes) {
        advise(address, bytes, MADV_HUGEPAGE);
    }

    /** Asks for small pages in the range, so that only what is touched is resident. */
    public static void adviseSmall(long address, long bytes) {
        advise(address, bytes, MADV_NOHUGEPAGE);
    }

    /** Gives the memory of whole pages back and keeps the mapping; its content is zero afterwards. */
    public static void discard(long address, long bytes) {
        advise(address, bytes, MADV_DONTNEED);
    }

    /** Returns how many bytes are mapped, those on the release list included. */
    public static long mappedBytes() {
        return MAPPED.get();
    }

    /** Hands a mapping over to be unmapped piece by piece. It may not be accessed any more. */
    public static synchronized void releaseLater(long address, long bytes) {
        long size = roundUp(bytes);
        Memory.dead(address, size);
        if (2 * releaseCount == releases.length) {
            releases = Arrays.copyOf(releases, 4 * releaseCount);
        }
        releases[2 * releaseCount] = address;
        releases[2 * releaseCount + 1] = size;
        releaseCount++;
        releaseBytes += size;
    }

    /** Returns how many bytes wait on the release list. */
    public static long releaseBytes() {
        return releaseBytes;
    }

    /**
     * Unmaps at most {@code maxBytes} (at least one page) of the release list and returns whether anything is left. 2
     * MB take about 0.1 ms.
     */
    public static boolean releaseSome(long maxBytes) {
        return releaseBytes != 0 && unmapReleases(maxBytes);
    }

    private static synchronized boolean unmapReleases(long maxBytes) {
        long left = Math.max(maxBytes & -PAGE, PAGE);
        while (left > 0 && releaseCount > 0) {
            int last = releaseCount - 1;
            long size = releases[2 * last + 1];
            long piece = Math.min(left, size);
            munmap(releases[2 * last] + size - piece, piece);
            MAPPED.addAndGet(-piece);
            releaseBytes -= piece;
            left -= piece;
            if (piece == size) {
                releaseCount--;
            } else {
                releases[2 * last + 1] = size - piece;
            }
        }
        return releaseCount != 0;
    }
}
