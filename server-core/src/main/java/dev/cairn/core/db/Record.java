package dev.cairn.core.db;

import dev.cairn.structures.Memory;

/**
 * The layout of a key's record in off-heap memory, little-endian:
 *
 * <pre>
 *  0  u7   number of the data type in the server's type table, u1 epoch of snapshots, see {@link Snapshot}
 *  1  u24  access clock: seconds (LRU) or minutes and counter (LFU)
 *  4  u4   flags, u4 encoding
 *  5  u8   key length       (unless EXTENDED)
 *  6  u16  payload length   (unless EXTENDED)
 *  8  i32  key length, i32 payload length     only with EXTENDED
 *     i64  time of expiry in ms since 1970    only with EXPIRES
 *     key bytes
 *     payload
 * </pre>
 *
 * The payload is the inline value; with LARGE the address (8 bytes) and length (8 bytes) of the value in a block of its own, with OBJECT
 * the handle (4 bytes) of a Java object.
 */
final class Record {
    static final int EXPIRES = 1;
    static final int EXTENDED = 2;
    static final int LARGE = 4;
    static final int OBJECT = 8;

    /** The bit of the epoch in the byte of the type. */
    static final int DONE = 0x80;

    /** Values of this length or more stand in a block of their own. */
    static final int LARGE_BYTES = 1 << 20;

    private static final int HEADER = 8;

    private Record() {
    }

    /** Bytes of a record; {@code payload} counts what stands in the record itself. */
    static long bytes(int flags, int key, int payload) {
        return HEADER + ((flags & EXTENDED) << 2) + ((flags & EXPIRES) << 3) + (long) key + payload;
    }

    /** EXTENDED where the lengths need it. */
    static int extended(int key, int payload) {
        return key > 0xff || payload > 0xffff ? EXTENDED : 0;
    }

    /** Writes a header; {@code type} is the number of the type with the bit of the epoch. */
    static void header(long record, int type, int clock, int flags, int encoding, int key, int payload) {
        Memory.putInt(record, clock << 8 | type);
        if ((flags & EXTENDED) == 0) {
            Memory.putInt(record + 4, payload << 16 | key << 8 | encoding << 4 | flags);
        } else {
            Memory.putInt(record + 4, encoding << 4 | flags);
            Memory.putInt(record + 8, key);
            Memory.putInt(record + 12, payload);
        }
    }

    static int type(long record) {
        return Memory.getInt(record) & 0x7f;
    }

    /** The bit of the epoch, where it stands: 0 or {@link #DONE}. */
    static int epoch(long record) {
        return Memory.getInt(record) & DONE;
    }

    static void epoch(long record, int epoch) {
        Memory.putInt(record, Memory.getInt(record) & ~DONE | epoch);
    }

    static int clock(long record) {
        return Memory.getInt(record) >>> 8;
    }

    static void clock(long record, int clock) {
        Memory.putInt(record, clock << 8 | Memory.getInt(record) & 0xff);
    }

    static int flags(long record) {
        return Memory.getInt(record + 4) & 0xf;
    }

    static int encoding(long record) {
        return Memory.getInt(record + 4) >>> 4 & 0xf;
    }

    static int keyLength(long record) {
        int word = Memory.getInt(record + 4);
        return (word & EXTENDED) == 0 ? word >>> 8 & 0xff : Memory.getInt(record + 8);
    }

    static long key(long record) {
        int flags = Memory.getInt(record + 4);
        return record + HEADER + ((flags & EXTENDED) << 2) + ((flags & EXPIRES) << 3);
    }

    static int payloadLength(long record) {
        int word = Memory.getInt(record + 4);
        return (word & EXTENDED) == 0 ? word >>> 16 : Memory.getInt(record + 12);
    }

    static long payload(long record) {
        return key(record) + keyLength(record);
    }

    /** The time of expiry; the record must have one. */
    static long expiry(long record) {
        return Memory.getLong(record + HEADER + ((Memory.getInt(record + 4) & EXTENDED) << 2));
    }

    static void expiry(long record, long millis) {
        Memory.putLong(record + HEADER + ((Memory.getInt(record + 4) & EXTENDED) << 2), millis);
    }

    /** Whether the record is of this key. */
    static boolean keyEquals(long record, long key, int length) {
        int word = Memory.getInt(record + 4);
        if ((word & (EXTENDED | EXPIRES)) == 0) {
            return (word >>> 8 & 0xff) == length && Memory.equal(record + HEADER, key, length);
        }
        return keyLength(record) == length && Memory.equal(key(record), key, length);
    }

    /** Bytes of the whole record as it stands. */
    static long bytes(long record) {
        return bytes(flags(record), keyLength(record), payloadLength(record));
    }
}
