package dev.cairn.core.os;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The server's working directory, against which relative paths of options resolve. Read by any thread, changed by the main thread.
 *
 * <p>A JVM fixes the directory of its process when it starts: a native {@code chdir} would move files opened by relative path but not
 * their absolute names. So the option {@code dir} sets this one, and every path of an option goes through {@link #resolve}.
 */
public final class WorkingDirectory {
    private static volatile Path current = Path.of("").toAbsolutePath().normalize();

    private WorkingDirectory() {}

    /** The directory, absolute. */
    public static Path current() {
        return current;
    }

    /** A path of an option, made absolute by the working directory. */
    public static Path resolve(String path) {
        return current.resolve(path).normalize();
    }

    /**
     * Changes the directory, relative to the present one.
     *
     * @return what is wrong with it in the system's words, or an empty string after the change
     */
    public static String change(String path) {
        Path target = resolve(path);
        if (!Files.exists(target)) {
            return "No such file or directory";
        }
        if (!Files.isDirectory(target)) {
            return "Not a directory";
        }
        if (!Files.isExecutable(target)) {
            return "Permission denied";
        }
        current = target;
        return "";
    }
}
