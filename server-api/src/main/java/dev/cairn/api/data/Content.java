package dev.cairn.api.data;

import dev.cairn.api.command.Bytes;

/**
 * What a {@link DataType} implements besides if its values are strings that a command of another module may read, such as
 * {@code SORT … BY weight:*}. Main thread.
 */
public interface Content {
    /** The bytes of the string, alive as long as nothing is changed. */
    Bytes content(Slot value);
}
