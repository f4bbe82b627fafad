package dev.cairn.structures;

import java.util.random.RandomGenerator;

/**
 * The incremental hash index: a set of record addresses, found by the hash and the bytes of their keys. The owner of
 * the heap owns the index; nothing is
 * synchronised, and no operation allocates Java objects.
 *
 * <p>Design. An index over millions of keys may not stall while it grows, may not cost much more than its pointers,
 * and a lookup should touch one cache line
 * beside the record.
 * <ul>
 * <li>A bucket is a cache line: a metadata word (bits 0 to 6: which slots are taken, bit 7: slot 7 is a link to a
 * further bucket, bytes 1 to 7: eight
 * bits of hash for each slot, matched all at once) and seven slots. A slot is 16 more bits of the hash and a 48-bit
 * address. All buckets of a chain but the
 * last are full. Load goes up to seven records a bucket, 9 to 20 bytes a record, about 14 on average.
 * <li>Growing and shrinking keep two tables, and every insertion or removal moves one old bucket. The old bucket's
 * number alone decides which table
 * holds a hash: those below the migration mark are in the new one. So a lookup goes to one table, and the buckets of
 * the new table are empty until their turn.
 * The 16 bits in the slot are the bits of the hash that the next growths need, which spares loading the records of large tables.
 * <li>Large tables are mapped, zero until touched; the old one is unmapped in pieces behind the mark. Small ones come
 * from the heap.
 * <li>{@link #scan} counts in the reversed bits of the bucket number, so a cursor stays good when tables change: what
 * was there all the time is seen at least
 * once (the scheme that Redis' SCAN made known).
 * </ul>
 */
public final class HashIndex {
    /** Whether the index may change its size. */
    public enum ResizePolicy {
        /** Grow and shrink as the load asks for. */
        ALLOW,
        /** Grow only under five times the usual load, and do not shrink. */
        AVOID
    }

    private static final int SLOTS = 7;
    private static final int BUCKET_SHIFT = 6;
    private static final int BUCKET = 1 << BUCKET_SHIFT;
    private static final int LINK = BUCKET - 8;
    private static final int CHAINED = 0x80;
    private static final int TAKEN = 0x7f;
    private static final long BYTES = 0x0101_0101_0101_0101L;
    private static final long SLOT_BYTES = 0x0101_0101_0101_0100L;
    private static final long TOP_BITS = 0x8080_8080_8080_8000L;
    private static final long ADDRESS = (1L << 48) - 1;
    private static final int TAG_SHIFT = 12;
    private static final int TAG_BITS = 16;
    private static final int MAX_BITS = 32;
    private static final int AT_ONCE = 16;
    private static final int FAIR_CHAIN = 21;
    private static final int FAIR_TRIES = 300;
    private static final long FROM_PAGES = 64 << 10;
    private static final long PIECE = Pages.HUGE;

    /** Bytes of the state that {@link #save} writes. */
    static final int STATE_BYTES = 40;
    private static final int BITS_SHIFT = 48;

    private final Records records;
    private final boolean tablesInHeap;
    private Heap heap;
    private ResizePolicy policy = ResizePolicy.ALLOW;

    private long table;
    private long mask;
    private long nextTable;
    private long nextMask;
    /* Buckets of the old table below the mark have moved; 0 when not rehashing. */
    private long mark;
    private long unmapped;
    private long count;
    private long chained;

    /** Creates an empty index whose small tables and chained buckets come from {@code heap}. */
    public HashIndex(Heap heap, Records records) {
        this(heap, records, false);
    }

    /**
     * Creates an empty index.
     *
     * @param tablesInHeap whether large tables come from the heap too, so that dropping the heap forgets them; else they are mapped
     */
    HashIndex(Heap heap, Records records, boolean tablesInHeap) {
        this.heap = heap;
        this.records = records;
        this.tablesInHeap = tablesInHeap;
    }

    /* One object as the view of many indexes: their state lies off-heap. Only with the tables in the heap. */

