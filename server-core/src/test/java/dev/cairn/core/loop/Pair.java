package dev.cairn.core.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A pair of connected non-blocking sockets, for tests. */
public final class Pair implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int STREAM_NONBLOCK = 1 | 0x800;
    private static final MethodHandle SOCKETPAIR = function("socketpair", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    private static final MethodHandle READ = function("read", ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle WRITE = function("write", ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle CLOSE = function("close", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    private final int near;
    private final int far;
    private boolean nearOpen = true;
    private boolean farOpen = true;

    /** Opens the pair. */
    public Pair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment both = arena.allocate(8, 4);
            int rc = (int) SOCKETPAIR.invokeExact(AF_UNIX, STREAM_NONBLOCK, 0, both);
            if (rc != 0) {
                throw new AssertionError("socketpair");
            }
            near = both.get(ValueLayout.JAVA_INT, 0);
            far = both.get(ValueLayout.JAVA_INT, 4);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The end to watch. */
    public int near() {
        return near;
    }

    /** Sends bytes to the near end. */
    public void send(int count) {
        try (Arena arena = Arena.ofConfined()) {
            long n = (long) WRITE.invokeExact(far, arena.allocate(count), (long) count);
            if (n != count) {
                throw new AssertionError("write");
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Reads bytes at the near end; -1 when there is none. */
    public int receive(int count) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) (long) READ.invokeExact(near, arena.allocate(count), (long) count);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    void closeNear() {
        if (nearOpen) {
            nearOpen = false;
            close(near);
        }
    }

    void closeFar() {
        if (farOpen) {
            farOpen = false;
            close(far);
        }
    }

    @Override
    public void close() {
        closeNear();
        closeFar();
    }

    private static void close(int descriptor) {
        try {
            int rc = (int) CLOSE.invokeExact(descriptor);
            if (rc != 0) {
                throw new AssertionError("close");
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle function(String name, ValueLayout result, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }
}
