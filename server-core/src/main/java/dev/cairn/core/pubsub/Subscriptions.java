package dev.cairn.core.pubsub;

import java.util.Arrays;

import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.HashIndex;
import dev.cairn.structures.Hashing;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.RecordVisitor;
import dev.cairn.structures.Records;

/**
 * The subscriptions of one kind: topics, which are channels or patterns, and the owners that have subscribed to them. Main thread.
 *
 * <p>Design. A million subscriptions must fit beside a small Java heap, and none may be looked at that a message is not for.
 * <ul>
 * <li>A topic is a block of off-heap memory: the length of its name, its number of subscriptions, the first and the last of them, room for
 * the pattern index, its name. A {@link HashIndex} finds it by name. It exists as long as it has a subscription.
 * <li>A subscription is a block in two lists: those of its topic and those of its owner, both in the order in which they were made. A second
 * index finds it by both, so that subscribing and unsubscribing cost the same whatever the lengths of the lists.
 * <li>Owners are small numbers, so that they are arrays' indexes; whose number it is, the user of this class knows.
 * </ul>
 * A subscription takes 62 bytes, a topic 38 and its name.
 */
public final class Subscriptions {
    /* A topic: its name's length, its subscriptions, the first and last of them, then what is reserved and the name. */
    private static final int LENGTH = 0;
    private static final int COUNT = 4;
    private static final int FIRST = 8;
    private static final int LAST = 16;
    private static final int RESERVED = 24;

    /* A subscription: its topic and its owner, by which it is found, and its neighbours in both lists. */
    private static final int TOPIC = 0;
    private static final int OWNER = 8;
    private static final int KEY = 12;
    private static final int NEXT = 16;
    private static final int PREVIOUS = 24;
    private static final int NEXT_OWN = 32;
    private static final int PREVIOUS_OWN = 40;
    private static final int SUBSCRIPTION = 48;

    private final Heap heap;
    private final int name;
    private final Topics names;
    private final HashIndex topics;
    private final HashIndex subscriptions;
    private final long probe;
    private long[] firstOwn = new long[8];
    private long[] lastOwn = new long[8];
    private int[] own = new int[8];

    /**
     * No subscriptions.
     *
     * @param heap the memory to use; whoever owns it drops it
     * @param reservedBytes bytes of each topic that are not used here, a multiple of 8
     */
    public Subscriptions(Heap heap, int reservedBytes) {
        this.heap = heap;
        this.name = RESERVED + reservedBytes;
        this.names = new Topics(name);
        this.topics = new HashIndex(heap, names);
        this.subscriptions = new HashIndex(heap, new Pairs());
        this.probe = heap.allocate(KEY);
    }

    /** Number of topics. */
    public long topics() {
        return topics.size();
    }

    /** Number of subscriptions. */
    public long size() {
        return subscriptions.size();
    }

    /** How many names were compared so far to find topics. */
    public long compared() {
        return names.compared;
    }

    /** Bytes that the indexes take outside of the heap. */
    public long mappedBytes() {
        return topics.mappedBytes() + subscriptions.mappedBytes();
    }

    /** Number of topics that an owner has subscribed to. */
    public int count(int owner) {
        return owner < own.length ? own[owner] : 0;
    }

    /** The topic of a name, 0 if nobody has subscribed to it. */
    public long topic(NativeBytes of) {
        return topics.find(hash(of), of.address(), of.length());
    }

    /** Number of subscriptions to a topic. */
    public static int subscribers(long topic) {
        return Memory.getInt(topic + COUNT);
    }

    /** Where a topic's reserved bytes are. */
    static long reserved(long topic) {
        return topic + RESERVED;
    }

    /** Lets a view show the name of a topic; returns the view. */
    public NativeBytes name(long topic, NativeBytes view) {
        return view.set(topic + name, Memory.getInt(topic + LENGTH));
    }

    /** The oldest subscription to a topic. */
    public static long first(long topic) {
        return Memory.getLong(topic + FIRST);
    }

    /** The subscription to the same topic after this one, 0 after the last. */
    public static long next(long subscription) {
        return Memory.getLong(subscription + NEXT);
    }

    /** The owner of a subscription. */
    public static int owner(long subscription) {
        return Memory.getInt(subscription + OWNER);
    }

    /** The topic of a subscription. */
    public static long topicOf(long subscription) {
        return Memory.getLong(subscription + TOPIC);
    }

    /** The oldest subscription of an owner, 0 if it has none. */
    public long firstOf(int owner) {
        return owner < own.length ? firstOwn[owner] : 0;
    }

    /** The owner's subscription to a topic, 0 if there is none. */
    public long find(int owner, NativeBytes topicName) {
        long topic = owner < own.length && own[owner] > 0 ? topic(topicName) : 0;
        return topic == 0 ? 0 : find(owner, topic);
    }

    private long find(int owner, long topic) {
        Memory.putLong(probe + TOPIC, topic);
        Memory.putInt(probe + OWNER, owner);
        return subscriptions.find(Hashing.hash(probe, KEY, Hashing.SEED), probe, KEY);
    }