    /** Becomes the index whose state was {@link #save}d at the address; zeros are the state of an empty one. */
    void load(Heap owner, long state) {
        heap = owner;
        long first = Memory.getLong(state);
        table = first & ADDRESS;
        mask = (1L << (first >>> BITS_SHIFT)) - 1;
        long second = Memory.getLong(state + 8);
        nextTable = second & ADDRESS;
        nextMask = (1L << (second >>> BITS_SHIFT)) - 1;
        mark = Memory.getLong(state + 16);
        count = Memory.getLong(state + 24);
        chained = Memory.getLong(state + 32);
    }

    /** Writes the state of the index to the address. */
    void save(long state) {
        Memory.putLong(state, (long) Long.bitCount(mask) << BITS_SHIFT | table);
        Memory.putLong(state + 8, (long) Long.bitCount(nextMask) << BITS_SHIFT | nextTable);
        Memory.putLong(state + 16, mark);
        Memory.putLong(state + 24, count);
        Memory.putLong(state + 32, chained);
    }

    /** Moves tables and records to another heap, in time that depends on their number. */
    void moveTo(Heap target, RecordMover mover) {
        Heap from = heap;
        if (table != 0) {
            long old = table;
            table = target.allocateTable(tableBytes(mask));
            moveBuckets(target, old, table, mask, mover);
            from.free(old);
        }
        if (nextTable != 0) {
            long old = nextTable;
            nextTable = target.allocateTable(tableBytes(nextMask));
            moveBuckets(target, old, nextTable, nextMask, mover);
            from.free(old);
        }
        heap = target;
    }

    private void moveBuckets(Heap target, long from, long to, long lastBucket, RecordMover mover) {
        for (long i = 0; i <= lastBucket; i++) {
            long source = from + (i << BUCKET_SHIFT);
            long bucket = to + (i << BUCKET_SHIFT);
            long meta = moveBucket(source, bucket, mover);
            while ((meta & CHAINED) != 0) {
                long next = Memory.getLong(source + LINK);
                if (source != from + (i << BUCKET_SHIFT)) {
                    heap.free(source);
                }
                long added = target.allocate(BUCKET);
                Memory.putLong(bucket + LINK, added);
                bucket = added;
                source = next;
                meta = moveBucket(source, bucket, mover);
            }
            if (source != from + (i << BUCKET_SHIFT)) {
                heap.free(source);
            }
        }
    }

    private static long moveBucket(long source, long target, RecordMover mover) {
        Memory.copy(source, target, BUCKET);
        long meta = Memory.getLong(source);
        for (long taken = meta & ((meta & CHAINED) != 0 ? TAKEN >> 1 : TAKEN); taken != 0; taken &= taken - 1) {
            int offset = Long.numberOfTrailingZeros(taken) + 1 << 3;
            long slot = Memory.getLong(source + offset);
            Memory.putLong(target + offset, slot & ~ADDRESS | mover.move(slot & ADDRESS));
        }
        return meta;
    }

    /** Returns the number of records. */
    public long size() {
        return count;
    }

    /** Returns the bytes that the index takes, in the heap and outside. */
    public long bytes() {
        return (table == 0 ? 0 : tableBytes(mask) - unmapped) + (nextTable == 0 ? 0 : tableBytes(nextMask)) + chained * BUCKET;
    }

    /** Returns the bytes that the index takes outside of the heap. */
    public long mappedBytes() {
        long bytes = 0;
        if (table != 0 && mapped(mask)) {
            bytes += tableBytes(mask) - unmapped;
        }
        if (nextTable != 0 && mapped(nextMask)) {
            bytes += tableBytes(nextMask);
        }
        return bytes;
    }

    /** Returns the bytes of the table that is being left while rehashing, else 0. */
    public long rehashingBytes() {
        return nextTable == 0 ? 0 : tableBytes(mask) - unmapped;
    }

    /** Returns the number of buckets, of both tables while rehashing. */
    public long buckets() {
        return table == 0 ? 0 : mask + 1 + (nextTable == 0 ? 0 : nextMask + 1);
    }

    /** Sets whether the index may change its size. A rehashing that is under way goes on. */
    public void resizePolicy(ResizePolicy policy) {
        this.policy = policy;
    }

    private static long tableBytes(long mask) {
        return mask + 1 << BUCKET_SHIFT;
    }

