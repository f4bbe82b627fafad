package dev.cairn.core.server;

import dev.cairn.api.command.Bytes;

/**
 * A key that a client watches.
 *
 * @param database index of the database
 * @param key the key, retained
 * @param wasExpired whether the key's time was over when WATCH was called: its deletion is no change then
 */
record WatchedKey(int database, Bytes key, boolean wasExpired) {
}
