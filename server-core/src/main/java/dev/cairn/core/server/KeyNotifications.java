package dev.cairn.core.server;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Token;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.core.pubsub.Scratch;
import dev.cairn.resp.BytesCopy;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;

/**
 * Publishes what happens to keys, as {@code notify-keyspace-events} says: the event in a channel of the key, and the key in a channel of the
 * event. Main thread; an event whose class is not enabled costs one comparison.
 */
public final class KeyNotifications implements AutoCloseable {
    private static final Token KEYSPACE = Token.of("__keyspace@");
    private static final Token KEYEVENT = Token.of("__keyevent@");
    /** Most bytes of a channel's name beside the key or the event. */
    private static final int AROUND = 24;

    private final PubSub pubsub;
    private final Heap heap = new Heap(false);
    private final Scratch scratch = new Scratch(heap);
    private final NativeBytes channel = new NativeBytes();
    private final NativeBytes text = new NativeBytes();
    private int classes;
    private boolean byKey;
    private boolean byEvent;

    KeyNotifications(PubSub pubsub) {
        this.pubsub = pubsub;
    }

    /** Enables exactly the classes of the letters, in the channels of keys for {@code K}, in those of events for {@code E}. */
    public void enable(String letters) {
        int enabled = 0;
        for (KeyEventClass c : KeyEventClass.values()) {
            enabled |= letters.indexOf(c.letter()) >= 0 ? 1 << c.ordinal() : 0;
        }
        byKey = letters.indexOf('K') >= 0;
        byEvent = letters.indexOf('E') >= 0;
        classes = byKey || byEvent ? enabled : 0;
    }

    /** Publishes an event of a key if its class is enabled. */
    void tell(int database, KeyEventClass eventClass, Token event, Bytes key) {
        if ((classes & 1 << eventClass.ordinal()) != 0) {
            publish(database, event, key);
        }
    }

    private void publish(int database, Token event, Bytes key) {
        if (byKey) {
            long start = scratch.room(Math.addExact(key.length(), AROUND + event.length()));
            long name = put(start, KEYSPACE, database);
            BytesCopy.put(key, name);
            long end = name + key.length();
            put(end, event);
            pubsub.publish(channel.set(start, (int) (end - start)), text.set(end, event.length()));
        }
        if (byEvent) {
            long start = scratch.room(AROUND + event.length());
            long end = put(put(start, KEYEVENT, database), event);
            pubsub.publish(channel.set(start, (int) (end - start)), key);
        }
        scratch.release();
    }

    /** Writes the beginning of a channel's name, up to what it is about. */
    private static long put(long to, Token kind, int database) {
        long at = put(to, kind);
        int power = 1;
        while (database / power >= 10) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            Memory.putByte(at++, '0' + database / power % 10);
        }
        Memory.putByte(at, '_');
        Memory.putByte(at + 1, '_');
        Memory.putByte(at + 2, ':');
        return at + 3;
    }

    private static long put(long to, Token word) {
        for (int i = 0; i < word.length(); i++) {
            Memory.putByte(to + i, word.at(i));
        }
        return to + word.length();
    }

    @Override
    public void close() {
        heap.close();
    }
}