    private boolean mapped(long tableMask) {
        return !tablesInHeap && tableBytes(tableMask) >= FROM_PAGES;
    }

    private static long tag(long hash) {
        return hash >>> 56;
    }

    private static long slot(long hash, long record) {
        return hash >>> TAG_SHIFT << 64 - TAG_BITS | record;
    }

    private long bucket(long hash) {
        long number = hash & mask;
        return number < mark ? nextTable + ((hash & nextMask) << BUCKET_SHIFT) : table + (number << BUCKET_SHIFT);
    }

    /* Returns a word whose bit 8i+7 is set for each slot i whose tag may match; empty slots may show up, links do not. */
    private static long matches(long meta, long tags) {
        long x = meta ^ tags;
        return x - SLOT_BYTES & ~x & TOP_BITS & ~((meta & CHAINED) << 56);
    }

    private static boolean sameTag(long slot, long wanted) {
        return (slot ^ wanted) >>> 48 == 0 && slot != 0;
    }

    /** Loads the metadata of the bucket, so that a lookup of the hash soon after finds it in the cache; use the result somehow. */
    public long touch(long hash) {
        return table == 0 ? 0 : Memory.getLong(bucket(hash));
    }

    /**
     * Returns the first record whose tag matches, without looking at it, or 0; so that a caller may load it ahead of
     * {@link #find}.
     */
    public long candidate(long hash) {
        if (table == 0) {
            return 0;
        }
        long bucket = bucket(hash);
        long wanted = slot(hash, 0);
        for (long hits = matches(Memory.getLong(bucket), tag(hash) * BYTES); hits != 0; hits &= hits - 1) {
            long slot = Memory.getLong(bucket + (Long.numberOfTrailingZeros(hits) >>> 3 << 3));
            if (sameTag(slot, wanted)) {
                return slot & ADDRESS;
            }
        }
        return 0;
    }

    /** Returns the record with the key, or 0. */
    public long find(long hash, long keyAddress, int keyLength) {
        if (table == 0) {
            return 0;
        }
        long tags = tag(hash) * BYTES;
        long wanted = slot(hash, 0);
        long bucket = bucket(hash);
        while (true) {
            long meta = Memory.getLong(bucket);
            for (long hits = matches(meta, tags); hits != 0; hits &= hits - 1) {
                long slot = Memory.getLong(bucket + (Long.numberOfTrailingZeros(hits) >>> 3 << 3));
                if (sameTag(slot, wanted) && records.keyEquals(slot & ADDRESS, keyAddress, keyLength)) {
                    return slot & ADDRESS;
                }
            }
            if ((meta & CHAINED) == 0) {
                return 0;
            }
            bucket = Memory.getLong(bucket + LINK);
        }
    }

    /** Adds a record whose key is known to be absent. */
    public void insert(long hash, long record) {
        if (nextTable != 0) {
            migrate(1);
        } else if (table == 0 || count >= SLOTS * (mask + 1)) {
            growIfAllowed();
        }
        place(bucket(hash), tag(hash), slot(hash, record));
        count++;
    }

    /** Removes and returns the record with the key, or returns 0. */
    public long remove(long hash, long keyAddress, int keyLength) {
        if (table == 0) {
            return 0;
        }
        long tags = tag(hash) * BYTES;
        long wanted = slot(hash, 0);
        long head = bucket(hash);
        long bucket = head;
        while (true) {
            long meta = Memory.getLong(bucket);
            for (long hits = matches(meta, tags); hits != 0; hits &= hits - 1) {
                int offset = Long.numberOfTrailingZeros(hits) >>> 3 << 3;
                long slot = Memory.getLong(bucket + offset);
                if (sameTag(slot, wanted) && records.keyEquals(slot & ADDRESS, keyAddress, keyLength)) {
                    removed(head, bucket, offset);
                    return slot & ADDRESS;
                }
            }
            if ((meta & CHAINED) == 0) {
                return 0;
            }
            bucket = Memory.getLong(bucket + LINK);
        }
    }

