package dev.cairn.core.db;

import dev.cairn.structures.Hashing;
import dev.cairn.structures.Records;

/** Tells the index how to find the key in a record. */
final class RecordKeys implements Records {
    static final RecordKeys INSTANCE = new RecordKeys();

    private RecordKeys() {
    }

    @Override
    public boolean keyEquals(long record, long key, int length) {
        return Record.keyEquals(record, key, length);
    }

    @Override
    public long hash(long record) {
        return Hashing.hash(Record.key(record), Record.keyLength(record), Hashing.SEED);
    }
}
