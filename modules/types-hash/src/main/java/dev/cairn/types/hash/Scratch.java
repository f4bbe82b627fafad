package dev.cairn.types.hash;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;

/** Gives bytes of any kind an address: arguments have one already, others are copied. Main thread. */
final class Scratch {
    private static final int KEPT = 4096;

    private final Heap heap;
    private long block;
    private int room;

    Scratch(Heap heap) {
        this.heap = heap;
    }

    /** Where the bytes stand; good until the next call. */
    long address(Bytes bytes) {
        return bytes instanceof NativeBytes n ? n.address() : copy(bytes);
    }

    private long copy(Bytes bytes) {
        int length = bytes.length();
        if (length > room || room > KEPT) {
            if (room > 0) {
                heap.free(block);
                room = 0;
            }
            block = heap.allocate(Math.max(length, 64));
            room = Math.max(length, 64);
        }
        BytesCopy.put(bytes, block);
        return block;
    }
}