    /** Removes the very record, known by its address, and returns whether it was there. The record is not looked at. */
    public boolean removeRecord(long hash, long record) {
        long at = locate(hash, record);
        if (at == 0) {
            return false;
        }
        removed(bucket(hash), at & -BUCKET, (int) at & BUCKET - 1);
        return true;
    }

    /** Replaces the address of a record that moved, and returns whether the old one was there. Neither record is looked at. */
    public boolean replace(long hash, long oldRecord, long newRecord) {
        long at = locate(hash, oldRecord);
        if (at == 0) {
            return false;
        }
        Memory.putLong(at, slot(hash, newRecord));
        return true;
    }

    private long locate(long hash, long record) {
        if (table == 0) {
            return 0;
        }
        long tags = tag(hash) * BYTES;
        long wanted = slot(hash, record);
        long bucket = bucket(hash);
        while (true) {
            long meta = Memory.getLong(bucket);
            for (long hits = matches(meta, tags); hits != 0; hits &= hits - 1) {
                long at = bucket + (Long.numberOfTrailingZeros(hits) >>> 3 << 3);
                if (Memory.getLong(at) == wanted) {
                    return at;
                }
            }
            if ((meta & CHAINED) == 0) {
                return 0;
            }
            bucket = Memory.getLong(bucket + LINK);
        }
    }

    private static void set(long bucket, int offset, long tag, long slot) {
        Memory.putLong(bucket, Memory.getLong(bucket) & ~(0xffL << offset) | tag << offset | 1L << (offset >>> 3) - 1);
        Memory.putLong(bucket + offset, slot);
    }

    private static void unset(long bucket, int offset) {
        Memory.putLong(bucket, Memory.getLong(bucket) & ~(0xffL << offset | 1L << (offset >>> 3) - 1));
        Memory.putLong(bucket + offset, 0);
    }

    private void place(long head, long tag, long slot) {
        long bucket = head;
        long meta = Memory.getLong(bucket);
        while ((meta & TAKEN) == TAKEN) {
            bucket = (meta & CHAINED) != 0 ? Memory.getLong(bucket + LINK) : chain(bucket, meta);
            meta = Memory.getLong(bucket);
        }
        set(bucket, Long.numberOfTrailingZeros(~meta) + 1 << 3, tag, slot);
    }

    /* Appends a bucket, which takes over what stood in slot 7. */
    private long chain(long bucket, long meta) {
        long added = heap.allocate(BUCKET);
        Memory.fill(added, BUCKET, (byte) 0);
        set(added, 8, meta >>> LINK, Memory.getLong(bucket + LINK));
        Memory.putLong(bucket + LINK, added);
        Memory.putLong(bucket, meta & ~(0xffL << LINK) | CHAINED);
        chained++;
        return added;
    }

    private void removed(long head, long bucket, int offset) {
        if ((Memory.getLong(head) & CHAINED) == 0) {
            unset(bucket, offset);
        } else {
            fillFromLast(head, bucket, offset);
        }
        count--;
        if (nextTable != 0) {
            migrate(1);
        } else if (mask != 0 && count < SLOTS * (mask + 1) >>> 3 && policy == ResizePolicy.ALLOW) {
            shrink();
        }
    }

    private void fillFromLast(long head, long bucket, int offset) {
        long before = head;
        long last = Memory.getLong(head + LINK);
        while ((Memory.getLong(last) & CHAINED) != 0) {
            before = last;
            last = Memory.getLong(last + LINK);
        }
        long meta = Memory.getLong(last);
        int end = 63 - Long.numberOfLeadingZeros(meta & TAKEN) + 1 << 3;
        if (last != bucket || end != offset) {
            set(bucket, offset, meta >>> end & 0xff, Memory.getLong(last + end));
        }
        unset(last, end);
        meta = Memory.getLong(last);
        int left = Long.bitCount(meta & TAKEN);
        if (left <= 1) {
            Memory.putLong(before, Memory.getLong(before) & ~CHAINED);
            unset(before, LINK);
            if (left == 1) {
                set(before, LINK, meta >>> 8 & 0xff, Memory.getLong(last + 8));
            }
            heap.free(last);
            chained--;
        }
    }

    /* Tables. */

