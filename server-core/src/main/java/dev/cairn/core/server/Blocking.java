package dev.cairn.core.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.core.db.Database;

/**
 * Clients that wait in blocking commands: for keys, for a time, for a ticket. Main thread.
 *
 * <p>A change to a key that clients wait for only notes the key; the clients are served after the command, in the order in which they
 * began to wait. A client that was served goes on with what it had sent meanwhile before the loop sleeps.
 */
final class Blocking {
    private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);

    private static final CommandError UNBLOCKED = CommandError.of("UNBLOCKED", "client unblocked via CLIENT UNBLOCK");

    private final Server server;
    private final List<Map<Bytes, Set<Blocked>>> waiting = new ArrayList<>();
    /** Keys that were changed and not looked at yet, by database. */
    private final Map<Database, Set<Bytes>> ready = new LinkedHashMap<>();
    private final ArrayDeque<ServerClient> unblocked = new ArrayDeque<>();
    private int count;

    Blocking(Server server, int databases) {
        this.server = server;
        for (int i = 0; i < databases; i++) {
            waiting.add(new HashMap<>());
        }
    }

    /** Number of clients that wait. */
    int count() {
        return count;
    }

    /** Number of clients that wait in commands of a module. */
    int count(String module) {
        int sum = 0;
        for (ServerClient client : server.clients().all()) {
            Blocked b = client.blocked;
            sum += b != null && b.entry.module().equals(module) ? 1 : 0;
        }
        return sum;
    }

    /** Number of keys that clients wait for. */
    int keys() {
        return waiting.stream().mapToInt(Map::size).sum();
    }

    void post(Runnable task) {
        server.loop().post(task);
    }

    Ticket block(ServerClient client, CommandEntry entry, Suspension suspension) {
        if (client.blocked != null) {
            throw new IllegalStateException("the client is blocked already");
        }
        Blocked b = new Blocked(this, client, entry, suspension);
        client.blocked = b;
        count++;
        Map<Bytes, Set<Blocked>> map = waiting.get(b.database);
        for (Bytes key : suspension.keys()) {
            map.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(b);
        }
        if (suspension.timeoutMillis() > 0) {
            b.timer = server.loop().after(Duration.ofMillis(suspension.timeoutMillis()), () -> finish(b, suspension.timedOut()));
        }
        return b;
    }

    /** Notes that a key was changed; what waits for it is tried after the command. */
    void touched(Database db, Bytes key) {
        if (count > 0 && waiting.get(db.index()).containsKey(key)) {
            ready(db).add(key.retain());
        }
    }

    private Set<Bytes> ready(Database db) {
        return ready.computeIfAbsent(db, d -> new LinkedHashSet<>());
    }

    /** Notes all keys of a database that clients wait for, as after a swap. */
    void touchedAll(Database db) {
        Set<Bytes> keys = waiting.get(db.index()).keySet();
        if (!keys.isEmpty()) {
            ready(db).addAll(keys);
        }
    }

    /** Serves the clients that wait for keys which were changed, until there is nothing left to serve. */
    void serveReady() {
        while (!ready.isEmpty()) {
            Map<Database, Set<Bytes>> round = new LinkedHashMap<>(ready);
            ready.clear();
            round.forEach((db, keys) -> keys.forEach(key -> serve(db, key)));
        }
    }

    private void serve(Database db, Bytes key) {
        Set<Blocked> set = waiting.get(db.index()).get(key);
        if (set == null) {
            return;
        }
        for (Blocked b : List.copyOf(set)) {
            int slots = server.databases().slotMark();
            boolean wanted = b.suspension.wakeOnDelete() || db.peek(key).exists();
            server.databases().releaseSlots(slots);
            if (wanted) {
                attempt(b, b.suspension.ready());
            }
        }
    }

    boolean somethingReady() {
        return !ready.isEmpty();
    }

    /** Tries to serve a client; it stays blocked when the step says so. */
    void attempt(Blocked b, Suspension.Resume step) {
        if (b.waiting() && server.dispatcher().resume(b, step)) {
            unblock(b);
        }
    }

    /**
     * Ends a client's wait as CLIENT UNBLOCK wants it: as if its time was over, or with an error.
     *
     * @return false when it does not wait in a blocking command
     */
    boolean unblock(ServerClient client, boolean withError) {
        Blocked b = client.blocked;
        if (b == null) {
            return false;
        }
        finish(b, withError ? (call, out) -> {
            out.error(UNBLOCKED);
            return true;
        } : b.suspension.timedOut());
        return true;
    }

    /** Has a client go on before the loop sleeps. */
    void resume(ServerClient client) {
        unblocked.add(client);
    }

    /** Runs the last step of a client's wait. */
    void finish(Blocked b, Suspension.Resume step) {
        if (b.waiting()) {
            server.dispatcher().resume(b, step);
            unblock(b);
        }
    }

    private void unblock(Blocked b) {
        forget(b);
        Dispatcher.afterReply(b.client);
        unblocked.add(b.client);
    }

    private void forget(Blocked b) {
        b.ended();
        b.client.blocked = null;
        count--;
        if (b.timer != null) {
            b.timer.cancel();
        }
        Map<Bytes, Set<Blocked>> map = waiting.get(b.database);
        for (Bytes key : b.suspension.keys()) {
            Set<Blocked> set = map.get(key);
            if (set != null && set.remove(b) && set.isEmpty()) {
                map.remove(key);
            }
        }
    }

    /** A client that may be blocked leaves. */
    void left(ServerClient client) {
        Blocked b = client.blocked;
        if (b != null) {
            forget(b);
            try {
                b.suspension.gone().run();
            } catch (RuntimeException e) {
                LOG.warn("Command '{}' failed to hear that its client has gone", b.entry.wireName(), e);
            }
        }
        unblocked.remove(client);
    }

    /** The next client that was served and may go on, null when there is none. */
    @Nullable
    ServerClient nextUnblocked() {
        return unblocked.poll();
    }
}
