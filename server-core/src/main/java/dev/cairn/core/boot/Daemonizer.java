package dev.cairn.core.boot;

import dev.cairn.core.os.Posix;
import dev.cairn.core.os.PosixException;
import dev.cairn.core.os.ProcFile;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the server in the background: {@code daemonize yes}. Used by the thread that boots, before anything is opened or started.
 *
 * <p>A JVM cannot fork: of its threads only the caller would go on in the child. So the process that the user started, once it knows from
 * the configuration that it is to daemonize, starts its own command line again and exits with 0. The marker environment variable {@value
 * #MARKER} tells the second process that it is the child; it then leads a new session without a terminal ({@code setsid}) instead of
 * starting a third. Its standard input, output and error are {@code /dev/null}; its working directory, file mode mask and environment are
 * those of the first. Configuration that came on standard input is passed on through a pipe. As with Redis, the parent does not wait:
 * whatever the child fails at afterwards stands in its log file only.
 *
 * <p>The marker holds the id of the parent's process group, to which the child belongs until it leaves the session: a server that is started
 * by a program of the child inherits the variable but not the group, and daemonizes for itself.
 */
public final class Daemonizer {
    static final String MARKER = "CAIRN_DAEMON_PARENT_GROUP";
    private static final String MAIN = "dev.cairn.core/dev.cairn.core.Main";
    private static final Logger LOG = LoggerFactory.getLogger(Daemonizer.class);

    private Daemonizer() {}

    /** Whether this process is the one that a daemonizing parent started. */
    public static boolean isChild() {
        String marker = System.getenv(MARKER);
        return marker != null && marker.equals(processGroup());
    }

    /** Makes the child leave its parent's session. */
    public static void enterChild() {
        try {
            Posix.setsid();
        } catch (PosixException e) {
            LOG.warn("Can't start a new session: {}", e.getMessage());
        }
    }

    /**
     * Starts this process' command line again in the background and returns the child's id; the caller exits with 0.
     *
     * @param stdin what was read from standard input as configuration; empty if nothing was
     * @throws BootFailure if the child cannot be started
     */
    public static long launch(byte[] stdin) throws BootFailure {
        try {
            return launch(commandLine(), stdin);
        } catch (IOException e) {
            throw new BootFailure("Can't daemonize: " + e.getMessage(), 1, e);
        }
    }

    static long launch(List<String> command, byte[] stdin) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(MARKER, processGroup());
        File devNull = new File("/dev/null");
        builder.redirectOutput(devNull).redirectError(devNull);
        if (stdin.length == 0) {
            builder.redirectInput(devNull);
        }
        Process child = builder.start();
        if (stdin.length > 0) {
            try (OutputStream out = child.getOutputStream()) {
                out.write(stdin);
            }
        }
        return child.pid();
    }

    private static List<String> commandLine() throws IOException {
        List<String> words = split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
        return again(words, System.getProperty("cairn.program", ""), Files.readSymbolicLink(Path.of("/proc/self/exe")).toString());
    }

    /**
     * The command line that starts this one once more: through the launcher, if it came from there, since the JVM's options name files that the
     * launcher has opened for this process.
     *
     * @param launcher the launcher's path, empty if there was none
     * @param executable the absolute path of the executable
     */
    static List<String> again(List<String> words, String launcher, String executable) {
        int main = words.indexOf(MAIN);
        List<String> again = new ArrayList<>(launcher.isEmpty() || main < 0 ? words : words.subList(main, words.size()));
        again.set(0, launcher.isEmpty() || main < 0 ? executable : launcher);
        return again;
    }

    /** The words of a command line as the kernel gives it: each ended by a zero byte. */
    static List<String> split(byte[] cmdline) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < cmdline.length; i++) {
            if (cmdline[i] == 0) {
                words.add(new String(cmdline, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        return words;
    }

    /** The id of this process' group, field 5 of its status; empty if it cannot be read. */
    private static String processGroup() {
        try {
            String stat = ProcFile.read(Path.of("/proc/self/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2];
        } catch (IOException e) {
            return "";
        }
    }
}