    private long newTable(long newMask) {
        long bytes = tableBytes(newMask);
        if (!mapped(newMask)) {
            return heap.allocateTable(bytes);
        }
        long address = Pages.mapAligned(bytes, bytes < PIECE ? Pages.PAGE : PIECE);
        if (heap.huge() && bytes > PIECE) {
            Pages.adviseHuge(address, bytes);
        }
        return address;
    }

    private void growIfAllowed() {
        if (table == 0) {
            table = newTable(0);
            return;
        }
        if (policy == ResizePolicy.AVOID && count < 5 * SLOTS * (mask + 1)) {
            return;
        }
        rehashTo(maskFor(count + 1));
    }

    private void shrink() {
        long target = maskFor(count + (count >>> 1));
        if (target < mask) {
            rehashTo(target);
        }
    }

    /* The smallest table that holds the records without being overfull. */
    private static long maskFor(long size) {
        long needed = Math.max((size + SLOTS - 1) / SLOTS, 1);
        return Math.min((Long.highestOneBit(needed) << (Long.bitCount(needed) == 1 ? 0 : 1)) - 1, (1L << MAX_BITS) - 1);
    }

    private void rehashTo(long newMask) {
        if (newMask == mask) {
            return;
        }
        nextTable = newTable(newMask);
        nextMask = newMask;
        if (Math.max(mask, newMask) < AT_ONCE) {
            migrate(mask + 1);
        }
    }

    /** Makes room for {@code size} records ahead of inserting them, if the index is empty. */
    public void reserve(long size) {
        if (table == 0) {
            mask = maskFor(size);
            table = newTable(mask);
        }
    }

    /** Returns whether two tables are in use. */
    public boolean rehashing() {
        return nextTable != 0;
    }

    /**
     * Moves up to {@code buckets} buckets of a rehashing that is under way (some ten times as many empty ones) and
     * returns whether it goes on.
     */
    public boolean rehashStep(int buckets) {
        if (nextTable != 0) {
            migrate(buckets);
        }
        return nextTable != 0;
    }

    private void migrate(long buckets) {
        long full = buckets;
        long empty = 10 * buckets;
        while (full > 0 && empty > 0) {
            long bucket = table + (mark << BUCKET_SHIFT);
            if ((Memory.getLong(bucket) & TAKEN) == 0) {
                empty--;
            } else {
                full--;
                migrateBucket(bucket, mark);
            }
            mark++;
            if ((mark << BUCKET_SHIFT & PIECE - 1) == 0 && mapped(mask) && tableBytes(mask) > PIECE) {
                Pages.unmap(table + unmapped, PIECE);
                unmapped += PIECE;
            }
            if (mark > mask) {
                finish();
                return;
            }
        }
    }

    private void migrateBucket(long head, long number) {
        long bucket = head;
        while (true) {
            long meta = Memory.getLong(bucket);
            boolean more = (meta & CHAINED) != 0;
            for (long taken = meta & (more ? TAKEN >> 1 : TAKEN); taken != 0; taken &= taken - 1) {
                int offset = Long.numberOfTrailingZeros(taken) + 1 << 3;
                long slot = Memory.getLong(bucket + offset);
                place(nextTable + (target(number, slot) << BUCKET_SHIFT), meta >>> offset & 0xff, slot);
            }
            long next = more ? Memory.getLong(bucket + LINK) : 0;
            if (bucket == head) {
                Memory.putLong(bucket, 0);
            } else {
                heap.free(bucket);
                chained--;
            }
            if (!more) {
                return;
            }
            bucket = next;
        }
    }

    /* The number in the new table: from the old number alone, or with the bits in the slot, or from the whole hash. */
    private long target(long number, long slot) {
        if (nextMask <= mask) {
            return number & nextMask;
        }
        if (mask >= (1L << TAG_SHIFT) - 1 && nextMask < 1L << TAG_SHIFT + TAG_BITS) {
            return (slot >>> 48 << TAG_SHIFT | number & (1L << TAG_SHIFT) - 1) & nextMask;
        }
        return records.hash(slot & ADDRESS) & nextMask;
    }

