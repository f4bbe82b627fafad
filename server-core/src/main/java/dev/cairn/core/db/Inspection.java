package dev.cairn.core.db;

import dev.cairn.api.data.Slot;
import dev.cairn.structures.HashIndex;

/** A look inside the databases for DEBUG: what no other command may depend on. Main thread. */
public final class Inspection {
    private Inspection() {
    }

    /** The address of an existing key's record. */
    public static long address(Slot slot) {
        return slot instanceof RecordSlot s && s.exists() ? s.record : 0;
    }

    /** The 24 bits of an existing key's access history. */
    public static int accessClock(Slot slot) {
        return slot instanceof RecordSlot s && s.exists() ? Record.clock(s.record) : 0;
    }

    /** Describes the two indexes of a database. */
    public static String indexes(Database database) {
        StringBuilder out = new StringBuilder(256);
        describe(out.append("[Dictionary HT]\n"), database.index);
        describe(out.append("[Expires HT]\n"), database.expires);
        return out.toString();
    }

    /** The sizes of the parts of a key's record. */
    public static String sizes() {
        long record = Record.bytes(0, 0, 0);
        return "bits:64 record:" + record + " expiry:" + (Record.bytes(Record.EXPIRES, 0, 0) - record) + " bucket:64 slots:7";
    }

    private static void describe(StringBuilder out, HashIndex index) {
        out.append("Hash table 0 stats (main hash table):\n");
        if (index.size() == 0) {
            out.append("No stats available for empty dictionaries\n");
            return;
        }
        out.append(" table size: ").append(index.buckets() * 7).append('\n');
        out.append(" number of elements: ").append(index.size()).append('\n');
        out.append(" buckets: ").append(index.buckets()).append('\n');
        out.append(" bytes: ").append(index.bytes()).append('\n');
        out.append(" rehashing: ").append(index.rehashing() ? 1 : 0).append('\n');
    }
}
