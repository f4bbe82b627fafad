package dev.cairn.types.hash;

import java.util.SplittableRandom;

import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.structures.Dict;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.ValueHeaps;

/**
 * Draws random fields of a hash for HRANDFIELD. Main thread.
 *
 * <p>With repetitions each is drawn by itself. Without, a walk over all fields takes each with the chance that is left for it, which gives
 * every set of fields the same probability; of a table that is much larger than what is asked for, fields are drawn until enough
 * different ones were. Fields whose time is over are not drawn.
 */
final class RandomFields {
    /** A table of more than so many times what is asked for is not walked over. */
    private static final int WALK_UP_TO = 3;
    private static final int TRIES = 100;

    private final SplittableRandom random = new SplittableRandom();
    private boolean values;
    private boolean nested;

    /** Replies with one field; false, and no reply, if there is none. */
    boolean one(Hash hash, Reply out) {
        if (!draw(hash, hash.hasDue())) {
            return false;
        }
        out.bulk(hash.read().field());
        return true;
    }

    /* Makes a random field the current one, if there is one. */
    private boolean draw(Hash hash, boolean due) {
        for (int i = 0; i < (due ? TRIES : 1); i++) {
            hash.seekRandom(random);
            if (!due || !hash.isDue()) {
                return true;
            }
        }
        // most fields are due
        long live = live(hash);
        if (live == 0) {
            return false;
        }
        long[] left = {random.nextLong(live)};
        long[] chosen = new long[1];
        hash.forEach(h -> {
            if (!h.isDue() && left[0]-- == 0) {
                chosen[0] = h.position();
            }
        });
        hash.seekPosition(chosen[0]);
        return true;
    }

    private static long live(Hash hash) {
        if (!hash.hasDue()) {
            return hash.size();
        }
        long[] live = new long[1];
        hash.forEach(h -> live[0] += h.isDue() ? 0 : 1);
        return live[0];
    }

    /**
     * Replies with an array of fields.
     *
     * @param count how many different ones at most, or, negated, how many with repetitions; not 0
     * @param withValues whether each is followed by its value
     * @param inPairs whether each makes an array with its value
     */
    void reply(Hash hash, long count, boolean withValues, boolean inPairs, Reply out) {
        values = withValues;
        nested = withValues && inPairs;
        long live = live(hash);
        long wanted = live == 0 ? 0 : count < 0 ? -count : Math.min(count, live);
        long elements = withValues && !inPairs ? 2 * wanted : wanted;
        if (elements > Integer.MAX_VALUE) {
            throw CommandError.OUT_OF_RANGE;
        }
        out.array((int) elements);
        if (count < 0) {
            repeated(hash, live, wanted, out);
        } else if (hash.isTable() && live / WALK_UP_TO > wanted) {
            different(hash, (int) wanted, out);
        } else {
            walk(hash, live, wanted, out);
        }
    }

    private void repeated(Hash hash, long live, long wanted, Reply out) {
        if (hash.isTable()) {
            boolean due = hash.hasDue();
            for (long i = 0; i < wanted && !out.abandoned(); i++) {
                draw(hash, due);
                emit(hash, out);
            }
            return;
        }
        // one walk over the pack in place of one for each field
        int[] positions = new int[(int) live];
        int[] found = new int[1];
        hash.forEach(h -> {
            if (!h.isDue()) {
                positions[found[0]++] = (int) h.position();
            }
        });
        for (long i = 0; i < wanted && !out.abandoned(); i++) {
            hash.seekPosition(positions[random.nextInt(positions.length)]);
            emit(hash, out);
        }
    }

    private void emit(Hash hash, Reply out) {
        if (nested) {
            out.array(2);
        }
        PackReader r = hash.read();
        out.bulk(r.field());
        if (values) {
            out.bulk(r.value());
        }
    }

    private void walk(Hash hash, long live, long wanted, Reply out) {
        long[] left = {live, wanted};
        boolean due = hash.hasDue();
        hash.forEach(h -> {
            if (left[1] > 0 && !(due && h.isDue())) {
                if (left[0] == left[1] || random.nextLong(left[0]) < left[1]) {
                    emit(h, out);
                    left[1]--;
                }
                left[0]--;
            }
        });
    }

    /* What was drawn is kept off-heap, since there is no telling how much it is. */
    private void different(Hash hash, int wanted, Reply out) {
        ValueHeaps heaps = new ValueHeaps();
        Heap heap = heaps.heap(0);
        try {
            Dict drawn = new Dict(heaps).create(heap.allocate(Dict.ROOT_BYTES));
            long address = heap.allocate(8);
            boolean due = hash.hasDue();
            for (int i = 0; i < wanted && !out.abandoned();) {
                draw(hash, due);
                Memory.putLong(address, hash.position());
                if (drawn.put(address, 8, address, 0)) {
                    emit(hash, out);
                    i++;
                }
            }
        } finally {
            heaps.drop();
        }
    }
}
