package dev.cairn.core.boot;

import dev.cairn.core.os.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that holds the process id, for init scripts. Main thread. */
public final class PidFile {
    /** Where it goes if the server runs in the background and no option names it. */
    public static final Path DEFAULT = Path.of("/var/run/cairn.pid");

    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

    private PidFile() {}

    /** Writes the process id, or logs why it cannot: the server runs without the file. */
    public static void write(Path file) {
        try {
            Files.writeString(file, Posix.pid() + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            LOG.warn("Failed to write PID file: {}", reason(e));
        }
    }

    /** Removes the file, as in an orderly shutdown. */
    public static void remove(Path file) {
        try {
            if (Files.deleteIfExists(file)) {
                LOG.info("Removing the pid file.");
            }
        } catch (IOException e) {
            LOG.warn("Failed to remove PID file: {}", reason(e));
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
