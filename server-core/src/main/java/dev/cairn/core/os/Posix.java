package dev.cairn.core.os;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The few system calls of the boot, by the foreign function interface (Linux, 64 bit). Any thread may call them.
 *
 * <p>Linking a call costs milliseconds, so each group of calls stands in a holder of its own and is linked when first used; what a
 * file under {@code /proc} can do is done by the file. Calls that fail throw {@link PosixException} with {@code errno} as the system
 * set it.
 */
public final class Posix {
    /** Signal number of {@code SIGINT}. */
    public static final int SIGINT = 2;
    /** Signal number of {@code SIGKILL}. */
    public static final int SIGKILL = 9;
    /** Signal number of {@code SIGTERM}. */
    public static final int SIGTERM = 15;
    /** Signal number of {@code SIGSTOP}. */
    public static final int SIGSTOP = 19;

    private static final int RLIMIT_NOFILE = 7;
    private static final int PR_SET_THP_DISABLE = 41;
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_DONTWAIT = 0x40;
    /** Bytes of {@code sun_path} in {@code struct sockaddr_un}. */
    private static final int SUN_PATH = 108;

    private Posix() {}

    /** A resource limit, soft and hard; {@code -1} (all bits set, unsigned) is no limit. */
    public record Limit(long soft, long hard) {}

    private static final class Ffi {
        static final Linker LINKER = Linker.nativeLinker();
        static final Linker.Option ERRNO_OPTION = Linker.Option.captureCallState("errno");
        static final StructLayout STATE = Linker.Option.captureStateLayout();
        static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

        static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
            Linker.Option[] all = new Linker.Option[options.length + 1];
            all[0] = ERRNO_OPTION;
            System.arraycopy(options, 0, all, 1, options.length);
            return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
        }

        static int errno(MemorySegment state) {
            return (int) ERRNO.get(state, 0L);
        }