    private void finish() {
        freeTable();
        table = nextTable;
        mask = nextMask;
        nextTable = 0;
        nextMask = 0;
        mark = 0;
        unmapped = 0;
    }

    private void freeTable() {
        long bytes = tableBytes(mask);
        if (!mapped(mask)) {
            heap.free(table);
        } else if (unmapped < bytes) {
            Pages.releaseLater(table + unmapped, bytes - unmapped);
        }
    }

    /** Removes all records from the index and gives its memory back; visits every bucket. The records themselves stay. */
    public void clear() {
        if (table == 0) {
            return;
        }
        if (chained != 0) {
            freeChains(table, mark, mask);
            if (nextTable != 0) {
                freeChains(nextTable, 0, nextMask);
            }
        }
        freeTable();
        if (nextTable != 0) {
            table = nextTable;
            mask = nextMask;
            unmapped = 0;
            freeTable();
        }
        forget();
    }

    private void freeChains(long start, long from, long last) {
        for (long i = from; i <= last; i++) {
            long bucket = start + (i << BUCKET_SHIFT);
            long meta = Memory.getLong(bucket);
            while ((meta & CHAINED) != 0) {
                long next = Memory.getLong(bucket + LINK);
                meta = Memory.getLong(next);
                if (bucket != start + (i << BUCKET_SHIFT)) {
                    heap.free(bucket);
                }
                bucket = next;
            }
            if (bucket != start + (i << BUCKET_SHIFT)) {
                heap.free(bucket);
            }
        }
    }

    /**
     * Forgets all records at once, when the heap is dropped too, before or after; the cost does not depend on the
     * number of records.
     */
    public void drop() {
        if (table != 0 && mapped(mask) && unmapped < tableBytes(mask)) {
            Pages.releaseLater(table + unmapped, tableBytes(mask) - unmapped);
        }
        if (nextTable != 0 && mapped(nextMask)) {
            Pages.releaseLater(nextTable, tableBytes(nextMask));
        }
        forget();
    }

    private void forget() {
        table = 0;
        mask = 0;
        nextTable = 0;
        nextMask = 0;
        mark = 0;
        unmapped = 0;
        count = 0;
        chained = 0;
    }

    /* Walks. */

    private static int visit(long head, RecordVisitor visitor) {
        int visited = 0;
        long bucket = head;
        while (true) {
            long meta = Memory.getLong(bucket);
            boolean more = (meta & CHAINED) != 0;
            for (long taken = meta & (more ? TAKEN >> 1 : TAKEN); taken != 0; taken &= taken - 1) {
                visitor.visit(Memory.getLong(bucket + (Long.numberOfTrailingZeros(taken) + 1 << 3)) & ADDRESS);
                visited++;
            }
            if (!more) {
                return visited;
            }
            bucket = Memory.getLong(bucket + LINK);
        }
    }

    private void visitOld(long number, RecordVisitor visitor) {
        if (number >= mark) {
            visit(table + (number << BUCKET_SHIFT), visitor);
        }
    }

    private static long next(long cursor, long mask) {
        return Long.reverse(Long.reverse(cursor | ~mask) + 1);
    }

    /**
     * Visits the records of one bucket (and of the buckets of the other table that belong to it) and returns the next
     * cursor, 0 at the end; a walk begins with 0.
     * A record that is in the index from the first call to the last is visited at least once, whatever is inserted,
     * removed and rehashed between the calls.
     */
    public long scan(long cursor, RecordVisitor visitor) {
        if (table == 0) {
            return 0;
        }
        if (nextTable == 0) {
            visit(table + ((cursor & mask) << BUCKET_SHIFT), visitor);
            return next(cursor, mask);
        }
        return nextMask > mask ? scanGrowing(cursor, visitor) : scanShrinking(cursor, visitor);
    }

    private long scanGrowing(long start, RecordVisitor visitor) {
        long cursor = start;
        visitOld(cursor & mask, visitor);
        do {
            visit(nextTable + ((cursor & nextMask) << BUCKET_SHIFT), visitor);
            cursor = next(cursor, nextMask);
        } while ((cursor & (mask ^ nextMask)) != 0);
        return cursor;
    }

