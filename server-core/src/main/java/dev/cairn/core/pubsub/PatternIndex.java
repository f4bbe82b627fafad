package dev.cairn.core.pubsub;

import java.util.Arrays;

import dev.cairn.resp.Glob;
import dev.cairn.resp.NativeBytes;
import dev.cairn.structures.HashIndex;
import dev.cairn.structures.Hashing;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Records;

/**
 * Finds the patterns that a channel matches without trying them all. Main thread; a search allocates nothing once the array of results has
 * grown to what is found.
 *
 * <p>Design. Most patterns begin with bytes that stand for themselves, as {@code news.*} does: those bytes, up to {@value #MOST}, are the
 * pattern's prefix, and patterns of one prefix form a group. Which lengths of prefixes there are is a set of bits. So a search looks up, for
 * each of these lengths, the group of the channel's first bytes in a hash index, and tries the patterns of that group only. Patterns that
 * begin with something else are grouped by the bytes that they end with in the same way, as {@code *.created}. Those that have neither are
 * one group that is always tried. A search makes at most {@value #MOST} look-ups of each kind, however many patterns there are.
 *
 * <p>The groups' lists run through the reserved bytes of the patterns' topics, oldest first.
 */
public final class PatternIndex {
    /** Bytes of a topic that the index uses. */
    public static final int RESERVED_BYTES = 16;

    /** Most bytes of a prefix or of an end, so that a set of their lengths is one word. */
    private static final int MOST = 63;

    private static final int NEXT = 0;
    private static final int PREVIOUS = 8;

    private final Subscriptions patterns;
    private final Groups prefixes;
    private final Groups ends;
    private final NativeBytes view = new NativeBytes();
    private long[] found = new long[8];
    private int count;
    private long tried;

    /** An index of no patterns. */
    public PatternIndex(Heap heap, Subscriptions patterns) {
        this.patterns = patterns;
        prefixes = new Groups(heap);
        ends = new Groups(heap);
    }

    /** How many patterns have been tried so far, those that matched included. */
    public long tried() {
        return tried;
    }

    /** Bytes that the index takes outside of the heap. */
    public long mappedBytes() {
        return prefixes.index.mappedBytes() + ends.index.mappedBytes();
    }

    /** Adds a pattern's topic, which must not be there. */
    public void add(long topic) {
        NativeBytes pattern = patterns.name(topic, view);
        int prefix = prefix(pattern);
        int end = prefix > 0 ? 0 : end(pattern);
        if (end > 0) {
            ends.add(topic, pattern.address() + pattern.length() - end, end);
        } else {
            prefixes.add(topic, pattern.address(), prefix);
        }
    }

    /** Removes a pattern's topic, which must be there. */
    public void remove(long topic) {
        NativeBytes pattern = patterns.name(topic, view);
        int prefix = prefix(pattern);
        int end = prefix > 0 ? 0 : end(pattern);
        if (end > 0) {
            ends.remove(topic, pattern.address() + pattern.length() - end, end);
        } else {
            prefixes.remove(topic, pattern.address(), prefix);
        }
    }

    private static int prefix(NativeBytes pattern) {
        int most = Math.min(MOST, pattern.length());
        int n = 0;
        while (n < most && Glob.isPlain(pattern.at(n))) {
            n++;
        }
        return n;
    }

    /** Number of bytes at the end that stand for themselves, up to the limit. */
    private static int end(NativeBytes pattern) {
        int length = pattern.length();
        int from = 0;
        for (int p = 0; p < length;) {
            boolean plain = Glob.isPlain(pattern.at(p));
            p = Glob.afterElement(pattern, p);
            if (!plain) {
                from = p;
            }
        }
        return Math.min(MOST, length - from);
    }

    /** Finds the patterns that the channel matches; returns how many. */
    public int match(NativeBytes channel) {
        count = 0;
        int length = channel.length();
        long start = channel.address();
        for (long left = prefixes.lengths; left != 0; left &= left - 1) {
            int n = Long.numberOfTrailingZeros(left);
            if (n > length) {
                break;
            }
            tryAll(prefixes.find(start, n), channel);
        }
        for (long left = ends.lengths; left != 0; left &= left - 1) {
            int n = Long.numberOfTrailingZeros(left);
            if (n > length) {
                break;
            }
            tryAll(ends.find(start + length - n, n), channel);
        }
        return count;
    }