        static AssertionError unexpected(Throwable t) {
            return new AssertionError("a system call threw", t);
        }
    }

    private static final class Rlimit {
        static final FunctionDescriptor TYPE = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
        static final MethodHandle GET = Ffi.link("getrlimit", TYPE);
    }

    private static final class SetRlimit {
        static final MethodHandle SET = Ffi.link("setrlimit", Rlimit.TYPE);
    }

    private static final class Session {
        static final MethodHandle SETSID = Ffi.link("setsid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
    }

    private static final class Prctl {
        static final MethodHandle CALL = Ffi.link(
                "prctl",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    private static final class Kill {
        static final MethodHandle CALL = Ffi.link("kill",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    private static final class SignalCall {
        static final MethodHandle CALL = Ffi.link("signal",
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    }

    private static final class Umask {
        static final MethodHandle CALL = Ffi.link("umask", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    private static final class Sync {
        static final MethodHandle CALL = Ffi.link("sync", FunctionDescriptor.ofVoid());
    }

    private static final class Isatty {
        static final MethodHandle CALL = Ffi.link("isatty", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    private static final class StrError {
        static final AddressLayout TEXT = ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(1024, ValueLayout.JAVA_BYTE));
        static final MethodHandle CALL = Ffi.link("strerror", FunctionDescriptor.of(TEXT, ValueLayout.JAVA_INT));
    }

    private static final class Datagram {
        static final MethodHandle SOCKET = Ffi.link(
                "socket",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        static final MethodHandle SENDTO = Ffi.link(
                "sendto",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
        static final MethodHandle CLOSE = Ffi.link("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    private static final class Pid {
        static final long VALUE = read();

        private static long read() {
            try {
                // ProcessHandle starts the machinery that waits for child processes, which takes milliseconds.
                return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
            } catch (IOException | NumberFormatException e) {
                return ProcessHandle.current().pid();
            }
        }
    }

    /** The id of this process. */
    public static long pid() {
        return Pid.VALUE;
    }

    /** The limit on open files of this process. */
    public static Limit openFilesLimit() throws PosixException {
        Limit limit = procLimit();
        return limit != null ? limit : getrlimit();
    }

    /** The limit as {@code /proc/self/limits} has it, or null if it cannot be read there. */
    private static @Nullable Limit procLimit() {
        try {
            String title = "Max open files";
            for (String line : ProcFile.read(Path.of("/proc/self/limits")).split("\n")) {
                if (line.startsWith(title)) {
                    String[] words = line.substring(title.length()).strip().split(" +");
                    return new Limit(limit(words[0]), limit(words[1]));
                }
            }
            return null;
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return null;
        }
    }

    private static long limit(String word) {
        return word.equals("unlimited") ? -1 : Long.parseLong(word);
    }

    /** The limit as the system call has it. */
    static Limit getrlimit() throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Ffi.STATE);
            MemorySegment limit = arena.allocate(16, 8);
            check((int) Rlimit.GET.invokeExact(state, RLIMIT_NOFILE, limit), state);
            return new Limit(limit.get(ValueLayout.JAVA_LONG, 0), limit.get(ValueLayout.JAVA_LONG, 8));
        } catch (PosixException e) {
            throw e;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /**
     * Gives a signal its default action if this process ignores it, as the background jobs of a shell script inherit it for INT. The JVM
     * handles no signal that was ignored when it started.
     */
    public static void unignore(int signal) {
        try {
            for (String line : ProcFile.read(Path.of("/proc/self/status")).split("\n")) {
                if (line.startsWith("SigIgn:")) {
                    long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    if ((mask >>> (signal - 1) & 1) == 0) {
                        return;
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Whether it is ignored is unknown; it is seldom, so leave it.
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            long before = (long) SignalCall.CALL.invokeExact(arena.allocate(Ffi.STATE), signal, 0L);
            assert before != 0;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** Sets the limit on open files of this process; only a privileged process can raise the hard one. */
    public static void openFilesLimit(Limit wanted) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Ffi.STATE);
            MemorySegment limit = arena.allocate(16, 8);
            limit.set(ValueLayout.JAVA_LONG, 0, wanted.soft());
            limit.set(ValueLayout.JAVA_LONG, 8, wanted.hard());
            check((int) SetRlimit.SET.invokeExact(state, RLIMIT_NOFILE, limit), state);
        } catch (PosixException e) {
            throw e;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** Makes this process the leader of a new session without a terminal. Fails in a process group's leader. */
    public static void setsid() throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Ffi.STATE);
            check((int) Session.SETSID.invokeExact(state), state);
        } catch (PosixException e) {
            throw e;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** Keeps the kernel from backing this process by transparent huge pages. */
    public static void disableTransparentHugePages() throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Ffi.STATE);
            check((int) Prctl.CALL.invokeExact(state, PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L), state);
        } catch (PosixException e) {
            throw e;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /**
     * Sets the name that {@code ps -o comm} and {@code top} show for this process, at most 15 bytes of it. A JVM cannot rewrite the
     * argument vector of its process, so the full title of Redis has no counterpart. Done by the file of the process's first thread,
     * which does for any thread what {@code prctl(PR_SET_NAME)} does for the caller.
     */
    public static void processName(String name) throws IOException {
        long pid = pid();
        Files.writeString(Path.of("/proc/self/task/" + pid + "/comm"), name, StandardCharsets.UTF_8);
    }

    /** Sets the name of the calling thread as the kernel shows it, at most 15 bytes of it. */
    public static void threadName(String name) throws IOException {
        Files.writeString(Path.of("/proc/thread-self/comm"), name, StandardCharsets.UTF_8);
    }

    /** Sends a signal to a process, or to a process group if {@code pid} is negative. */
    public static void kill(long pid, int signal) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Ffi.STATE);
            check((int) Kill.CALL.invokeExact(state, (int) pid, signal), state);
        } catch (PosixException e) {
            throw e;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** Sets the file mode creation mask and returns the former one. It belongs to the process: other threads see the new one at once. */
    public static int umask(int mask) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Umask.CALL.invokeExact(arena.allocate(Ffi.STATE), mask);
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** Writes all dirty pages of all file systems to their devices and waits for it. */
    public static void sync() {
        try (Arena arena = Arena.ofConfined()) {
            Sync.CALL.invokeExact(arena.allocate(Ffi.STATE));
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** Whether a file descriptor is a terminal. */
    public static boolean isTerminal(int fd) {
        try {
            // A terminal's device is a character device under /dev; without one, nothing has to be linked to know the answer.
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            if (!target.startsWith("/dev/") || target.equals("/dev/null")) {
                return false;
            }
        } catch (IOException e) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return (int) Isatty.CALL.invokeExact(arena.allocate(Ffi.STATE), fd) == 1;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** The operating system's text for an {@code errno}, such as {@code Operation not permitted}. */
    public static String strerror(int errno) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = (MemorySegment) StrError.CALL.invokeExact(arena.allocate(Ffi.STATE), errno);
            return text.getString(0, StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    /** The score that the kernel's out-of-memory killer adds for this process, from -1000 to 1000. */
    public static int oomScoreAdj() throws IOException {
        String text = ProcFile.read(Path.of("/proc/self/oom_score_adj")).strip();
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IOException("unexpected content '" + text + "' in /proc/self/oom_score_adj", e);
        }
    }

    /** Sets the score that the out-of-memory killer adds for this process, clamped to -1000..1000; lowering it needs privileges. */
    public static void oomScoreAdj(int score) throws IOException {
        int value = Math.clamp(score, -1000, 1000);
        Files.writeString(Path.of("/proc/self/oom_score_adj"), value + "\n", StandardCharsets.US_ASCII);
    }

    /**
     * Sends a state such as {@code READY=1} to the service manager that set {@code NOTIFY_SOCKET}.
     *
     * @return false if {@code NOTIFY_SOCKET} is not set, so that nobody waits for it
     * @throws PosixException if the socket does not take it
     */
    public static boolean sdNotify(String state) throws PosixException {
        return sdNotify(System.getenv("NOTIFY_SOCKET"), state);
    }

    static boolean sdNotify(@Nullable String socket, String state) throws PosixException {
        if (socket == null || socket.isEmpty()) {
            return false;
        }
        sendDatagram(socket, state.getBytes(StandardCharsets.UTF_8), false);
        return true;
    }

    /**
     * Sends one datagram to a Unix socket.
     *
     * @param address a path, or {@code @name} for a name in the abstract namespace
     * @param dontWait fail with {@code EAGAIN} instead of waiting for a receiver that is behind
     */
    public static void sendDatagram(String address, byte[] payload, boolean dontWait) throws PosixException {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length >= SUN_PATH) {
            throw new PosixException(36);
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Ffi.STATE);
            MemorySegment sockaddr = arena.allocate(2 + SUN_PATH, 8);
            sockaddr.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, sockaddr, ValueLayout.JAVA_BYTE, 2, name.length);
            // An abstract name ends with the address; a path is followed by a zero byte.
            int length = 2 + name.length + (name[0] == 0 ? 0 : 1);
            MemorySegment bytes = arena.allocate(Math.max(1, payload.length));
            MemorySegment.copy(payload, 0, bytes, ValueLayout.JAVA_BYTE, 0, payload.length);
            int flags = MSG_NOSIGNAL | (dontWait ? MSG_DONTWAIT : 0);
            int fd = (int) Datagram.SOCKET.invokeExact(state, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            check(fd, state);
            long sent = (long) Datagram.SENDTO.invokeExact(state, fd, bytes, (long) payload.length, flags, sockaddr, length);
            int errno = sent < 0 ? Ffi.errno(state) : 0;
            int closed = (int) Datagram.CLOSE.invokeExact(state, fd);
            assert closed == 0;
            if (sent < 0) {
                throw new PosixException(errno);
            }
        } catch (PosixException e) {
            throw e;
        } catch (Throwable t) {
            throw Ffi.unexpected(t);
        }
    }

    private static void check(int result, MemorySegment state) throws PosixException {
        if (result < 0) {
            throw new PosixException(Ffi.errno(state));
        }
    }
}