    /** Visits all topics. */
    public void forEach(RecordVisitor visitor) {
        topics.forEach(visitor);
    }

    /**
     * Subscribes an owner.
     *
     * @return the topic, 0 if the owner has subscribed to it already
     */
    public long add(int owner, NativeBytes topicName) {
        long topic = topic(topicName);
        if (topic == 0) {
            topic = create(topicName);
        } else if (find(owner, topic) != 0) {
            return 0;
        }
        long s = heap.allocate(SUBSCRIPTION);
        Memory.putLong(s + TOPIC, topic);
        Memory.putInt(s + OWNER, owner);
        Memory.putLong(s + NEXT, 0);
        Memory.putLong(s + NEXT_OWN, 0);
        subscriptions.insert(Hashing.hash(s, KEY, Hashing.SEED), s);
        appendToTopic(topic, s);
        appendToOwn(owner, s);
        return topic;
    }

    private long create(NativeBytes of) {
        int length = of.length();
        long topic = heap.allocate(Math.addExact(name, length));
        Memory.putInt(topic + LENGTH, length);
        Memory.putInt(topic + COUNT, 0);
        Memory.putLong(topic + FIRST, 0);
        Memory.putLong(topic + LAST, 0);
        Memory.copy(of.address(), topic + name, length);
        topics.insert(hash(of), topic);
        return topic;
    }

    private static void appendToTopic(long topic, long s) {
        long last = Memory.getLong(topic + LAST);
        Memory.putLong(s + PREVIOUS, last);
        Memory.putLong(last == 0 ? topic + FIRST : last + NEXT, s);
        Memory.putLong(topic + LAST, s);
        Memory.putInt(topic + COUNT, subscribers(topic) + 1);
    }

    private void appendToOwn(int owner, long s) {
        if (owner >= own.length) {
            int capacity = Math.max(owner + 1, 2 * own.length);
            firstOwn = Arrays.copyOf(firstOwn, capacity);
            lastOwn = Arrays.copyOf(lastOwn, capacity);
            own = Arrays.copyOf(own, capacity);
        }
        long last = lastOwn[owner];
        Memory.putLong(s + PREVIOUS_OWN, last);
        if (last == 0) {
            firstOwn[owner] = s;
        } else {
            Memory.putLong(last + NEXT_OWN, s);
        }
        lastOwn[owner] = s;
        own[owner]++;
    }

    /** Ends a subscription, and its topic if it was the last one. */
    public void remove(long s) {
        long topic = topicOf(s);
        int owner = owner(s);
        subscriptions.removeRecord(Hashing.hash(s, KEY, Hashing.SEED), s);
        long next = next(s);
        long previous = Memory.getLong(s + PREVIOUS);
        Memory.putLong(previous == 0 ? topic + FIRST : previous + NEXT, next);
        Memory.putLong(next == 0 ? topic + LAST : next + PREVIOUS, previous);
        removeOwn(owner, Memory.getLong(s + NEXT_OWN), Memory.getLong(s + PREVIOUS_OWN));
        heap.free(s);
        int left = subscribers(topic) - 1;
        Memory.putInt(topic + COUNT, left);
        if (left == 0) {
            topics.removeRecord(hash(topic + name, Memory.getInt(topic + LENGTH)), topic);
            heap.free(topic);
        }
    }

    private void removeOwn(int owner, long next, long previous) {
        if (previous == 0) {
            firstOwn[owner] = next;
        } else {
            Memory.putLong(previous + NEXT_OWN, next);
        }
        if (next == 0) {
            lastOwn[owner] = previous;
        } else {
            Memory.putLong(next + PREVIOUS_OWN, previous);
        }
        own[owner]--;
    }

    /** Forgets the indexes, when the heap is dropped. */
    public void drop() {
        topics.drop();
        subscriptions.drop();
    }

    private static long hash(NativeBytes of) {
        return hash(of.address(), of.length());
    }

    private static long hash(long address, int length) {
        return Hashing.hash(address, length, Hashing.SEED);
    }

    private static final class Topics implements Records {
        private final int name;
        private long compared;

        Topics(int name) {
            this.name = name;
        }

        @Override
        public boolean keyEquals(long topic, long keyAddress, int keyLength) {
            compared++;
            return Memory.getInt(topic + LENGTH) == keyLength && Memory.equal(topic + name, keyAddress, keyLength);
        }

        @Override
        public long hash(long topic) {
            return Subscriptions.hash(topic + name, Memory.getInt(topic + LENGTH));
        }
    }

    private static final class Pairs implements Records {
        @Override
        public boolean keyEquals(long subscription, long keyAddress, int keyLength) {
            return topicOf(subscription) == topicOf(keyAddress) && owner(subscription) == owner(keyAddress);
        }

        @Override
        public long hash(long subscription) {
            return Hashing.hash(subscription, KEY, Hashing.SEED);
        }
    }
}
