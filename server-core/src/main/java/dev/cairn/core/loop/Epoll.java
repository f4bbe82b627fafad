package dev.cairn.core.loop;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

import dev.cairn.structures.LibC;

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

    private static final MethodHandle EPOLL_CREATE1 = LibC.function("epoll_create1");
    private static final MethodHandle EVENTFD = LibC.function("eventfd");
    private static final MethodHandle CLOSE = LibC.function("close");
    private static final MethodHandle WRITE = LibC.function("write");
    private static final MethodHandle EPOLL_CTL = LibC.function("epoll_ctl");
    private static final MethodHandle EPOLL_WAIT = LibC.blocking("epoll_wait");
    private static final MethodHandle EPOLL_POLL = LibC.function("epoll_wait");

    private final MemorySegment captured = LibC.newErrno();
    private final MemorySegment wakerErrno = LibC.newErrno();
    private final MemorySegment one = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
    private final MemorySegment change = Arena.ofAuto().allocate(16, 8);
    private final long changeAddress = change.address();
    private final Object wakeLock = new Object();
    private final int epoll;
    private final int eventFd;
    private boolean closed;

    /** Opens an epoll instance that watches an eventfd under the data 0. */
    Epoll() throws IOException {
        one.set(ValueLayout.JAVA_LONG, 0, 1);
        epoll = checked("epoll_create1", (int) LibC.call(EPOLL_CREATE1, captured, CLOEXEC, 0, 0, 0, 0, 0));
        eventFd = (int) LibC.call(EVENTFD, captured, 0, CLOEXEC | NONBLOCK, 0, 0, 0, 0);
        if (eventFd < 0) {
            IOException failure = failure("eventfd", errno());
            closeDescriptor(epoll);
            throw failure;
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
            long rc = (long) EPOLL_CTL.invokeExact(captured, (long) epoll, (long) operation, (long) descriptor, changeAddress, 0L, 0L);
            return (int) rc == 0 ? 0 : errno();
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
                long count = (long) EPOLL_POLL.invokeExact(captured, (long) epoll, events.address(), (long) max, 0L, 0L, 0L);
                n = (int) count;
            } else {
                long count = (long) EPOLL_WAIT.invokeExact(captured, (long) epoll, events.address(), (long) max, (long) timeout, 0L, 0L);
                n = (int) count;
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
                long written = LibC.call(WRITE, wakerErrno, eventFd, one.address(), 8, 0, 0, 0);
                assert written == 8;
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
        return new IOException(call + ": " + LibC.text(errno));
    }

    private int errno() {
        return LibC.errno(captured);
    }

    private int checked(String call, int result) throws IOException {
        if (result < 0) {
            throw failure(call, errno());
        }
        return result;
    }

    private void closeDescriptor(int descriptor) {
        LibC.call(CLOSE, captured, descriptor, 0, 0, 0, 0, 0);
    }
}
