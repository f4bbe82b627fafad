package dev.cairn.structures;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/**
 * Functions of the C library. Any thread; a place for errno belongs to one thread at a time.
 *
 * <p>Design. The JVM makes code for each shape of function that is linked, which takes it some ten milliseconds a shape at start-up. So all
 * functions here have one shape: six arguments that are integers or addresses, passed as {@code long}, and a {@code long} result, with errno
 * captured. Both calling conventions of Linux that are supported (x86_64 and aarch64) pass six integers in registers: a function that takes
 * fewer does not look at the others, one that takes an {@code int} looks at the lower half only, and one that returns an {@code int} leaves
 * the upper half of the result undefined, so its caller casts. There are two kinds: {@link #function} for those that return at once, whose
 * call costs a few nanoseconds beyond the function, and {@link #blocking} for those that may wait, during which the garbage collector can run.
 *
 * <p>A handle is kept in a {@code static final} field and called by {@code (long) HANDLE.invokeExact(errno, a, b, c, d, e, f)} where it
 * matters, or by {@link #call}.
 */
public final class LibC {
    /** The type of every handle. */
    public static final MethodType TYPE = MethodType.methodType(long.class, MemorySegment.class, long.class, long.class, long.class,
            long.class, long.class, long.class);

    private static final ValueLayout LONG = ValueLayout.JAVA_LONG;
    static final FunctionDescriptor SHAPE = FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG);
    static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    static final Linker.Option CRITICAL = Linker.Option.critical(false);
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private LibC() {
    }

    /**
     * Links a function that returns at once.
     *
     * @throws UnsupportedOperationException if the C library lacks it
     */
    public static MethodHandle function(String name) {
        return Linker.nativeLinker().downcallHandle(symbol(name), SHAPE, ERRNO, CRITICAL);
    }

    /**
     * Links a function that may wait.
     *
     * @throws UnsupportedOperationException if the C library lacks it
     */
    public static MethodHandle blocking(String name) {
        return Linker.nativeLinker().downcallHandle(symbol(name), SHAPE, ERRNO);
    }

    private static MemorySegment symbol(String name) {
        return Linker.nativeLinker().defaultLookup().find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library lacks " + name + "; Linux is required"));
    }

    /** Calls a linked function, where nanoseconds do not matter. */
    public static long call(MethodHandle function, MemorySegment errno, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) function.invokeExact(errno, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw new AssertionError("a function of the C library could not be called", t);
        }
    }

    /** Makes a place where calls leave errno. */
    public static MemorySegment newErrno() {
        return Arena.ofAuto().allocate(CAPTURED);
    }

    /** The errno that the last call with this place has left. */
    public static int errno(MemorySegment place) {
        return place.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    /** The text of an errno, in English. */
    public static String text(int errno) {
        return Texts.of(errno);
    }

    /** Texts of errors, apart because only failures need them. */
    private static final class Texts {
        private static final MethodHandle TEXT;

        static {
            // The untranslated text where the C library has it: strerror follows the locale.
            SymbolLookup libc = Linker.nativeLinker().defaultLookup();
            TEXT = function(libc.find("strerrordesc_np").isPresent() ? "strerrordesc_np" : "strerror");
        }

        static String of(int errno) {
            long text = call(TEXT, newErrno(), errno, 0, 0, 0, 0, 0);
            return text == 0 ? "errno " + errno : MemorySegment.ofAddress(text).reinterpret(1024).getString(0);
        }
    }
}
