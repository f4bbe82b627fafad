package dev.cairn.structures;

/**
 * The entries of a {@link Dict} that have a time, the earliest first: a binary heap in off-heap memory. Used by the dict only.
 *
 * <p>Design. An item is a time and the address of an entry, 16 bytes; the entry knows its place in the queue, which {@link Places} keeps,
 * so that one in the middle can be found and taken out. Nothing but the address of the items and their number is state. The room is
 * derived from that number: for twice as many whenever it is a power of two.
 */
final class TimeQueue {
    /** Where entries keep their place in the queue. */
    interface Places {
        /** Notes an entry's place. */
        void place(long entry, int place);

        /** The entry's place as it was noted last. */
        int place(long entry);
    }

    private static final int ITEM_SHIFT = 4;
    private static final int LEAST = 4;

    private final Places places;
    private long items;
    private int size;

    TimeQueue(Places places) {
        this.places = places;
    }

    void load(long address, int length) {
        items = address;
        size = length;
    }

    long address() {
        return items;
    }

    int size() {
        return size;
    }

    /** Bytes of the items' block. */
    long bytes() {
        return size == 0 ? 0 : room(size) << ITEM_SHIFT;
    }

    private static long room(int size) {
        return size < LEAST ? LEAST : 2L * Integer.highestOneBit(size);
    }

    private long at(int place) {
        return items + ((long) place << ITEM_SHIFT);
    }

    /** The time of the item at a place. */
    long time(int place) {
        return Memory.getLong(at(place));
    }

    /** The entry at a place; 0 is that of the earliest. */
    long entry(int place) {
        return Memory.getLong(at(place) + 8);
    }

    /** Notes that the entry at a place has moved. */
    void moved(int place, long entry) {
        Memory.putLong(at(place) + 8, entry);
    }

    /** Moves the items to another heap. */
    void moveTo(Heap from, Heap to) {
        if (size > 0) {
            long moved = to.allocateTable(bytes());
            Memory.copy(items, moved, (long) size << ITEM_SHIFT);
            from.free(items);
            items = moved;
        }
    }

    private void resize(Heap heap, int newSize) {
        long before = size == 0 ? 0 : room(size);
        long after = newSize == 0 ? 0 : room(newSize);
        if (after == 0) {
            heap.free(items);
            items = 0;
        } else if (before == 0) {
            items = heap.allocateTable(after << ITEM_SHIFT);
        } else if (before != after) {
            items = heap.reallocateTable(items, before << ITEM_SHIFT, after << ITEM_SHIFT);
        }
        size = newSize;
    }

    /** Adds an entry. */
    void add(Heap heap, long time, long entry) {
        resize(heap, Math.addExact(size, 1));
        up(size - 1, time, entry);
    }

    /** Changes the time of the entry at a place. */
    void change(int place, long time) {
        settle(place, time, entry(place));
    }

    /** Takes the entry at a place out. */
    void remove(Heap heap, int place) {
        int last = size - 1;
        long time = time(last);
        long entry = entry(last);
        resize(heap, last);
        if (place != last) {
            settle(place, time, entry);
        }
    }

    private void settle(int place, long time, long entry) {
        if (place > 0 && time < time(place - 1 >> 1)) {
            up(place, time, entry);
        } else {
            down(place, time, entry);
        }
    }

    private void put(int place, long time, long entry) {
        Memory.putLong(at(place), time);
        Memory.putLong(at(place) + 8, entry);
        places.place(entry, place);
    }

    private void up(int from, long time, long entry) {
        int place = from;
        while (place > 0) {
            int parent = place - 1 >> 1;
            if (time(parent) <= time) {
                break;
            }
            put(place, time(parent), entry(parent));
            place = parent;
        }
        put(place, time, entry);
    }

    private void down(int from, long time, long entry) {
        int place = from;
        while (true) {
            long left = 2L * place + 1;
            if (left >= size) {
                break;
            }
            int child = (int) left;
            if (child + 1 < size && time(child + 1) < time(child)) {
                child++;
            }
            if (time(child) >= time) {
                break;
            }
            put(place, time(child), entry(child));
            place = child;
        }
        put(place, time, entry);
    }
}
