package dev.cairn.core.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import dev.cairn.structures.LibC;

/**
 * The clock that a turn of the loop sees: the time of the last {@link #refresh}, so that all commands of a turn agree on it. Main thread
 * only; {@link #exactMicros} too, since it uses the clock's own memory.
 *
 * <p>A test moves the clock by {@link #advance}; wall clock and monotonic time go together, so that expiry and timers agree.
 */
public final class Clock {
    private static final long CLOCK_REALTIME = 0;
    private static final long SECONDS = 0;
    private static final long NANOS = 8;
    private static final MethodHandle CLOCK_GETTIME = LibC.function("clock_gettime");

    private final MemorySegment errno = LibC.newErrno();
    private final MemorySegment timespec = Arena.ofAuto().allocate(16, 8);
    private final long timespecAddress = timespec.address();
    private long micros;
    private long monotonicMicros;
    private long advancedMicros;

    /** Makes a clock that shows the present time. */
    public Clock() {
        refresh();
    }

    /** Reads the time. */
    public void refresh() {
        micros = exactMicros();
        monotonicMicros = monotonicNanos() / 1000;
    }

    /** Moves the clock forward for good, as a test does that cannot wait; the cached time follows with the next {@link #refresh}. */
    public void advance(long micros) {
        advancedMicros += micros;
    }

    /** The monotonic time now, in nanoseconds since an arbitrary origin; leaves the cached time alone. */
    public long monotonicNanos() {
        return System.nanoTime() + advancedMicros * 1000;
    }

    /** The cached wall clock time in microseconds since 1970. */
    public long micros() {
        return micros;
    }

    /** The cached wall clock time in milliseconds since 1970. */
    public long millis() {
        return micros / 1000;
    }

    /** The cached wall clock time in seconds since 1970. */
    public long seconds() {
        return micros / 1_000_000;
    }

    /** The cached monotonic time in microseconds since the origin of {@link #monotonicNanos}. */
    public long monotonicMicros() {
        return monotonicMicros;
    }

    /** The wall clock time now, in microseconds since 1970; leaves the cached time alone. */
    public long exactMicros() {
        try {
            long rc = (long) CLOCK_GETTIME.invokeExact(errno, CLOCK_REALTIME, timespecAddress, 0L, 0L, 0L, 0L);
            assert (int) rc == 0;
        } catch (Throwable t) {
            throw new AssertionError("clock_gettime", t);
        }
        return timespec.get(ValueLayout.JAVA_LONG, SECONDS) * 1_000_000 + timespec.get(ValueLayout.JAVA_LONG, NANOS) / 1000
                + advancedMicros;
    }
}
