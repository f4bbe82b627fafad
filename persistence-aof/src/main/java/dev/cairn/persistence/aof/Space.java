package dev.cairn.persistence.aof;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

import dev.cairn.structures.LibC;

/** Reserves space of a file in its file system ahead of the writes, so that a full disk shows before anything is written. One thread at a time. */
final class Space implements Closeable {
    private static final MethodHandle OPEN = LibC.blocking("open");
    private static final MethodHandle CLOSE = LibC.blocking("close");
    private static final MethodHandle FALLOCATE = LibC.blocking("fallocate");
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int KEEP_SIZE = 1;
    private static final int EINTR = 4;
    private static final int EOPNOTSUPP = 95;

    private final MemorySegment errno = LibC.newErrno();
    private final Path file;
    private final int descriptor;

    Space(Path file) throws IOException {
        this.file = file;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toAbsolutePath().toString());
            descriptor = (int) LibC.call(OPEN, errno, name.address(), O_RDWR | O_CLOEXEC, 0, 0, 0, 0);
        }
        if (descriptor < 0) {
            throw new IOException(file + ": " + LibC.text(LibC.errno(errno)));
        }
    }

    /**
     * Reserves a range; a file system that cannot reserve is taken at its word that it will have the space.
     *
     * @throws IOException with the system's text when there is no space
     */
    void reserve(long from, long bytes) throws IOException {
        int error;
        do {
            error = (int) LibC.call(FALLOCATE, errno, descriptor, KEEP_SIZE, from, bytes, 0, 0) == 0 ? 0 : LibC.errno(errno);
        } while (error == EINTR);
        if (error != 0 && error != EOPNOTSUPP) {
            throw new DiskError(file, LibC.text(error));
        }
    }

    @Override
    public void close() {
        LibC.call(CLOSE, errno, descriptor, 0, 0, 0, 0, 0);
    }

    /** A refusal of the system. */
    static final class DiskError extends IOException {
        private static final long serialVersionUID = 1L;
        private final String text;

        DiskError(Path file, String text) {
            super(file + ": " + text);
            this.text = text;
        }

        /** The system's text. */
        String text() {
            return text;
        }
    }
}
