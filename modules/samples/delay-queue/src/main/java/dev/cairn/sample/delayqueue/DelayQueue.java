package dev.cairn.sample.delayqueue;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Messages in the order in which they are due, those of the same moment in the order in which they were added. Main thread. */
final class DelayQueue {
    /** Java's own bytes for an entry and its array, on top of the message. */
    private static final int OVERHEAD = 72;
    private static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::due).thenComparingLong(Entry::number);

    /** A message, when it is due in milliseconds since 1970, and its number. */
    record Entry(long due, long number, byte[] message) {
    }

    private final PriorityQueue<Entry> entries = new PriorityQueue<>(ORDER);
    private long added;
    private long bytes;

    /** Adds a message. */
    void add(long due, byte[] message) {
        entries.add(new Entry(due, added++, message));
        bytes += message.length + OVERHEAD;
    }

    /** When the first message is due. */
    long nextDue() {
        return entries.element().due();
    }

    /** Takes the first message. */
    byte[] remove() {
        byte[] message = entries.remove().message();
        bytes -= message.length + OVERHEAD;
        return message;
    }

    /** The number of messages. */
    int size() {
        return entries.size();
    }

    /** Bytes that the messages take. */
    long bytes() {
        return bytes;
    }

    /** The messages in their order. */
    List<Entry> inOrder() {
        return entries.stream().sorted(ORDER).toList();
    }
}
