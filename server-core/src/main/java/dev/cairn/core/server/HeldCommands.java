package dev.cairn.core.server;

import dev.cairn.structures.Heap;

/** Commands that clients have sent and that are to be processed later, checks included: at most one of each client. Main thread. */
final class HeldCommands {
    private final Server server;
    private final Heap heap = new Heap(false);
    private final StoredCommand stored;
    private final ArgsView args = new ArgsView();

    HeldCommands(Server server) {
        this.server = server;
        this.stored = new StoredCommand(server.transactions().entries());
    }

    /** Stores a command; returns its block. */
    long store(CommandEntry e, ArgsView a) {
        return StoredCommand.store(e, a, heap, server.transactions().entries());
    }

    /** The number of words of a stored command. */
    int size(long block) {
        return stored.set(block).size();
    }

    /** Forgets a stored command. */
    void free(long block) {
        heap.free(block);
    }

    /** Processes the command that was kept for a client, if one was. */
    void process(ServerClient client) {
        long block = client.heldCommand;
        if (block != 0) {
            client.heldCommand = 0;
            try {
                server.dispatcher().execute(client, args.bind(stored.set(block)));
            } finally {
                heap.free(block);
                if (client.heldCommand == 0) {
                    client.heldUntil = 0;
                }
            }
        }
    }

    /** A client leaves. */
    void left(ServerClient client) {
        if (client.heldCommand != 0) {
            heap.free(client.heldCommand);
            client.heldCommand = 0;
        }
    }

    void close() {
        heap.close();
    }
}
