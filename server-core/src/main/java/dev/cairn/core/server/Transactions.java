package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.core.db.Database;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.structures.Heap;

/** MULTI, EXEC, DISCARD, WATCH and UNWATCH. Main thread. */
public final class Transactions {
    private final Server server;
    private final WatchedKeys watched;
    private final Heap heap = new Heap(false);
    /** All commands that ever were queued, by the numbers that stand for them in what is stored. */
    private final List<@Nullable CommandEntry> entries = new ArrayList<>();

    Transactions(Server server, int databases) {
        this.server = server;
        this.watched = new WatchedKeys(databases);
    }

    List<@Nullable CommandEntry> entries() {
        return entries;
    }

    /** Begins a transaction. */
    public void begin(ServerClient client) {
        if (client.transaction != null) {
            throw CommandError.err("MULTI calls can not be nested");
        }
        client.transaction = new Transaction(heap, entries);
    }

    /** Forgets the transaction and all watches. */
    public void discard(ServerClient client) {
        Transaction t = client.transaction;
        if (t != null) {
            t.free();
            client.transaction = null;
        }
        watched.unwatch(client);
    }

    /** Executes the transaction and replies. */
    public void execute(ServerClient client, ReplyWriter out) {
        Transaction t = client.transaction;
        if (t == null) {
            throw CommandError.err("EXEC without MULTI");
        }
        boolean changed = client.watchFailed || WatchedKeys.anyExpired(client, server.databases());
        if (t.failed() || changed) {
            boolean failed = t.failed();
            discard(client);
            if (failed) {
                throw Dispatcher.aborted();
            }
            out.nilArray();
            return;
        }
        watched.unwatch(client);
        out.array(t.size());
        t.begin();
        try {
            server.dispatcher().executeQueued(client, t);
        } finally {
            discard(client);
        }
    }

    /** Fails the transactions that have queued commands of a registration, and forgets these commands. */
    void forgetCommands(Registration of, Iterable<ServerClient> clients) {
        StoredCommand view = new StoredCommand(entries);
        for (ServerClient client : clients) {
            Transaction t = client.transaction;
            if (t != null && !t.executing() && t.holds(of, view)) {
                t.fail();
            }
        }
        entries.replaceAll(e -> e == null || e.registration() == of ? null : e);
    }

    /** Has queued commands of a registration succeeded by others; transactions where one is not as before fail. */
    void commandsSucceeded(Registration old, Function<CommandEntry, @Nullable CommandEntry> successor, Iterable<ServerClient> clients) {
        StoredCommand view = new StoredCommand(entries);
        for (ServerClient client : clients) {
            Transaction t = client.transaction;
            if (t != null && !t.executing() && !t.survives(old, successor, view)) {
                t.fail();
            }
        }
        entries.replaceAll(e -> e == null || e.registration() != old ? e : successor.apply(e));
    }

    /** Watches a key for the client. */
    public void watch(ServerClient client, Bytes key) {
        if (!client.watchFailed) {
            watched.watch(client, key);
        }
    }

    /** Forgets the client's watches. */
    public void unwatch(ServerClient client) {
        watched.unwatch(client);
    }

    /** A key was changed. */
    void touched(Database database, Bytes key) {
        watched.touched(database, key);
    }

    /** All keys of a database are about to go, or to be replaced by those of another. */
    public void touchedAll(Database database, @Nullable Database replacement) {
        watched.touchedAll(database, replacement);
    }

    /** Number of clients that watch a key. */
    public int watchingClients() {
        return watched.clients();
    }

    /** Number of keys that are watched, each counted once. */
    public int watchedKeys() {
        return watched.keys();
    }

    void close() {
        heap.close();
    }
}
