package dev.cairn.resp;

import java.io.IOException;

/** Where the bytes of a reply go: a socket. */
@FunctionalInterface
public interface Sink {
    /**
     * Takes bytes from memory, which it may read during the call only.
     *
     * @return how many were taken, from 0 if none can be now to {@code length}
     * @throws IOException if the peer cannot be written to any more
     */
    int write(long address, int length) throws IOException;
}
