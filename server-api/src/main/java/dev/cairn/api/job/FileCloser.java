package dev.cairn.api.job;

import java.io.Closeable;
import java.nio.file.Path;

/**
 * Closes and deletes files in the background: what the lane {@code close_file} offers to modules, by
 * {@link dev.cairn.api.ModuleContext#require}. To close the last descriptor of a deleted file, or to delete a large one, takes the system long.
 * Thread-safe.
 */
public interface FileCloser {
    /** Closes a file soon. A failure is logged with the name. */
    void close(Closeable file, String name);

    /** Deletes a file soon, if it is there. A failure is logged. */
    void delete(Path file);
}
