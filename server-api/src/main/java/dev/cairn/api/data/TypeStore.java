package dev.cairn.api.data;

/**
 * What a data type keeps for one database beside its records: the memory that values of an {@link DataType#owning owning} encoding point
 * to, and indexes over them. Main thread.
 *
 * <p>A store lives as long as the content of its database: emptying the database drops it whole, SWAPDB hands it over with the records.
 */
public interface TypeStore {
    /** The store of a type that keeps nothing. */
    TypeStore NONE = new TypeStore() {
        @Override
        public long usedBytes() {
            return 0;
        }

        @Override
        public void drop() {
            // nothing is kept
        }
    };

    /** Bytes in use, those that {@code used_memory} counts. */
    long usedBytes();

    /** Bytes taken from the operating system. */
    default long mappedBytes() {
        return usedBytes();
    }

    /** Number of keys that hold parts with a time of expiry, such as fields of hashes. */
    default long expiringKeys() {
        return 0;
    }

    /**
     * Deletes parts of values whose time is over, at most so many: called by the active expiry, again and again while it has time.
     *
     * @param keyspace the database that the store belongs to
     * @return whether there are more
     */
    default boolean expireSome(Keyspace keyspace, int most) {
        return false;
    }

    /**
     * Forgets everything at once, in time that does not depend on the number of values: {@link DataType#free} is not called for each.
     * The store is not used any more.
     */
    void drop();
}
