package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;

/** Who watches which keys. Main thread. */
final class WatchedKeys {
    /** One client's watch of one key. */
    private record Watch(ServerClient client, WatchedKey key) {
    }

    private final List<Map<Bytes, List<Watch>>> byDatabase = new ArrayList<>();
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

    /** Number of clients that watch a key. */
    int clients() {
        return clients;
    }

    void watch(ServerClient client, Bytes key) {
        int db = client.database();
        for (WatchedKey w : client.watched) {
            if (w.database() == db && w.key().equals(key)) {
                return;
            }
        }
        Bytes kept = key.retain();
        WatchedKey w = new WatchedKey(db, kept, client.database.isExpired(key));
        if (client.watched.isEmpty()) {
            clients++;
        }
        client.watched.add(w);
        byDatabase.get(db).computeIfAbsent(kept, k -> new ArrayList<>(1)).add(new Watch(client, w));
        count++;
    }

    void unwatch(ServerClient client) {
        client.watchFailed = false;
        if (client.watched.isEmpty()) {
            return;
        }
        for (WatchedKey w : client.watched) {
            Map<Bytes, List<Watch>> map = byDatabase.get(w.database());
            List<Watch> list = map.get(w.key());
            if (list != null) {
                list.removeIf(x -> x.client() == client);
                if (list.isEmpty()) {
                    map.remove(w.key());
                }
            }
            count--;
        }
        client.watched.clear();
        clients--;
    }

    /** Fails the transactions of the clients that watch the key. */
    void touched(Database db, Bytes key) {
        if (count == 0) {
            return;
        }
        List<Watch> list = byDatabase.get(db.index()).get(key);
        if (list == null) {
            return;
        }
        for (Watch w : list) {
            if (!w.key().wasExpired() || db.peek(key).exists()) {
                w.client().watchFailed = true;
            }
        }
    }

    /** Fails the transactions of the clients that watch a key which a flush or a swap makes another one. */
    void touchedAll(Database db, @Nullable Database replacement) {
        if (count == 0) {
            return;
        }
        byDatabase.get(db.index()).forEach((key, list) -> {
            boolean before = db.peek(key).exists();
            boolean after = replacement != null && replacement.peek(key).exists();
            for (Watch w : list) {
                if (after || before && !w.key().wasExpired()) {
                    w.client().watchFailed = true;
                }
            }
        });
    }

    /** Whether a watched key's time has come since WATCH. */
    static boolean anyExpired(ServerClient client, Databases databases) {
        for (WatchedKey w : client.watched) {
            if (!w.wasExpired() && databases.at(w.database()).isExpired(w.key())) {
                return true;
            }
        }
        return false;
    }
}
