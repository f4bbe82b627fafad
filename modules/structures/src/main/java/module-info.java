import org.jspecify.annotations.NullMarked;

/**
 * Off-heap building blocks: memory access, pages, the allocator of records, the incremental hash index, the listpack and the nested dict.
 * The module is a library: it provides no service. It needs native access for {@code mmap} and its kin.
 */
@NullMarked
module dev.cairn.structures {
    requires static org.jspecify;

    /* The keyspace and the data types keep their bytes in these structures. */
    exports dev.cairn.structures;
}
