package dev.cairn.core.pubsub;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;

/** Texts off the heap, one at a time. */
final class Native {
    private final long block;
    private final NativeBytes view = new NativeBytes();

    Native(Heap heap) {
        block = heap.allocate(4096);
    }

    NativeBytes of(String text) {
        Bytes bytes = Bytes.of(text);
        BytesCopy.put(bytes, block);
        return view.set(block, bytes.length());
    }
}
