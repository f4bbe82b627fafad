package dev.cairn.persistence.aof;

import dev.cairn.structures.Memory;

/**
 * The layout of a record, which is the payload of one document of a Chronicle Queue; little-endian. Safe on any thread.
 *
 * <pre>
 *  0  i32  magic, with the version of the format
 *  4  i32  CRC-32C of everything that follows, to the payload's end
 *  8  i64  sequence number: one more than that of the record before, across increments
 * 16  i64  wall clock, ms since 1970
 * 24  i32  length of the payload, at most {@value #MAX_PAYLOAD}
 * 28  i32  database that is selected before the first command
 * 32  i32  flags: FIRST, LAST, FORCED
 * 36  i32  with FORCED: how many records before this one may not have been on disk when it was written
 * 40       payload: commands in RESP
 * </pre>
 *
 * What one turn of the loop has logged is one record, or, beyond {@link #MAX_PAYLOAD} bytes, a group of them from FIRST to LAST whose
 * payloads are one run of commands; a group counts only as a whole. FORCED says that the record was written under {@code appendfsync
 * always}: then every record before it was on disk before this one was written, but for the last few, whose number it tells.
 */
final class RecordFormat {
    static final int MAGIC = 'C' | 'R' << 8 | 'N' << 16 | '1' << 24;
    static final int HEADER = 40;
    static final int MAX_PAYLOAD = 1 << 20;
    static final int FIRST = 1;
    static final int LAST = 1 << 1;
    static final int FORCED = 1 << 2;

    private RecordFormat() {
    }

    /** Writes the header of a record whose payload stands behind it already, and before which all is on disk where it is FORCED. */
    static void header(long record, long sequence, long millis, int payload, int database, int flags) {
        header(record, sequence, millis, payload, database, flags, 0);
    }

    /** Writes the header of a record whose payload stands behind it already. */
    static void header(long record, long sequence, long millis, int payload, int database, int flags, int unforced) {
        fields(record, sequence, millis, payload, database, flags, unforced);
        Memory.putInt(record + 4, crc(record, payload));
    }

    /** Writes the header of a record whose payload stands behind it already, with the checksum of the memory that begins with it. */
    static void header(long record, long sequence, long millis, int payload, int database, int flags, int unforced, Checksum checksum) {
        fields(record, sequence, millis, payload, database, flags, unforced);
        Memory.putInt(record + 4, checksum.of(8, HEADER - 8 + payload));
    }

    private static void fields(long record, long sequence, long millis, int payload, int database, int flags, int unforced) {
        Memory.putInt(record, MAGIC);
        Memory.putLong(record + 8, sequence);
        Memory.putLong(record + 16, millis);
        Memory.putInt(record + 24, payload);
        Memory.putInt(record + 28, database);
        Memory.putInt(record + 32, flags);
        Memory.putInt(record + 36, unforced);
    }

    private static int crc(long record, int payload) {
        return Checksum.of(record + 8, HEADER - 8L + payload);
    }

    /** What is wrong with a record of which {@code length} bytes are there; empty when nothing is. */
    static String check(long record, long length) {
        if (length < HEADER) {
            return "is shorter than a record's header";
        }
        if (Memory.getInt(record) != MAGIC) {
            return "does not begin as a record of this format's version";
        }
        int payload = payload(record);
        if (payload < 0 || payload > MAX_PAYLOAD || HEADER + payload != length) {
            return "has the impossible length " + payload;
        }
        return Memory.getInt(record + 4) == crc(record, payload) ? "" : "has a wrong checksum";
    }

    static long sequence(long record) {
        return Memory.getLong(record + 8);
    }

    static long millis(long record) {
        return Memory.getLong(record + 16);
    }

    static int payload(long record) {
        return Memory.getInt(record + 24);
    }

    static int database(long record) {
        return Memory.getInt(record + 28);
    }

    static int flags(long record) {
        return Memory.getInt(record + 32);
    }

    /** The number of the last record that is known to have been on disk when this one was written under always; 0 when none is. */
    static long forcedBefore(long record) {
        return (flags(record) & FORCED) == 0 ? 0 : sequence(record) - 1 - Memory.getInt(record + 36);
    }
}
