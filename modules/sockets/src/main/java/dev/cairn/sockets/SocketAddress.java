package dev.cairn.sockets;

import java.lang.foreign.MemorySegment;

/** An address that a socket can be bound to, as the kernel takes it. Immutable. */
public interface SocketAddress {
    /** The most bytes that an address takes, {@code sizeof(struct sockaddr_storage)}. */
    int MAX_SIZE = 128;

    /** The address family. */
    int family();

    /**
     * Writes it for the kernel.
     *
     * @param into at least {@link #MAX_SIZE} bytes
     * @return the bytes written
     */
    int write(MemorySegment into);
}