    private long scanShrinking(long start, RecordVisitor visitor) {
        long cursor = start;
        visit(nextTable + ((cursor & nextMask) << BUCKET_SHIFT), visitor);
        do {
            visitOld(cursor & mask, visitor);
            cursor = next(cursor, mask);
        } while ((cursor & (mask ^ nextMask)) != 0);
        return cursor;
    }

    /** Visits every record once; the index must not be changed meanwhile. */
    public void forEach(RecordVisitor visitor) {
        if (table == 0) {
            return;
        }
        for (long i = mark; i <= mask; i++) {
            visit(table + (i << BUCKET_SHIFT), visitor);
        }
        if (nextTable != 0) {
            for (long i = 0; i <= nextMask; i++) {
                visit(nextTable + (i << BUCKET_SHIFT), visitor);
            }
        }
    }

    /* Buckets in use, numbered through: the old table from the mark on, then the new table. */
    private long bucketsInUse() {
        return mask + 1 - mark + (nextTable == 0 ? 0 : nextMask + 1);
    }

    private long bucketInUse(long number) {
        long old = mask + 1 - mark;
        return number < old ? table + (mark + number << BUCKET_SHIFT) : nextTable + (number - old << BUCKET_SHIFT);
    }

    /**
     * Visits about {@code wanted} records in neighbouring buckets from a random one on, each at most once, and
     * returns how many. The effort is bounded by ten buckets
     * for each record wanted, so there may be fewer.
     */
    public int sample(int wanted, RandomGenerator random, RecordVisitor visitor) {
        if (count == 0) {
            return 0;
        }
        long all = bucketsInUse();
        long at = random.nextLong(all);
        long steps = Math.min(all, 10L * wanted);
        int visited = 0;
        for (long i = 0; i < steps && visited < wanted; i++) {
            visited += visit(bucketInUse(at), visitor);
            at = at + 1 == all ? 0 : at + 1;
        }
        return visited;
    }

    /**
     * Returns a random record, or 0 if there is none. All are equally likely, but those of chains of more than three
     * buckets' records, which are less so, and in an index that is nearly empty, where neighbours of empty buckets are more.
     */
    public long randomRecord(RandomGenerator random) {
        if (count == 0) {
            return 0;
        }
        // a place is drawn, not a bucket: a bucket of three records has three of them, and all places but those are drawn again
        long all = bucketsInUse();
        for (int i = 0; i < FAIR_TRIES; i++) {
            long bucket = bucketInUse(random.nextLong(all));
            int place = random.nextInt(FAIR_CHAIN);
            if (place < SLOTS || (Memory.getLong(bucket) & CHAINED) != 0) {
                long record = recordAt(bucket, place, random);
                if (record != 0) {
                    return record;
                }
            }
        }
        return neighbour(random.nextLong(all), all, random);
    }

    /* The record at a place of a bucket and its chain, counted through, or 0; a random one of a chain of too many. */
    private static long recordAt(long head, int place, RandomGenerator random) {
        int records = 0;
        long bucket = head;
        while (true) {
            long meta = Memory.getLong(bucket);
            boolean more = (meta & CHAINED) != 0;
            long taken = meta & (more ? TAKEN >> 1 : TAKEN);
            int here = Long.bitCount(taken);
            if (place < records + here) {
                for (int skip = place - records; skip > 0; skip--) {
                    taken &= taken - 1;
                }
                return Memory.getLong(bucket + (Long.numberOfTrailingZeros(taken) + 1 << 3)) & ADDRESS;
            }
            records += here;
            if (!more) {
                return records > FAIR_CHAIN ? recordAt(head, random.nextInt(records), random) : 0;
            }
            bucket = Memory.getLong(bucket + LINK);
        }
    }

    /* A random one of the records in the first bucket from this one on that has any. */
    private long neighbour(long start, long all, RandomGenerator random) {
        long at = start;
        while (true) {
            long bucket = bucketInUse(at);
            int here = Long.bitCount(Memory.getLong(bucket) & TAKEN);
            if (here > 0) {
                return recordAt(bucket, random.nextInt(here), random);
            }
            at = at + 1 == all ? 0 : at + 1;
        }
    }
}
