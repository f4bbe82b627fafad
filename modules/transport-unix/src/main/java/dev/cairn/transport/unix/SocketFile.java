package dev.cairn.transport.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

import dev.cairn.sockets.Errno;
import dev.cairn.sockets.ListenFailed;
import dev.cairn.sockets.Socket;
import dev.cairn.sockets.SocketCalls;
import dev.cairn.structures.LibC;
import org.jspecify.annotations.Nullable;

/**
 * The file that a listening Unix socket has in the file system. Main thread.
 *
 * <p>A server that was killed leaves its file behind, and nobody can bind to the path until it is removed. It is told from the file of a
 * server that lives by connecting to it: the kernel refuses only where nobody listens. A file that is no socket is left alone.
 */
final class SocketFile {
    private final Path path;
    private final UnixAddress address;
    private @Nullable Object key;

    SocketFile(Path path, UnixAddress address) {
        this.path = path;
        this.address = address;
    }

    /** Removes what a server that is gone has left. */
    void clear(SocketCalls calls) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            throw new ListenFailed("Failed opening Unix socket: " + path + " exists and is no socket", 0);
        }
        int probe = calls.socket(address.family());
        if (probe < 0) {
            throw new ListenFailed("Failed opening Unix socket: socket: " + LibC.text(calls.errno()), calls.errno());
        }
        boolean connected = calls.connect(probe, address);
        int errno = calls.errno();
        Socket.close(probe);
        if (connected || errno != Errno.ECONNREFUSED) {
            throw new ListenFailed("Failed opening Unix socket: bind: " + LibC.text(Errno.EADDRINUSE) + ": a server listens on " + path,
                    Errno.EADDRINUSE);
        }
        Files.deleteIfExists(path);
    }

    /** Sets whose the bound socket is and who may connect. */
    void restrict(int permissions, String group) throws IOException {
        key = key();
        if (!group.isEmpty()) {
            Files.getFileAttributeView(path, PosixFileAttributeView.class)
                    .setGroup(path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        }
        if (permissions != 0) {
            Files.setPosixFilePermissions(path, permissions(permissions));
        }
    }

    /** Removes the file, unless another has taken its place. */
    boolean remove() {
        try {
            return key != null && key.equals(key()) && Files.deleteIfExists(path);
        } catch (IOException e) {
            return false;
        }
    }

    private Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private static Set<PosixFilePermission> permissions(int bits) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's r, the highest bit, to the others' x
        for (int i = 0; i < all.length; i++) {
            if ((bits >> all.length - 1 - i & 1) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }
}