    private void tryAll(long group, NativeBytes channel) {
        if (group == 0) {
            return;
        }
        for (long topic = Groups.first(group); topic != 0; topic = next(topic)) {
            tried++;
            if (Glob.matches(patterns.name(topic, view), channel)) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = topic;
            }
        }
    }

    /** The topic of the {@code i}th pattern that was found last. */
    public long found(int i) {
        return found[i];
    }

    /** Gives back what a search with very many results has left. */
    public void trim() {
        if (found.length > 1 << 16) {
            found = new long[8];
        }
    }

    /** Forgets the indexes, when the heap is dropped. */
    public void drop() {
        prefixes.index.drop();
        ends.index.drop();
    }

    private static long next(long topic) {
        return Memory.getLong(Subscriptions.reserved(topic) + NEXT);
    }

    private static void next(long topic, long value) {
        Memory.putLong(Subscriptions.reserved(topic) + NEXT, value);
    }

    private static long previous(long topic) {
        return Memory.getLong(Subscriptions.reserved(topic) + PREVIOUS);
    }

    private static void previous(long topic, long value) {
        Memory.putLong(Subscriptions.reserved(topic) + PREVIOUS, value);
    }

    /** Groups of patterns by the bytes that their channels must have. A group: their number, the first and last pattern, the bytes. */
    private static final class Groups {
        private static final int LENGTH = 0;
        private static final int FIRST = 8;
        private static final int LAST = 16;
        private static final int BYTES = 24;

        private final Heap heap;
        private final HashIndex index;
        /** Which numbers of bytes the groups have, as bits, and how many groups have each. */
        private long lengths;
        private final long[] ofLength = new long[MOST + 1];

        Groups(Heap heap) {
            this.heap = heap;
            this.index = new HashIndex(heap, new ByBytes());
        }

        static long first(long group) {
            return Memory.getLong(group + FIRST);
        }

        long find(long address, int length) {
            return index.find(Hashing.hash(address, length, Hashing.SEED), address, length);
        }

        void add(long topic, long address, int length) {
            long group = find(address, length);
            if (group == 0) {
                group = create(address, length);
            }
            long last = Memory.getLong(group + LAST);
            next(topic, 0);
            previous(topic, last);
            if (last == 0) {
                Memory.putLong(group + FIRST, topic);
            } else {
                next(last, topic);
            }
            Memory.putLong(group + LAST, topic);
        }

        private long create(long address, int length) {
            long group = heap.allocate(BYTES + length);
            Memory.putInt(group + LENGTH, length);
            Memory.putLong(group + FIRST, 0);
            Memory.putLong(group + LAST, 0);
            Memory.copy(address, group + BYTES, length);
            index.insert(Hashing.hash(address, length, Hashing.SEED), group);
            lengths |= 1L << length;
            ofLength[length]++;
            return group;
        }

        void remove(long topic, long address, int length) {
            long group = find(address, length);
            long after = next(topic);
            long before = previous(topic);
            if (before == 0) {
                Memory.putLong(group + FIRST, after);
            } else {
                next(before, after);
            }
            if (after == 0) {
                Memory.putLong(group + LAST, before);
            } else {
                previous(after, before);
            }
            if (first(group) == 0) {
                index.removeRecord(Hashing.hash(address, length, Hashing.SEED), group);
                heap.free(group);
                if (--ofLength[length] == 0) {
                    lengths &= ~(1L << length);
                }
            }
        }
    }

    private static final class ByBytes implements Records {
        @Override
        public boolean keyEquals(long group, long keyAddress, int keyLength) {
            return Memory.getInt(group + Groups.LENGTH) == keyLength && Memory.equal(group + Groups.BYTES, keyAddress, keyLength);
        }

        @Override
        public long hash(long group) {
            return Hashing.hash(group + Groups.BYTES, Memory.getInt(group + Groups.LENGTH), Hashing.SEED);
        }
    }
}
