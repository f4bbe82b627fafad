package dev.cairn.core.db;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Effects;
import dev.cairn.api.command.Token;
import dev.cairn.api.event.KeyEventClass;

/** What the databases tell the server. Main thread. */
public interface KeyspaceEvents {
    /** A key was changed, which counts as so many changes. */
    void changed(Database database, Bytes key, KeyEventClass eventClass, Token event, long changes);

    /** What is told of changes in the database to those who repeat them. */
    default Effects effects(Database database) {
        return NothingLogged.EFFECTS;
    }

    /** A key's time was over and it was deleted. */
    void expired(Database database, Bytes key);

    /** A key came into being. */
    void added(Database database, Bytes key);

    /** A key was looked for in vain by a read. */
    void missed(Database database, Bytes key);
}
