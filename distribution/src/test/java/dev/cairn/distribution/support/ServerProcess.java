package dev.cairn.distribution.support;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server in a child process on a free port of the loopback interface, with its log captured.
 *
 * <p>It is started without a configuration file and without persistence, in a directory of its own that {@link #close} removes.
 * The system property {@code cairn.server.command} replaces the built distribution's start script by another command, for example
 * {@code redis-server}.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration STOP = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 5;

    private final String name;
    private final Process process;
    private final int port;
    private final Path directory;

    private ServerProcess(String name, Process process, int port, Path directory) {
        this.name = name;
        this.process = process;
        this.port = port;
        this.directory = directory;
    }

    /** Starts the built distribution; the calling test fails when it has not been built. */
    public static ServerProcess cairn(String... options) {
        String command = System.getProperty("cairn.server.command", "");
        if (!command.isBlank()) {
            return start("server under test", List.of(command.trim().split("\\s+")), options);
        }
        return start("Cairn", List.of(distribution().resolve("bin/cairn-server").toString()), options);
    }

    /**
     * The folder of the built distribution, {@code cairn.home} for the tests of other modules; the calling test fails when it has not been
     * built.
     */
    public static Path distribution() {
        Path own = Path.of(System.getProperty("basedir", "."), "target", "cairn");
        Path home = Path.of(System.getProperty("cairn.home", own.toString())).toAbsolutePath().normalize();
        assertTrue(Files.isExecutable(home.resolve("bin/cairn-server")),
                () -> "the distribution is not built: no bin/cairn-server in " + home);
        return home;
    }

    /** Starts the installed redis-server; the calling test is skipped, saying so, when there is none. */
    public static ServerProcess redis(String... options) {
        return start("redis-server", List.of(tool("redis-server")), options);
    }

    /** Starts any command that takes redis-server's options. */
    public static ServerProcess start(String name, List<String> command, String... options) {
        for (int attempt = 1;; attempt++) {
            ServerProcess server = launch(name, command, options);
            if (server.awaitPong()) {
                return server;
            }
            String log = server.log();
            server.close();
            if (attempt == ATTEMPTS || !log.contains("Address already in use")) {
                throw new IllegalStateException(name + " did not answer PING within " + START.toSeconds() + " s; its log:\n" + log);
            }
        }
    }

    /** The absolute path of a tool on the PATH; the calling test is skipped, saying so, when it is missing. */
    public static String tool(String tool) {
        Optional<Path> found = Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .map(entry -> Path.of(entry, tool)).filter(Files::isExecutable).findFirst();
        assumeTrue(found.isPresent(), () -> tool + " is not installed");
        return found.orElseThrow().toString();
    }

    /** An IPv4 address of this machine's that other machines use; the calling test is skipped, saying so, when there is none. */
    public static InetAddress outsideAddress() throws IOException {
        Optional<InetAddress> found = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress() && a.getAddress().length == 4).findFirst();
        assumeTrue(found.isPresent(), "this machine has no address but the loopback interface's");
        return found.orElseThrow();
    }

    private static ServerProcess launch(String name, List<String> command, String... options) {
        try {
            Path directory = Files.createTempDirectory("cairn-it-");
            int port = freePort();
            List<String> line = new ArrayList<>(command);
            line.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
            line.addAll(List.of(options));
            Process process = new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(directory.resolve("server.log").toFile()).start();
            return new ServerProcess(name, process, port, directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name + " by " + command, e);
        }
    }

    /** A port of the loopback interface that was free a moment ago. */
    public static int freePort() throws IOException {
        int first = Integer.getInteger("cairn.test.first.port", 0);
        for (int port = first; port < first + 40; port++) {
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                if (port == 0) {
                    throw taken;
                }
            }
        }
        throw new IOException("no free port from " + first + " on");
    }

    private boolean awaitPong() {
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try (RespClient client = RespClient.connect(port, Duration.ofSeconds(20))) {
                RespReply reply = client.call("PING");
                // A server that wants a password first answers too.
                if (reply.text().equals("PONG") || reply.text().startsWith("NOAUTH")) {
                    return true;
                }
            } catch (IOException notYet) {
                // The next turn tries again until the deadline.
            }
            exitsWithin(Duration.ofMillis(10));
        }
        return false;
    }

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** The name for messages. */
    public String name() {
        return name;
    }

    /** Whether the process still lives. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The process. */
    public Process process() {
        return process;
    }

    /** A new connection. */
    public RespClient connect() throws IOException {
        return RespClient.connect(port);
    }

    /** Waits for the process to end; returns whether it did in that time. */
    public boolean exitsWithin(Duration time) {
        try {
            return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
    }

    /** Everything that the server printed so far. */
    public String log() {
        try {
            return Files.readString(directory.resolve("server.log"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the server by SIGTERM, and by SIGKILL when that takes too long; removes its directory. */
    @Override
    public void close() {
        process.destroy();
        if (!exitsWithin(STOP)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            exitsWithin(STOP);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
