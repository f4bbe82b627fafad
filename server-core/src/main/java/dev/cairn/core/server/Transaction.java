package dev.cairn.core.server;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.CommandError;
import dev.cairn.structures.Heap;

/** The commands that a client has queued since MULTI: a chain of {@link StoredCommand}s. Main thread. */
final class Transaction {
    private final Heap heap;
    private final List<@Nullable CommandEntry> entries;
    private long first;
    private long last;
    private int size;
    private long bytes;
    private boolean failed;
    private boolean executing;
    private boolean writes;
    private boolean mayReplicate;

    Transaction(Heap heap, List<@Nullable CommandEntry> entries) {
        this.heap = heap;
        this.entries = entries;
    }

    void queue(CommandEntry entry, ArgsView args, long maxBytes) {
        long block = StoredCommand.store(entry, args, heap, entries);
        if (last == 0) {
            first = block;
        } else {
            StoredCommand.next(last, block);
        }
        last = block;
        mayReplicate |= entry.mayReplicate();
        size++;
        writes |= entry.write();
        bytes += heap.usable(block);
        if (bytes > maxBytes) {
            fail();
            throw CommandError.err("the queued commands are larger than client-query-buffer-limit");
        }
    }

    /** EXEC begins to execute it. */
    void begin() {
        executing = true;
    }

    /** Whether EXEC is executing it. */
    boolean executing() {
        return executing;
    }

    /** The first stored command, 0 when there is none. */
    long first() {
        return first;
    }

    int size() {
        return size;
    }

    /** Bytes of memory that the commands take. */
    long bytes() {
        return bytes;
    }

    /** Makes EXEC refuse the transaction; what was queued is not needed any more. */
    void fail() {
        failed = true;
        free();
    }

    /** Whether a command is queued that writes. */
    boolean writes() {
        return writes;
    }

    /** Whether one of the commands may change the data or be replicated. */
    boolean mayReplicate() {
        return mayReplicate;
    }

    boolean failed() {
        return failed;
    }

    /** Whether a command of the registration is queued. */
    boolean holds(Registration of, StoredCommand view) {
        for (long block = first; block != 0; block = StoredCommand.next(block)) {
            if (view.set(block).entry().registration() == of) {
                return true;
            }
        }
        return false;
    }

    /** Whether every command of a registration that is queued has a successor that would have been queued just so. */
    boolean survives(Registration old, Function<CommandEntry, @Nullable CommandEntry> successor, StoredCommand view) {
        for (long block = first; block != 0; block = StoredCommand.next(block)) {
            CommandEntry e = view.set(block).entry();
            if (e.registration() == old) {
                CommandEntry next = successor.apply(e);
                if (next == null || !next.queuesLike(e, view.size())) {
                    return false;
                }
            }
        }
        return true;
    }

    void free() {
        for (long block = first; block != 0;) {
            long next = StoredCommand.next(block);
            heap.free(block);
            block = next;
        }
        first = 0;
        last = 0;
        size = 0;
        bytes = 0;
    }
}
