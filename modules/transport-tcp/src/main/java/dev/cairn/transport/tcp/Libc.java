package dev.cairn.transport.tcp;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What all calls of the C library share: how they are linked, where errno goes, its numbers and texts. Any thread. */
final class Libc {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int ENFILE = 23;
    static final int EMFILE = 24;
    static final int ENOPROTOOPT = 92;
    static final int EPROTONOSUPPORT = 93;
    static final int ESOCKTNOSUPPORT = 94;
    static final int EPFNOSUPPORT = 96;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENOBUFS = 105;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    static final Linker.Option CRITICAL = Linker.Option.critical(false);

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> OF_THREAD = ThreadLocal.withInitial(Libc::newCapture);

    private Libc() {
    }

    /** Links a function; its pointers are {@code long}s. */
    static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    /** Makes a place where calls leave errno. Only one thread at a time may use it. */
    static MemorySegment newCapture() {
        return Arena.ofAuto().allocate(CAPTURED);
    }

    /** The place where calls of this thread leave errno. */
    static MemorySegment captureOfThread() {
        return OF_THREAD.get();
    }

    /** The errno that a call has left. */
    static int errno(MemorySegment captured) {
        return captured.get(INT, ERRNO_OFFSET);
    }

    /** The text of an errno, untranslated where the C library has it so. */
    static String text(int errno) {
        return Texts.of(errno);
    }

    /** Texts of errors, apart because only failures need them. */
    private static final class Texts {
        private static final MethodHandle TEXT;

        static {
            SymbolLookup libc = Linker.nativeLinker().defaultLookup();
            MemorySegment symbol = libc.find("strerrordesc_np").orElseGet(() -> libc.findOrThrow("strerror"));
            TEXT = Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(LONG, INT));
        }

        static String of(int errno) {
            try {
                long text = (long) TEXT.invokeExact(errno);
                return text == 0 ? "errno " + errno : MemorySegment.ofAddress(text).reinterpret(1024).getString(0);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }
    }
}
