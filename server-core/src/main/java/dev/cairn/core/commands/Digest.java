package dev.cairn.core.commands;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.data.Slot;
import dev.cairn.core.db.Database;
import dev.cairn.core.server.Server;

/**
 * Digests of values and of the whole dataset. Main thread.
 *
 * <p>A value's digest is the SHA-1 of its type's name and of the commands that would make it, without the key; so it does not depend on
 * how the value is encoded. A key's is that of its database, its name, its value and whether it expires, and the dataset's the exclusive
 * or of those of all keys; so the order of keys does not matter.
 */
final class Digest {
    private static final byte[] EXPIRES = {'e'};
    private final MessageDigest sha1;

    Digest() {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    /** The digest of all databases, 40 hexadecimal digits; zeros when they are empty. */
    String all(Server server) {
        byte[] sum = new byte[20];
        for (int i = 0; i < server.databases().count(); i++) {
            Database db = server.databases().at(i);
            long cursor = 0;
            do {
                cursor = db.scan(cursor, slot -> mix(sum, db.index(), slot));
            } while (cursor != 0);
        }
        return HexFormat.of().formatHex(sum);
    }

    private void mix(byte[] sum, int database, Slot slot) {
        byte[] value = digest(slot);
        number(database);
        word(slot.key());
        sha1.update(value);
        xor(sum, sha1.digest());
    }

    /** The digest of a key's value, 40 hexadecimal digits; zeros when the key does not exist. */
    String value(Slot slot) {
        return HexFormat.of().formatHex(slot.exists() ? digest(slot) : new byte[20]);
    }

    private byte[] digest(Slot slot) {
        byte[] type = slot.type().name().getBytes(StandardCharsets.UTF_8);
        byte[] sum = new byte[20];
        if (slot.type().elements(slot, parts -> add(sum, parts))) {
            head(type);
            sha1.update(sum);
        } else {
            head(type);
            inOrder(slot);
        }
        if (slot.expireAt() != Slot.NO_EXPIRY) {
            sha1.update(EXPIRES);
        }
        return sha1.digest();
    }

    private void head(byte[] type) {
        number(type.length);
        sha1.update(type);
    }

    private void add(byte[] sum, Bytes... parts) {
        for (Bytes part : parts) {
            word(part);
        }
        xor(sum, sha1.digest());
    }

    private static void xor(byte[] sum, byte[] one) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] ^= one[i];
        }
    }

    private void inOrder(Slot slot) {
        slot.type().rewrite(slot, words -> {
            number(words.length);
            for (int i = 0; i < words.length; i++) {
                // the key stands after the command's name
                if (i != 1) {
                    word(words[i]);
                }
            }
        });
    }

    private void word(Bytes b) {
        number(b.length());
        sha1.update(b.toArray());
    }

    private void number(int n) {
        sha1.update((byte) (n >>> 24));
        sha1.update((byte) (n >>> 16));
        sha1.update((byte) (n >>> 8));
        sha1.update((byte) n);
    }
}
