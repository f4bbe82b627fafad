package dev.cairn.api.event;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;

/** Hears what happens to keys. Main thread, inside the command that did it; must not change the keyspace. */
@FunctionalInterface
public interface KeyListener {
    /** An event of a key; {@code key} dies on return. */
    void on(int database, KeyEventClass eventClass, Token event, Bytes key);
}
