package dev.cairn.structures;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/** The CPUs that a thread may run on. Any thread. */
public final class CpuAffinity {
    private static final int MAX_CPUS = 1024;

    /** Linked when first used, which most servers never do. */
    private static final class Calls {
        static final MethodHandle SET = LibC.function("sched_setaffinity");
    }

    private CpuAffinity() {
    }

    /**
     * Reads a CPU list such as {@code 0,2,3}, {@code 0,2-3} or {@code 0-20:2}: comma-separated numbers, ranges, and ranges with a step.
     *
     * @throws IllegalArgumentException if it is malformed, empty, or names a CPU above 1023
     */
    public static BitSet parse(String list) {
        BitSet cpus = new BitSet();
        for (String part : list.split(",", -1)) {
            int colon = part.indexOf(':');
            int step = colon < 0 ? 1 : number(list, part.substring(colon + 1));
            String range = colon < 0 ? part : part.substring(0, colon);
            int dash = range.indexOf('-');
            int first = number(list, dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : number(list, range.substring(dash + 1));
            if (step == 0 || first > last || last >= MAX_CPUS || (colon >= 0 && dash < 0)) {
                throw bad(list);
            }
            for (int cpu = first; cpu <= last; cpu += step) {
                cpus.set(cpu);
            }
        }
        return cpus;
    }

    private static int number(String list, String digits) {
        if (digits.isEmpty() || digits.length() > 4) {
            throw bad(list);
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw bad(list);
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static IllegalArgumentException bad(String list) {
        return new IllegalArgumentException("Invalid CPU list '" + list + "', expected numbers and ranges such as 0,2-3 or 0-20:2");
    }

    /**
     * Binds the calling thread, and the threads it starts from now on, to the CPUs of a {@link #parse list}.
     *
     * @throws IllegalArgumentException if the list is malformed
     * @throws IOException if the system refuses, as when the machine has none of the CPUs
     */
    public static void bind(String list) throws IOException {
        BitSet cpus = parse(list);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MAX_CPUS / 8, 8);
            MemorySegment.copy(cpus.toByteArray(), 0, mask, ValueLayout.JAVA_BYTE, 0, (cpus.length() + 7) / 8);
            MemorySegment errno = LibC.newErrno();
            if ((int) LibC.call(Calls.SET, errno, 0, mask.byteSize(), mask.address(), 0, 0, 0) != 0) {
                throw new IOException(LibC.text(LibC.errno(errno)));
            }
        }
    }
}
