package dev.cairn.core.loop;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * The system calls of one epoll instance and its eventfd. Main thread, except {@link #wake}.
 *
 * <p>A call that can block is an ordinary downcall, so that the garbage collector does not wait for it; the others are critical ones, which
 * cost little more than the system call.
 */
final class Epoll implements AutoCloseable {
    static final int IN = 0x001;
    static final int OUT = 0x004;
    static final int ERR = 0x008;
    static final int HUP = 0x010;
    private static final int EDGE_TRIGGERED = 1 << 31;

    static final int ADD = 1;
    static final int DEL = 2;
    static final int MOD = 3;

    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    private static final int EINTR = 4;

    /** {@code struct epoll_event} is packed on x86-64 and nowhere else. */
    private static final boolean PACKED = switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
        case "amd64", "x86_64" -> true;
        default -> false;
    };
    private static final long EVENT_SIZE = PACKED ? 12 : 16;
    private static final long DATA_OFFSET = PACKED ? 4 : 8;

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final Linker.Option CRITICAL = Linker.Option.critical(false);

    private static final MethodHandle EPOLL_CREATE1 = function("epoll_create1", FunctionDescriptor.of(INT, INT), ERRNO);
    private static final MethodHandle EVENTFD = function("eventfd", FunctionDescriptor.of(INT, INT, INT), ERRNO);
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle WRITE = function("write", FunctionDescriptor.of(LONG, INT, LONG, LONG), CRITICAL);
    private static final MethodHandle EPOLL_CTL = function("epoll_ctl", FunctionDescriptor.of(INT, INT, INT, INT, LONG), ERRNO, CRITICAL);
    private static final MethodHandle EPOLL_WAIT = function("epoll_wait", FunctionDescriptor.of(INT, INT, LONG, INT, INT), ERRNO);
    private static final MethodHandle EPOLL_POLL = function("epoll_wait", FunctionDescriptor.of(INT, INT, LONG, INT, INT), ERRNO, CRITICAL);

    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURED);
    private final MemorySegment one = Arena.ofAuto().allocate(LONG);
    private final MemorySegment change = Arena.ofAuto().allocate(16, 8);
    private final long changeAddress = change.address();
    private final Object wakeLock = new Object();
    private final int epoll;
    private final int eventFd;
    private boolean closed;

    /** Opens an epoll instance that watches an eventfd under the data 0. */
    Epoll() throws IOException {
        one.set(LONG, 0, 1);
        try {
            epoll = checked("epoll_create1", (int) EPOLL_CREATE1.invokeExact(captured, CLOEXEC));
            int fd = (int) EVENTFD.invokeExact(captured, 0, CLOEXEC | NONBLOCK);
            if (fd < 0) {
                int errno = errno();
                closeDescriptor(epoll);
                throw failure("eventfd", errno);
            }
            eventFd = fd;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        // Edge-triggered: each write shows once and the counter needs no reading.
        int errno = control(ADD, eventFd, IN | EDGE_TRIGGERED, 0);
        if (errno != 0) {
            close();
            throw failure("epoll_ctl", errno);
        }
    }

    /** Allocates room for the given number of events. */
    static MemorySegment events(int capacity) {
        return Arena.ofAuto().allocate(capacity * EVENT_SIZE, 8);
    }

    /** The readiness bits of an event. */
    static int mask(MemorySegment events, int index) {
        return events.get(ValueLayout.JAVA_INT_UNALIGNED, index * EVENT_SIZE);
    }

    /** The data that the descriptor of an event was added with. */
    static long data(MemorySegment events, int index) {
        return events.get(ValueLayout.JAVA_LONG_UNALIGNED, index * EVENT_SIZE + DATA_OFFSET);
    }

    /**
     * Changes what is watched.
     *
     * @return 0 or the errno
     */
    int control(int operation, int descriptor, int mask, long data) {
        change.set(ValueLayout.JAVA_INT_UNALIGNED, 0, mask);
        change.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET, data);
        try {
            int rc = (int) EPOLL_CTL.invokeExact(captured, epoll, operation, descriptor, changeAddress);
            return rc == 0 ? 0 : errno();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Waits for events.
     *
     * @param timeout in milliseconds, -1 for no end
     * @return the number of events, 0 also when a signal interrupted the wait
     */
    int await(MemorySegment events, int max, int timeout) throws IOException {
        int n;
        try {
            if (timeout == 0) {
                n = (int) EPOLL_POLL.invokeExact(captured, epoll, events.address(), max, 0);
            } else {
                n = (int) EPOLL_WAIT.invokeExact(captured, epoll, events.address(), max, timeout);
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        if (n < 0) {
            int errno = errno();
            if (errno != EINTR) {
                throw failure("epoll_wait", errno);
            }
            return 0;
        }
        return n;
    }

    /** Ends the present or next wait. Thread-safe; does nothing when closed. */
    void wake() {
        synchronized (wakeLock) {
            if (!closed) {
                try {
                    long written = (long) WRITE.invokeExact(eventFd, one.address(), 8L);
                    assert written == 8;
                } catch (Throwable t) {
                    throw new AssertionError(t);
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (wakeLock) {
            if (!closed) {
                closed = true;
                closeDescriptor(eventFd);
                closeDescriptor(epoll);
            }
        }
    }

    /** An exception for a failed system call. */
    static IOException failure(String call, int errno) {
        return new IOException(call + ": " + Errors.text(errno));
    }

    private int errno() {
        return captured.get(INT, ERRNO_OFFSET);
    }

    private int checked(String call, int result) throws IOException {
        if (result < 0) {
            throw failure(call, errno());
        }
        return result;
    }

    private static void closeDescriptor(int descriptor) {
        try {
            int unused = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    /** Texts of error numbers, apart because only failures need them. */
    private static final class Errors {
        private static final MethodHandle TEXT;

        static {
            // The untranslated text where the C library has it: strerror follows the locale.
            SymbolLookup libc = Linker.nativeLinker().defaultLookup();
            TEXT = Linker.nativeLinker().downcallHandle(
                    libc.find("strerrordesc_np").orElseGet(() -> libc.findOrThrow("strerror")), FunctionDescriptor.of(LONG, INT));
        }

        static String text(int errno) {
            try {
                long text = (long) TEXT.invokeExact(errno);
                return text == 0 ? "errno " + errno : MemorySegment.ofAddress(text).reinterpret(1024).getString(0);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }
    }
}
