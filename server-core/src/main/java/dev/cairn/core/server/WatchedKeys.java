package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;

/**
 * Who watches which keys. Main thread.
 *
 * <p>A client whose watched key is touched is marked at once, and its watches are dropped: EXEC fails whatever comes later. A key that was
 * expired and not deleted yet when it was watched counts as absent, so its deletion touches nobody.
 */
final class WatchedKeys {
    private final List<Map<Bytes, List<WatchedKey>>> byDatabase = new ArrayList<>();
    private int count;
    private int clients;

    WatchedKeys(int databases) {
        for (int i = 0; i < databases; i++) {
            byDatabase.add(new HashMap<>());
        }
    }

    /** Number of watches. */
    int count() {
        return count;
    }

    /** Number of keys that are watched. */
    int keys() {
        int sum = 0;
        for (Map<Bytes, List<WatchedKey>> keys : byDatabase) {
            sum += keys.size();
        }
        return sum;
    }

    /** Number of clients that watch a key. */
    int clients() {
        return clients;
    }

    void watch(ServerClient client, Bytes key) {
        int db = client.database();
        for (WatchedKey w : client.watched) {
            if (w.database == db && w.key.equals(key)) {
                return;
            }
        }
        Bytes kept = key.retain();
        WatchedKey w = new WatchedKey(client, db, kept, client.database.isExpired(key));
        if (client.watched.isEmpty()) {
            client.watched = new ArrayList<>(1);
            clients++;
        }
        client.watched.add(w);
        byDatabase.get(db).computeIfAbsent(kept, k -> new ArrayList<>(1)).add(w);
        count++;
    }

    /** Forgets the client's watches and that one of them was touched. */
    void unwatch(ServerClient client) {
        client.watchFailed = false;
        drop(client);
    }

    private void drop(ServerClient client) {
        if (client.watched.isEmpty()) {
            return;
        }
        for (WatchedKey w : client.watched) {
            Map<Bytes, List<WatchedKey>> map = byDatabase.get(w.database);
            List<WatchedKey> list = map.get(w.key);
            if (list != null) {
                list.remove(w);
                if (list.isEmpty()) {
                    map.remove(w.key);
                }
            }
            count--;
        }
        client.watched = List.of();
        clients--;
    }

    private void fail(ServerClient client) {
        client.watchFailed = true;
        Transaction t = client.transaction;
        if (t != null) {
            t.free();
        }
        drop(client);
    }

    /** Fails the transactions of the clients that watch the key. */
    void touched(Database db, Bytes key) {
        if (count == 0) {
            return;
        }
        List<WatchedKey> list = byDatabase.get(db.index()).get(key);
        if (list == null) {
            return;
        }
        for (WatchedKey w : List.copyOf(list)) {
            if (w.expired && !isThere(db, key)) {
                w.expired = false;
            } else {
                fail(w.client);
            }
        }
    }

    /** Fails the transactions of the clients that watch a key which a flush or a swap, about to be done, makes another one. */
    void touchedAll(Database db, @Nullable Database replacement) {
        if (count == 0) {
            return;
        }
        List<ServerClient> failed = new ArrayList<>();
        byDatabase.get(db.index()).forEach((key, list) -> {
            boolean before = isThere(db, key);
            boolean after = replacement != null && isThere(replacement, key);
            boolean afterExpired = replacement != null && replacement.isExpired(key);
            if (before || after) {
                for (WatchedKey w : list) {
                    if (!replaced(w, before, after, afterExpired)) {
                        failed.add(w.client);
                    }
                }
            }
        });
        failed.forEach(this::fail);
    }

    /** Whether the key was absent, or as good as, and stays so. */
    private static boolean replaced(WatchedKey w, boolean before, boolean after, boolean afterExpired) {
        if (w.expired) {
            w.expired = after;
            return !after || afterExpired;
        }
        if (!before && afterExpired) {
            w.expired = true;
            return true;
        }
        return false;
    }

    /** Whether the key is in the database, its time over or not. */
    private static boolean isThere(Database db, Bytes key) {
        return db.isExpired(key) || db.peek(key).exists();
    }

    /** Whether a watched key's time has come since WATCH. */
    static boolean anyExpired(ServerClient client, Databases databases) {
        for (WatchedKey w : client.watched) {
            if (!w.expired && databases.at(w.database).isExpired(w.key)) {
                return true;
            }
        }
        return false;
    }
}
