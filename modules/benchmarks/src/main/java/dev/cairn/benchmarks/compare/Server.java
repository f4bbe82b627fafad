package dev.cairn.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A running server under measurement on a free port of the loopback interface, without persistence unless it is switched on.
 *
 * <p>Used by one thread; closing it stops the process.
 */
final class Server implements AutoCloseable {
    private static final long START_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CONNECT_INTERVAL_NANOS = 200_000;
    private static final int LOG_TAIL = 15;
    private static final int QUIET_SECONDS = 6;

    /** What to start: its name in the report and the command line to which the options are appended. */
    record Launch(String name, List<String> command) {
    }

    private final Launch launch;
    private final Process process;
    private final int port;
    private final int tlsPort;
    private final Path socket;
    private final long pid;
    private final long startNanos;

    private Server(Launch launch, Process process, int port, int tlsPort, Path socket, long pid, long startNanos) {
        this.launch = launch;
        this.process = process;
        this.port = port;
        this.tlsPort = tlsPort;
        this.socket = socket;
        this.pid = pid;
        this.startNanos = startNanos;
    }

    /**
     * Starts a server and waits for its first PONG.
     *
     * @param directory where it runs and where its output goes
     * @param options further options, as on the command line of redis-server
     */
    static Server start(Launch launch, Path directory, String... options) throws CompareException {
        return start(launch, directory, false, options);
    }

    /** Starts a server that also listens on a Unix socket and, if there is a certificate, on TLS; see {@link Transport}. */
    static Server startOnAllTransports(Launch launch, Path directory) throws CompareException {
        return start(launch, directory, true);
    }

    private static Server start(Launch launch, Path directory, boolean allTransports, String... options) throws CompareException {
        Path log = directory.resolve(launch.name() + ".out");
        try {
            int port = freePort();
            List<String> command = new ArrayList<>(launch.command());
            command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                    "--appenddirname", launch.name() + "-appendonly"));
            Path socket = directory.resolve(launch.name() + ".sock");
            int tlsPort = freePort();
            if (allTransports) {
                command.addAll(List.of("--unixsocket", socket.toString()));
                command.addAll(Transport.tlsOptions(directory, tlsPort));
            }
            command.addAll(List.of(options));
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectInput(new File("/dev/null")).redirectOutput(log.toFile());
            long began = System.nanoTime();
            Process process = Children.add(builder.start());
            try {
                awaitPong(process, port, began + START_TIMEOUT_NANOS);
                long startNanos = System.nanoTime() - began;
                return new Server(launch, process, port, tlsPort, socket, servingPid(port), startNanos);
            } catch (IOException | CompareException e) {
                Children.stop(process);
                throw e;
            }
        } catch (IOException | CompareException e) {
            throw new CompareException(launch.name() + " did not start: " + e.getMessage() + tail(log), e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void awaitPong(Process process, int port, long deadline) throws CompareException {
        while (true) {
            try (Wire wire = Wire.connect(port)) {
                if (wire.call("PING").equals("PONG")) {
                    return;
                }
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new CompareException("it exited with status " + process.exitValue(), e);
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new CompareException("no PONG in 30 seconds", e);
                }
            }
            LockSupport.parkNanos(CONNECT_INTERVAL_NANOS);
        }
    }

    /** The id of the process that answers, which is not the child's where the command is a script that does not exec. */
    private static long servingPid(int port) throws IOException, CompareException {
        String id = info(port, "process_id");
        if (id.isEmpty()) {
            throw new CompareException("INFO has no process_id");
        }
        return Long.parseLong(id);
    }

    private static String info(int port, String field) throws IOException {
        try (Wire wire = Wire.connect(port)) {
            return wire.call("INFO", "server").lines().filter(line -> line.startsWith(field + ":"))
                    .map(line -> line.substring(field.length() + 1).strip()).findFirst().orElse("");
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
            return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size()));
        } catch (IOException _) {
            return "";
        }
    }

    /** Switches the append-only file on with this policy and waits for its first base, or off where the policy is empty. */
    void appendfsync(String policy) throws CompareException, IOException {
        try (Wire wire = Wire.connect(port)) {
            if (!policy.isEmpty()) {
                set(wire, "appendfsync", policy);
            }
            set(wire, "appendonly", policy.isEmpty() ? "no" : "yes");
            long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
            while (true) {
                String info = wire.call("INFO", "persistence");
                if (info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0")) {
                    return;
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new CompareException(name() + " does not end the rewrite of its append-only file in 30 seconds");
                }
                LockSupport.parkNanos(CONNECT_INTERVAL_NANOS);
            }
        }
    }

    private void set(Wire wire, String option, String value) throws CompareException, IOException {
        String reply = wire.call("CONFIG", "SET", option, value);
        if (!reply.equals("OK")) {
            throw new CompareException(name() + " does not set " + option + " to " + value + ": " + reply);
        }
    }

    /** The name in the report. */
    String name() {
        return launch.name();
    }

    /** The port it listens on. */
    int port() {
        return port;
    }

    /** The port it listens on for TLS, if it was started on all transports and there is a certificate. */
    int tlsPort() {
        return tlsPort;
    }

    /** The path of its Unix socket, if it was started on all transports. */
    Path socket() {
        return socket;
    }

    /** Nanoseconds from exec to the first PONG. */
    long startNanos() {
        return startNanos;
    }

    /** CPU time of the process since its start, in nanoseconds. */
    long cpuNanos() throws CompareException {
        return CpuClock.ofProcess(pid);
    }

    /** Resident memory (VmRSS) in bytes. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("process " + pid + " has no VmRSS");
    }

    /** Resident memory in bytes once six seconds have moved it by no more than 0.5 % each, or after {@code seconds}. */
    long settledBytes(int seconds) throws IOException, InterruptedException {
        long before = residentBytes();
        int quiet = 0;
        for (int i = 0; i < seconds && quiet < QUIET_SECONDS; i++) {
            Thread.sleep(1000);
            long now = residentBytes();
            quiet = Math.abs(now - before) <= before / 200 ? quiet + 1 : 0;
            before = now;
        }
        return before;
    }

    /** The product and version that the server reports. */
    String version() throws IOException {
        for (String product : List.of("cairn", "valkey", "redis")) {
            String version = info(port, product + "_version");
            if (!version.isEmpty()) {
                return product + " " + version;
            }
        }
        return "unknown version";
    }

    @Override
    public void close() {
        Children.stop(process);
    }
}
