package dev.cairn.core.pubsub;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;

/** A block of off-heap memory for one thing at a time, which grows as needed; what is large is given back after its use. Main thread. */
public final class Scratch {
    private static final int KEPT = 4 << 10;

    private final Heap heap;
    private final NativeBytes view = new NativeBytes();
    private long block;

    /** An empty scratch; its memory is the heap's. */
    public Scratch(Heap heap) {
        this.heap = heap;
    }

    /** Memory for so many bytes, until {@link #release}. */
    public long room(int bytes) {
        if (block == 0) {
            block = heap.allocate(Math.max(bytes, KEPT));
        } else if (heap.usable(block) < bytes) {
            heap.free(block);
            block = 0;
            block = heap.allocate(bytes);
        }
        return block;
    }

    /** The bytes off the heap: themselves if they are there, else a copy, until {@link #release}. */
    public NativeBytes of(Bytes bytes) {
        if (bytes instanceof NativeBytes there) {
            return there;
        }
        long copy = room(bytes.length());
        BytesCopy.put(bytes, copy);
        return view.set(copy, bytes.length());
    }

    /** Ends the use. */
    public void release() {
        if (block != 0 && heap.usable(block) > 2 * KEPT) {
            heap.free(block);
            block = 0;
        }
    }
}
