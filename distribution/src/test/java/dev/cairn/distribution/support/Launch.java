package dev.cairn.distribution.support;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command line of the built distribution, run as it stands in a folder of the caller, with what it prints kept.
 *
 * <p>For a server that only has to be there, {@link ServerProcess} is simpler.
 */
public final class Launch implements AutoCloseable {
    /** The longest that anything of a server may take here. */
    public static final Duration DEADLINE = Duration.ofSeconds(120);

    private final Process process;
    private final Path output;

    private Launch(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Runs {@code cairn-server} of the built distribution with these arguments. */
    public static Launch cairn(Path folder, String... arguments) throws IOException {
        return cairn(folder, Map.of(), "", arguments);
    }

    /** Runs it with more environment variables and with something on standard input. */
    public static Launch cairn(Path folder, Map<String, String> environment, String input, String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(ServerProcess.distribution().resolve("bin/cairn-server").toString());
        line.addAll(List.of(arguments));
        return run(folder, environment, input, line);
    }

    /** Runs any command. */
    public static Launch run(Path folder, Map<String, String> environment, String input, List<String> line) throws IOException {
        Path output = Files.createTempFile(folder, "output-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        if (input.isEmpty()) {
            builder.redirectInput(new File("/dev/null"));
        }
        Process process = builder.start();
        if (!input.isEmpty()) {
            try (OutputStream out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            }
        }
        return new Launch(process, output);
    }

    /** What it printed so far, errors included. */
    public String output() throws IOException {
        return Files.readString(output, StandardCharsets.ISO_8859_1);
    }

    /** The process, which is the JVM: the start script gives its place to it. */
    public Process process() {
        return process;
    }

    /** Waits until it printed something that the pattern finds, and returns the match. */
    public Matcher awaitOutput(String pattern) throws IOException {
        return await(output, pattern);
    }

    /** Waits until a file of it has something that the pattern finds, and returns the match. */
    public Matcher await(Path file, String pattern) throws IOException {
        Pattern compiled = Pattern.compile(pattern, Pattern.MULTILINE);
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            boolean last = !process.isAlive() || System.nanoTime() > deadline;
            Matcher matcher = compiled.matcher(Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "");
            if (matcher.find()) {
                return matcher;
            }
            if (last) {
                return fail("no " + pattern + " in " + file.getFileName() + (process.isAlive() ? "" : " of a process that has ended")
                        + "; the output:\n" + output());
            }
            exits(10);
        }
    }

    /** Waits until it accepts connections. */
    public Launch ready() throws IOException {
        awaitOutput("Ready to accept connections tcp");
        return this;
    }

    /** Sends it a signal, named as kill names it. */
    public void signal(String name) throws IOException {
        signal(process.pid(), name);
    }

    /** Sends a process a signal. */
    public static void signal(long pid, String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
        try {
            if (!kill.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                fail("kill -" + name + " " + pid + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending a signal", e);
        }
    }

    /** Waits for its end and returns the exit code. */
    public int exitCode() throws IOException {
        if (!exits(DEADLINE.toMillis())) {
            fail("it does not end; the output:\n" + output());
        }
        return process.exitValue();
    }

    /** Waits for a condition while it may run on. */
    public void awaitCondition(String what, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("not within " + DEADLINE.toSeconds() + " s: " + what + "; the output:\n" + output());
            }
            exits(10);
        }
    }

    private boolean exits(long millis) {
        try {
            if (process.isAlive()) {
                return process.waitFor(millis, TimeUnit.MILLISECONDS);
            }
            // Only a pause between two looks at something that outlives the process.
            new java.util.concurrent.CountDownLatch(1).await(Math.min(millis, 10), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a server", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        if (!exits(DEADLINE.toMillis())) {
            process.destroyForcibly();
        }
    }
}
