package dev.cairn.core.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** What the kernel knows of this process and its host, read when asked for. Any thread may ask; nothing throws. */
public final class ProcessStats {
    /** Whose processor time is meant. */
    public enum Who {
        /** The whole process. */
        PROCESS(0),
        /** Its ended children. */
        CHILDREN(-1),
        /** The calling thread. */
        THREAD(1);

        private final int number;

        Who(int number) {
            this.number = number;
        }
    }

    /**
     * Processor time.
     *
     * @param userMicros in the program, microseconds
     * @param systemMicros in the kernel, microseconds
     */
    public record CpuTime(long userMicros, long systemMicros) {
    }

    /** Linked when first used, for that costs milliseconds. */
    private static final class Rusage {
        /** Bytes of {@code struct rusage}, which begins with two {@code struct timeval}. */
        static final int BYTES = 144;
        static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("getrusage"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    private ProcessStats() {
    }

    /** Bytes of this process that are in main memory, 0 when unknown. */
    public static long residentBytes() {
        return kilobytes(Path.of("/proc/self/status"), "VmRSS:") * 1024;
    }

    /** Bytes of main memory of the host, 0 when unknown. */
    public static long systemBytes() {
        return kilobytes(Path.of("/proc/meminfo"), "MemTotal:") * 1024;
    }

    private static long kilobytes(Path file, String field) {
        String text;
        try {
            text = ProcFile.read(file);
        } catch (IOException e) {
            // A container may hide its /proc; the figure is left at nought then.
            return 0;
        }
        int at = text.indexOf(field);
        if (at < 0) {
            return 0;
        }
        at += field.length();
        long value = 0;
        for (; at < text.length() && text.charAt(at) != '\n'; at++) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                value = value * 10 + c - '0';
            }
        }
        return value;
    }

    /** The processor time used so far. */
    public static CpuTime cpu(Who who) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment usage = arena.allocate(Rusage.BYTES, 8);
            int rc = (int) Rusage.CALL.invokeExact(who.number, usage);
            assert rc == 0;
            return new CpuTime(micros(usage, 0), micros(usage, 16));
        } catch (Throwable t) {
            throw new AssertionError("getrusage", t);
        }
    }

    private static long micros(MemorySegment usage, long offset) {
        return usage.get(ValueLayout.JAVA_LONG, offset) * 1_000_000 + usage.get(ValueLayout.JAVA_LONG, offset + 8);
    }
}
