package dev.cairn.types.hash;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

/**
 * The deletion of fields whose time is over: of one that is asked for, or of those that are due first. Main thread.
 *
 * <p>It is logged as HDEL, so that who repeats the log needs no clock.
 */
final class FieldExpiry {
    /** The command that deletions are logged as. */
    static final Bytes HDEL = Bytes.of("HDEL");

    private static final Token HEXPIRED = Token.of("hexpired");
    private static final Token DEL = Token.of("del");

    private FieldExpiry() {
    }

    /** Makes a field the current one if it is there; if its time is over, it is deleted instead. */
    static boolean seek(HashType type, Keyspace keyspace, Bytes key, Hash hash, Bytes field) {
        if (!hash.seek(field)) {
            return false;
        }
        if (!hash.isDue()) {
            return true;
        }
        WriteSlot slot = keyspace.write(key);
        Hash again = type.edit(keyspace, slot);
        again.seek(field);
        again.remove();
        deleted(keyspace, slot, again, List.of(HDEL, key, field));
        return false;
    }

    /** Deletes the fields whose time is over, those that were due first and at most so many, and returns how many there were. */
    static int deleteDue(Keyspace keyspace, WriteSlot slot, Hash hash, int most) {
        List<Bytes> words = new ArrayList<>();
        words.add(HDEL);
        words.add(slot.key());
        while (words.size() - 2 < most && hash.size() > 0 && hash.hasDue()) {
            hash.seekEarliest();
            words.add(hash.read().field().retain());
            hash.remove();
        }
        if (words.size() > 2) {
            deleted(keyspace, slot, hash, words);
        } else {
            hash.changed();
        }
        return words.size() - 2;
    }

    private static void deleted(Keyspace keyspace, WriteSlot slot, Hash hash, List<Bytes> words) {
        boolean gone = hash.changed();
        keyspace.countExpired(words.size() - 2L);
        keyspace.effects().command(words.toArray(Bytes[]::new));
        slot.changed(KeyEventClass.HASH, HEXPIRED, 0);
        if (gone) {
            slot.changed(KeyEventClass.GENERIC, DEL, 0);
        }
    }
}
