package dev.cairn.benchmarks.compare;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * CPU time of other processes as the Linux scheduler counts it.
 *
 * <p>{@code /proc/PID/stat} counts in ticks of 10 ms and {@code /proc/PID/task/TID/schedstat} forgets threads that ended, such as a
 * JVM's compiler threads. The process's CPU clock (clock_getcpuclockid(3)) has neither fault: nanoseconds, all threads, user and kernel.
 */
final class CpuClock {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CLOCK_GETCPUCLOCKID =
            function("clock_getcpuclockid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle CLOCK_GETTIME = function("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle GETRUSAGE = function("getrusage", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private static final int RUSAGE_CHILDREN = -1;
    private static final long RUSAGE_SIZE = 144;

    private CpuClock() {
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    /** CPU time in nanoseconds that the process {@code pid} has taken since it started. */
    static long ofProcess(long pid) throws CompareException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment clock = arena.allocate(JAVA_INT);
            MemorySegment time = arena.allocate(MemoryLayout.sequenceLayout(2, JAVA_LONG));
            if ((int) CLOCK_GETCPUCLOCKID.invokeExact((int) pid, clock) != 0
                    || (int) CLOCK_GETTIME.invokeExact(clock.get(JAVA_INT, 0), time) != 0) {
                throw new CompareException("process " + pid + " has no CPU clock: it ended, or belongs to another PID namespace");
            }
            return time.getAtIndex(JAVA_LONG, 0) * 1_000_000_000L + time.getAtIndex(JAVA_LONG, 1);
        } catch (CompareException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new CompareException("cannot read the CPU clock of process " + pid, e);
        }
    }

    /** CPU time in nanoseconds of all child processes of this one that have ended and been waited for. */
    static long ofEndedChildren() throws CompareException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment usage = arena.allocate(RUSAGE_SIZE, JAVA_LONG.byteAlignment());
            if ((int) GETRUSAGE.invokeExact(RUSAGE_CHILDREN, usage) != 0) {
                throw new CompareException("getrusage(RUSAGE_CHILDREN) failed");
            }
            long seconds = usage.getAtIndex(JAVA_LONG, 0) + usage.getAtIndex(JAVA_LONG, 2);
            long micros = usage.getAtIndex(JAVA_LONG, 1) + usage.getAtIndex(JAVA_LONG, 3);
            return seconds * 1_000_000_000L + micros * 1_000L;
        } catch (CompareException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new CompareException("cannot read the CPU time of ended children", e);
        }
    }
}
