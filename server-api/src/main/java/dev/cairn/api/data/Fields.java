package dev.cairn.api.data;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;

/**
 * What a {@link DataType} implements besides if its values have named fields that a command of another module may read, such as
 * {@code SORT … GET user:*->name}: hashes. Main thread.
 */
public interface Fields {
    /**
     * The value of a field, alive as long as nothing is changed and no other field is asked for; null when there is no such field, or its
     * time of expiry is over.
     *
     * @param keyspace where the value is
     */
    @Nullable
    Bytes field(Keyspace keyspace, Slot value, Bytes name);
}
