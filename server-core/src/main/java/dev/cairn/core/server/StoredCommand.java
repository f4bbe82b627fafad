package dev.cairn.core.server;

import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * A command that waits for its execution, as in MULTI: a copy of its arguments in one off-heap block, a table of offsets and lengths and
 * then the bytes. Main thread.
 */
final class StoredCommand {
    private final CommandEntry entry;
    private final int size;
    private final Heap heap;
    private final long block;
    private final long bytes;

    StoredCommand(CommandEntry entry, ArgsView args, Heap heap) {
        this.entry = entry;
        this.size = args.size();
        this.heap = heap;
        bytes = 16L * size + args.totalLength();
        if (bytes > Heap.MAX_BYTES) {
            throw dev.cairn.api.command.CommandError.err("command is too large to be queued");
        }
        block = heap.allocate((int) bytes);
        long offset = 16L * size;
        for (int i = 0; i < size; i++) {
            NativeBytes a = args.view(i);
            Memory.putLong(block + 16L * i, offset);
            Memory.putLong(block + 16L * i + 8, a.length());
            BytesCopy.put(a, block + offset);
            offset += a.length();
        }
    }

    CommandEntry entry() {
        return entry;
    }

    int size() {
        return size;
    }

    long bytes() {
        return bytes;
    }

    NativeBytes view(int i, NativeBytes view) {
        return view.set(block + Memory.getLong(block + 16L * i), (int) Memory.getLong(block + 16L * i + 8));
    }

    void free() {
        heap.free(block);
    }
}
