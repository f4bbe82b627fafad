package dev.cairn.core.server;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.CommandError;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * A view of a command that waits for its execution, as in MULTI, set again and again. Main thread.
 *
 * <p>Such a command is one off-heap block, so that however many are queued, the Java heap does not feel them: the address of the next one,
 * its number in the table of commands ever stored and its number of arguments, a table of the arguments' offsets and lengths, and then
 * their bytes.
 */
final class StoredCommand {
    private static final int NEXT = 0;
    private static final int ENTRY = 8;
    private static final int SIZE = 12;
    private static final int TABLE = 16;

    private final List<@Nullable CommandEntry> entries;
    private long block;

    /** A view of commands whose entries stand in the given table. */
    StoredCommand(List<@Nullable CommandEntry> entries) {
        this.entries = entries;
    }

    /** Stores a command; returns its block. */
    static long store(CommandEntry entry, ArgsView args, Heap heap, List<@Nullable CommandEntry> entries) {
        int size = args.size();
        long bytes = TABLE + 16L * size + args.totalLength();
        if (bytes > Heap.MAX_BYTES) {
            throw CommandError.err("command is too large to be queued");
        }
        long block = heap.allocate((int) bytes);
        Memory.putLong(block + NEXT, 0);
        Memory.putInt(block + ENTRY, number(entry, entries));
        Memory.putInt(block + SIZE, size);
        long offset = TABLE + 16L * size;
        for (int i = 0; i < size; i++) {
            NativeBytes a = args.view(i);
            Memory.putLong(block + TABLE + 16L * i, offset);
            Memory.putLong(block + TABLE + 16L * i + 8, a.length());
            BytesCopy.put(a, block + offset);
            offset += a.length();
        }
        return block;
    }

    private static int number(CommandEntry entry, List<@Nullable CommandEntry> entries) {
        if (entry.storedAs < 0) {
            entry.storedAs = entries.size();
            entries.add(entry);
        }
        return entry.storedAs;
    }

    /** The block after this one, 0 at the end. */
    static long next(long block) {
        return Memory.getLong(block + NEXT);
    }

    /** Sets the block after this one. */
    static void next(long block, long after) {
        Memory.putLong(block + NEXT, after);
    }

    /** Shows a stored command from now on; returns this view. */
    StoredCommand set(long stored) {
        block = stored;
        return this;
    }

    CommandEntry entry() {
        return Objects.requireNonNull(entries.get(Memory.getInt(block + ENTRY)));
    }

    /** Whether the command is still there: its module may have been unloaded. */
    boolean known() {
        return entries.get(Memory.getInt(block + ENTRY)) != null;
    }

    int size() {
        return Memory.getInt(block + SIZE);
    }

    NativeBytes view(int i, NativeBytes view) {
        return view.set(block + Memory.getLong(block + TABLE + 16L * i), (int) Memory.getLong(block + TABLE + 16L * i + 8));
    }
}
