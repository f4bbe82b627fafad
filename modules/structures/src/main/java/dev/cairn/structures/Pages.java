package dev.cairn.structures;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory pages of the operating system: anonymous private mappings that are zero until written. Any thread may call
 * it. Linux on x86_64 and aarch64.
 *
 * <p>Design. Taking pages away costs the kernel time for each resident page: returning a gigabyte at once stalls the
 * caller for tens of milliseconds. A large mapping that is no longer needed therefore goes to a release list ({@link
 * #releaseLater}), first in, first out, and {@link #releaseSome} returns a bounded part of the list at a time: from a
 * background thread, or from a timer and, so that nobody can forget it, a little with every new mapping. Where a
 * background thread does it ({@link #releaser}), new mappings help only when it falls behind. The system is called
 * outside of the list's lock: who adds to the list never waits for the kernel.
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

    /** Bytes on the release list from which on new mappings help a background thread that returns them. */
    private static final long BACKLOG = 256L << 20;

    /* The release list, a ring: address and size in turn. Guarded by the class. */
    private static long[] releases = new long[64];
    private static int firstRelease;
    private static int releaseCount;
    private static long queuedBytes;
    private static final AtomicLong RETURNED = new AtomicLong();
    private static final AtomicLong WAITING = new AtomicLong();
    private static final AtomicInteger RELEASERS = new AtomicInteger();

    /** The call of a background thread may wait for the kernel's lock on the address space, and must not hold up the collector meanwhile. */
    private static final class Blocking {
        static final MethodHandle MUNMAP = LibC.blocking("munmap");
    }

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
        help(bytes);
        long size = roundUp(bytes);
        long address = mmap(size);
        MAPPED.addAndGet(size);
        Memory.live(address, size);
        return address;
    }

    private static void help(long bytes) {
        long waiting = WAITING.get();
        if (waiting != 0 && (RELEASERS.get() == 0 || waiting > BACKLOG)) {
            releaseSome(Math.clamp(bytes, HUGE, 4L * HUGE));
        }
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
        help(bytes);
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
        munmap(MUNMAP, address, size);
    }

    private static void munmap(MethodHandle call, long address, long size) {
        int result = (int) LibC.call(call, ERRNO, address, size, 0, 0, 0, 0);
        if (result != 0) {
            throw new OutOfMemoryError(
                    "munmap of " + size + " bytes at 0x" + Long.toHexString(address) + " failed; check vm.max_map_count");
        }
    }

    /** Resizes a mapping where it stands, if the address space behind it is free, and returns whether it did. */
    static boolean resizeInPlace(long address, long oldBytes, long newBytes) {
        long from = roundUp(oldBytes);
        long to = roundUp(newBytes);
        if (to < from) {
            // before another thread can be given the range
            Memory.dead(address + to, from - to);
        }
        boolean done = mremap(address, from, to, 0, 0) == address;
        if (done) {
            MAPPED.addAndGet(to - from);
        }
        if (done && to > from) {
            Memory.live(address + from, to - from);
        } else if (!done && to < from) {
            Memory.live(address + to, from - to);
        }
        return done;
    }

    /**
     * Moves the pages of a mapping to a larger one that {@link #mapAligned} just gave, without copying; the old
     * mapping is gone afterwards.
     */
    static void move(long address, long oldBytes, long target, long newBytes) {
        long from = roundUp(oldBytes);
        long to = roundUp(newBytes);
        Memory.dead(address, from);
        if (mremap(address, from, to, MREMAP_MAYMOVE_FIXED, target) != target) {
            Memory.live(address, from);
            throw new OutOfMemoryError("mremap of " + from + " to " + to + " bytes failed; check vm.max_map_count");
        }
        MAPPED.addAndGet(-from);
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
        int room = releases.length / 2;
        if (releaseCount == room) {
            long[] more = new long[4 * room];
            int head = 2 * (room - firstRelease);
            System.arraycopy(releases, 2 * firstRelease, more, 0, head);
            System.arraycopy(releases, 0, more, head, 2 * firstRelease);
            releases = more;
            firstRelease = 0;
            room *= 2;
        }
        int at = 2 * ((firstRelease + releaseCount) % room);
        releases[at] = address;
        releases[at + 1] = size;
        releaseCount++;
        queuedBytes += size;
        WAITING.addAndGet(size);
    }

    /** Returns how many bytes were handed over that are not unmapped yet. */
    public static long releaseBytes() {
        return WAITING.get();
    }

    /** Returns how many bytes were handed over in all: what was so far is unmapped when {@link #returnedBytes} has reached the number. */
    public static synchronized long queuedBytes() {
        return queuedBytes;
    }

    /** Returns how many of the bytes that were handed over are unmapped, the oldest first. */
    public static long returnedBytes() {
        return RETURNED.get();
    }

    /** Says that a background thread calls {@link #releaseSome} whenever there is something to release, or that it ends. */
    public static void releaser(boolean present) {
        RELEASERS.addAndGet(present ? 1 : -1);
    }

    /**
     * Unmaps at most {@code maxBytes} (at least one page) of the release list and returns whether anything is left, be it in the hands of
     * another thread. 2 MB take about 0.1 ms.
     */
    public static boolean releaseSome(long maxBytes) {
        long left = Math.max(maxBytes & -PAGE, PAGE);
        while (left > 0 && WAITING.get() != 0) {
            long size = releaseOne(left);
            if (size == 0) {
                break;
            }
            left -= size;
        }
        return WAITING.get() != 0;
    }

    /** Unmaps the first mapping of the list or its tail, and returns the size; 0 if the list is empty. */
    private static long releaseOne(long maxBytes) {
        long address;
        long piece;
        synchronized (Pages.class) {
            if (releaseCount == 0) {
                return 0;
            }
            int at = 2 * firstRelease;
            long size = releases[at + 1];
            piece = Math.min(maxBytes, size);
            address = releases[at] + size - piece;
            if (piece == size) {
                firstRelease = (firstRelease + 1) % (releases.length / 2);
                releaseCount--;
            } else {
                releases[at + 1] = size - piece;
            }
        }
        try {
            munmap(Blocking.MUNMAP, address, piece);
        } finally {
            MAPPED.addAndGet(-piece);
            RETURNED.addAndGet(piece);
            WAITING.addAndGet(-piece);
        }
        return piece;
    }
}
