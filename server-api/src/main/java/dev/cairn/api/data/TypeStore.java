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

    /**
     * Forgets everything at once, in time that does not depend on the number of values: {@link DataType#free} is not called for each.
     * The store is not used any more.
     */
    void drop();
}
