package dev.cairn.core.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.data.DataType;
import dev.cairn.api.data.Slot;
import dev.cairn.core.db.Database;

/**
 * Clients that wait in blocking commands: for keys, for a time, for a ticket. Main thread.
 *
 * <p>A change to a key that clients wait for only notes the key, once, if it then holds what one of them waits for. After the command,
 * or the transaction, keys are looked at in the order in which they were noted, and the clients of each are tried in the order in which they
 * began to wait, as long as the key holds what they want. What serving them changes may make further keys ready: those come in the next
 * round. A client that was served goes on with what it had sent meanwhile before the loop sleeps. To the statistics a command that waited is one
 * that was executed when it gave its reply.
 */
final class Blocking {
    private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);
    /** Timers need not be longer. */
    private static final long HUNDRED_YEARS = 100 * 366 * 86_400_000L;
    /** Bytes of a command that are kept while it waits; who waits in a longer one holds up the upgrade of its module. */
    private static final int MOST_KEPT = 64 << 10;

    private record ReadyKey(Database database, Bytes key) {
    }

    private static final CommandError UNBLOCKED = CommandError.of("UNBLOCKED", "client unblocked via CLIENT UNBLOCK");

    private final Server server;
    private final List<Map<Bytes, Set<Blocked>>> waiting = new ArrayList<>();
    /** Keys that were changed and not looked at yet. */
    private Set<ReadyKey> ready = new LinkedHashSet<>();
    private final ArrayDeque<ServerClient> unblocked = new ArrayDeque<>();
    private long begun;
    private int count;
    private int timed;

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

    /** Number of clients that wait in commands of a registration. */
    int count(Registration of) {
        return waits(of).size();
    }

    /** Number of keys that clients wait for. */
    int keys() {
        return waiting.stream().mapToInt(Map::size).sum();
    }

    /** Number of keys that a client waits for which is to be woken by a deletion, too. */
    int keysWokenByDelete() {
        int n = 0;
        for (Map<Bytes, Set<Blocked>> map : waiting) {
            for (Set<Blocked> set : map.values()) {
                n += set.stream().anyMatch(b -> b.suspension.wakeOnDelete()) ? 1 : 0;
            }
        }
        return n;
    }

    /** Number of clients that wait for a limited time. */
    int withTimeout() {
        return timed;
    }

    void post(Runnable task) {
        server.loop().post(task);
    }

    Ticket block(ServerClient client, CommandEntry entry, Suspension suspension) {
        if (client.blocked != null) {
            throw new IllegalStateException("the client is blocked already");
        }
        Blocked b = new Blocked(this, client, entry, suspension, begun++);
        client.blocked = b;
        count++;
        Map<Bytes, Set<Blocked>> map = waiting.get(b.database);
        for (Bytes key : suspension.keys()) {
            map.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(b);
        }
        if (suspension.timeoutMillis() > 0) {
            timed++;
            long millis = millis(client, suspension);
            b.until = server.clock().millis() + millis;
            b.timer = server.loop().after(Duration.ofMillis(millis), () -> finish(b, suspension.timedOut()));
        }
        return b;
    }

    /** How long to wait: what is left, if the command has waited before. */
    private long millis(ServerClient client, Suspension suspension) {
        long wanted = Math.min(suspension.timeoutMillis(), HUNDRED_YEARS);
        return client.heldUntil == 0 ? wanted : Math.min(wanted, Math.max(1, client.heldUntil - server.clock().millis()));
    }

    /**
     * The command has suspended its client and returned. Unless it has changed something, it can be begun anew by a newer version of its
     * module, so its words are kept.
     */
    void suspended(Blocked b, ArgsView args, boolean changed) {
        if (!changed && !b.suspension.keys().isEmpty() && args.totalLength() <= MOST_KEPT && args.allThere()) {
            b.command = server.held().store(b.entry, args);
        }
    }

    /** A step of a wait has changed something: to begin the command anew would do it twice. */
    void changed(Blocked b) {
        if (b.command != 0) {
            server.held().free(b.command);
            b.command = 0;
        }
    }

    /**
     * A client that waits in a command of a registration and cannot wait in its successor.
     *
     * @return the command's name; null when all can
     */
    @Nullable
    String stuck(Registration old, Function<CommandEntry, @Nullable CommandEntry> successor) {
        for (Blocked b : waits(old)) {
            CommandEntry next = b.command == 0 ? null : successor.apply(b.entry);
            if (next == null || next.handler() == null || !next.accepts(server.held().size(b.command))) {
                return b.entry.wireName();
            }
        }
        return null;
    }

    /**
     * Ends the waits in commands of a registration, which hears that they are over. The commands are processed anew, in the order in which
     * they came, before the loop sleeps, and wait no longer than they would have.
     */
    void beginAnew(Registration old) {
        for (Blocked b : waits(old)) {
            b.client.heldCommand = b.command;
            b.client.heldUntil = b.until;
            b.command = 0;
            forget(b);
            tellGone(b);
            unblocked.add(b.client);
        }
    }

    /** The waits in commands of a registration, those first that began first. */
    private List<Blocked> waits(Registration of) {
        List<Blocked> waits = new ArrayList<>();
        for (ServerClient client : server.clients().all()) {
            Blocked b = client.blocked;
            if (b != null && b.entry.registration() == of) {
                waits.add(b);
            }
        }
        waits.sort(Comparator.comparingLong(b -> b.number));
        return waits;
    }

    /** Notes that a key was changed; what waits for it is tried after the command. */
    void touched(Database db, Bytes key) {
        if (count > 0) {
            Set<Blocked> set = waiting.get(db.index()).get(key);
            if (set != null && isWanted(db, key, set)) {
                ready.add(new ReadyKey(db, key.retain()));
            }
        }
    }

    /** Notes all keys of a database that clients wait for, as after a swap. */
    void touchedAll(Database db) {
        waiting.get(db.index()).forEach((key, set) -> {
            if (isWanted(db, key, set)) {
                ready.add(new ReadyKey(db, key));
            }
        });
    }

    private boolean isWanted(Database db, Bytes key, Set<Blocked> set) {
        for (Blocked b : set) {
            if (isWanted(db, key, b)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the key is as the client waits for it. */
    private boolean isWanted(Database db, Bytes key, Blocked b) {
        if (b.suspension.wakeOnDelete()) {
            return true;
        }
        int slots = server.databases().slotMark();
        Slot slot = db.peek(key);
        DataType type = b.suspension.type().orElse(null);
        boolean wanted = slot.exists() && (type == null || slot.type() == type);
        server.databases().releaseSlots(slots);
        return wanted;
    }

    /** Serves the clients that wait for keys which were changed, until there is nothing left to serve. */
    void serveReady() {
        while (!ready.isEmpty()) {
            Set<ReadyKey> round = ready;
            ready = new LinkedHashSet<>();
            round.forEach(r -> serve(r.database, r.key));
        }
    }

    private void serve(Database db, Bytes key) {
        Set<Blocked> set = waiting.get(db.index()).get(key);
        if (set == null) {
            return;
        }
        for (Blocked b : List.copyOf(set)) {
            if (isWanted(db, key, b)) {
                attempt(b, b.suspension.ready());
            }
        }
    }

    boolean somethingReady() {
        return !ready.isEmpty();
    }

    /** Tries to serve a client; it stays blocked when the step says so. */
    void attempt(Blocked b, Suspension.Resume step) {
        if (b.waiting() && server.dispatcher().resume(b, step, false)) {
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
            b.suspension.gone().run();
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
            server.dispatcher().resume(b, step, true);
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
        changed(b);
        b.client.blocked = null;
        count--;
        if (b.timer != null) {
            timed--;
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
            tellGone(b);
        }
        unblocked.remove(client);
    }

    private static void tellGone(Blocked b) {
        try {
            b.suspension.gone().run();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Command '{}' failed to hear that its client has gone", b.entry.wireName(), e);
        }
    }

    /** The next client that was served and may go on, null when there is none. */
    @Nullable
    ServerClient nextUnblocked() {
        return unblocked.poll();
    }
}
