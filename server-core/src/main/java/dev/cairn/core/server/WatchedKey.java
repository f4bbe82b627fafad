package dev.cairn.core.server;

import dev.cairn.api.command.Bytes;

/** A key that a client watches. Main thread. */
final class WatchedKey {
    final ServerClient client;
    /** Index of the database. */
    final int database;
    /** The key, retained. */
    final Bytes key;
    /** Whether the key is there with its time over since before WATCH, so that its deletion is no change. */
    boolean expired;

    WatchedKey(ServerClient client, int database, Bytes key, boolean expired) {
        this.client = client;
        this.database = database;
        this.key = key;
        this.expired = expired;
    }
}
