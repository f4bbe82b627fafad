package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.command.CommandError;
import dev.cairn.structures.Heap;

/** The commands that a client has queued since MULTI. Main thread. */
final class Transaction {
    private final List<StoredCommand> commands = new ArrayList<>();
    private final Heap heap;
    private long bytes;
    private boolean failed;

    Transaction(Heap heap) {
        this.heap = heap;
    }

    void queue(CommandEntry entry, ArgsView args, long maxBytes) {
        StoredCommand c = new StoredCommand(entry, args, heap);
        commands.add(c);
        bytes += c.bytes();
        if (bytes > maxBytes) {
            fail();
            throw CommandError.err("the queued commands are larger than client-query-buffer-limit");
        }
    }

    List<StoredCommand> commands() {
        return commands;
    }

    int size() {
        return commands.size();
    }

    long bytes() {
        return bytes;
    }

    /** Makes EXEC refuse the transaction; what was queued is not needed any more. */
    void fail() {
        failed = true;
        free();
    }

    boolean failed() {
        return failed;
    }

    void free() {
        commands.forEach(StoredCommand::free);
        commands.clear();
        bytes = 0;
    }
}
