package dev.cairn.core.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.ThreadedIo;
import dev.cairn.resp.RequestBatch;

/**
 * Main's side of threaded reads and writes: which clients are handed to the threads of a module, and what becomes of what they bring back.
 * Main thread.
 *
 * <p>When threads take part, a readable client is only noted; the noted ones are lent together before the loop sleeps, and their commands
 * executed as they come back. Replies are lent in the same way by {@link ClientOutput}. A client is lent for one thing at a time, and closed
 * only once it is back. Blocked clients, and those that a pause holds up, stay on main.
 *
 * <p>A command may have the loop turn while it goes on, within a round that it itself came back from. What such a turn finds is read and
 * written by main alone, but clients that are lent stay lent, and those that come back meanwhile are served.
 */
public final class ClientThreads {
    private static final int FIRST_ROUND = 64;

    private final Server server;
    private final ClientInput input;
    private final ClientOutput output;
    private @Nullable ThreadedIo io;
    /** Whether readable clients are noted instead of read. */
    private boolean reading;
    private boolean ended;
    private List<ServerClient> readable = new ArrayList<>();
    private List<ServerClient> spareReadable = new ArrayList<>();
    private ThreadedIo.Work[] round = new ThreadedIo.Work[FIRST_ROUND];
    private int inRound;
    private final ArrayDeque<RequestBatch> batches = new ArrayDeque<>();
    /** Whether commands were executed since the last round of writes began. */
    private boolean executed;

    ClientThreads(Server server, ClientInput input, ClientOutput output) {
        this.server = server;
        this.input = input;
        this.output = output;
    }

    /** Takes a module's threads. */
    public void provide(ThreadedIo threads) {
        io = threads;
    }

    /** Whether threads take part now. */
    public boolean active() {
        ThreadedIo threads = io;
        return threads != null && threads.active();
    }

    /** Whether the loop turns inside of a command, or while data is loaded. */
    private boolean nested() {
        return server.breathing().serving() || server.durability().loading();
    }

    /** Has threads started or stopped by the number of clients that wait; returns whether they take part in what comes now. */
    boolean adjust(int pending) {
        ThreadedIo threads = io;
        if (threads == null || ended || nested()) {
            return false;
        }
        boolean active = threads.adjust(pending);
        reading = active && threads.reads();
        return active;
    }

    /** The regular look whether threads are still worth while. */
    void cron() {
        if (active()) {
            adjust(Math.max(readable.size(), output.pending()));
        }
    }

    // Reads.

    /** Notes a readable client to be read by a thread, or leaves it to main: false. */
    boolean takes(ServerClient client) {
        if (client.lent() || client.readPending) {
            return true;
        }
        if (!reading || client.halted() || nested()) {
            return false;
        }
        client.readPending = true;
        readable.add(client);
        return true;
    }

    /** Has the noted clients read, and executes what has come back. */
    void serve() {
        ThreadedIo threads = io;
        if (threads == null) {
            return;
        }
        collect(threads);
        if (readable.isEmpty()) {
            return;
        }
        List<ServerClient> noted = readable;
        readable = spareReadable;
        reading = threads.active() && threads.reads();
        boolean alone = nested() || !reading;
        for (int i = 0; i < noted.size(); i++) {
            ServerClient client = noted.get(i);
            client.readPending = false;
            if (client.closed) {
                continue;
            }
            if (alone || client.halted()) {
                input.readable(client);
            } else if (input.prepare(client)) {
                RequestBatch spare = batches.pollLast();
                client.work().lendForRead(spare == null ? RequestBatch.small() : spare, input.mostCommands(client));
                add(client.work());
            }
        }
        noted.clear();
        spareReadable = noted;
        server.stats().threadedReads += inRound;
        perform(threads);
    }

    // Writes.

    /** Lends a client for a write of what it is owed, to be begun by {@link #performWrites}. */
    void lendForWrite(ServerClient client, int mostBytes, long safe) {
        client.work().lendForWrite(mostBytes, safe);
        add(client.work());
    }

    /** Has those written that were lent. */
    void performWrites() {
        ThreadedIo threads = io;
        if (threads != null && inRound > 0) {
            server.stats().threadedWrites += inRound;
            executed = false;
            perform(threads);
            if (executed) {
                server.loop().wake(); // their replies are for the next turn
            }
        }
    }

    // Both.

    private void add(LentClient work) {
        if (inRound == round.length) {
            round = Arrays.copyOf(round, 2 * inRound);
        }
        round[inRound++] = work;
    }

    private void perform(ThreadedIo threads) {
        int n = inRound;
        if (n > 0) {
            inRound = 0;
            threads.perform(round, n);
            collect(threads);
        }
    }

    /** Goes on with the clients that are back. */
    private void collect(ThreadedIo threads) {
        while (threads.finished() instanceof LentClient work) {
            boolean read = work.reads();
            work.settle();
            if (!read) {
                output.sent(work);
            } else {
                executed = true;
                RequestBatch batch = work.takeBatch();
                try {
                    input.received(work, batch);
                } finally {
                    batch.clear();
                    batches.addLast(batch);
                }
            }
        }
    }

    /** Waits until no thread works on a client, so that all of it may be looked at. */
    public void await() {
        ThreadedIo threads = io;
        if (threads != null && threads.outstanding() > 0) {
            threads.await();
        }
    }

    /** Takes all clients back for good, because the server ends; what was read and not executed is dropped. */
    void end() {
        ended = true;
        reading = false;
        ThreadedIo threads = io;
        if (threads == null) {
            return;
        }
        threads.await();
        while (threads.finished() instanceof LentClient work) {
            boolean read = work.reads();
            work.settle();
            if (read) {
                RequestBatch batch = work.takeBatch();
                batch.clear();
                batches.addLast(batch);
            } else {
                work.client().reply.sent(work.sent());
            }
        }
    }

    /** Gives all memory back. */
    void free() {
        batches.forEach(RequestBatch::free);
    }
}
