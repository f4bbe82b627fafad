package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.resp.Resp;

/**
 * What every command on the hot path keeps: once it is warm, the main thread makes no Java objects to execute it, from the bytes of the
 * request to those of the reply.
 *
 * <p>The commands are measured in a JVM of their own, without the checked mode of the off-heap memory, which allocates. It makes an
 * instance of the subclass, whose constructor takes no arguments.
 */
public abstract class AllocationContract extends Contract {
    private static final int MOST_COMMANDS_OF_A_BATCH = 2_000;
    private static final int MOST_BYTES_OF_A_BATCH = 400_000;
    private static final int DIFFERENT_BATCHES = 5;
    private static final int BATCHES = 100;
    private static final int ROUNDS = 12;
    /** On a busy machine the compiler may need longer than so many rounds take. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** For subclasses. */
    protected AllocationContract() {
    }

    /**
     * The commands that allocate nothing, each a line of words between single spaces. {@code %d} in a word is replaced by a number, which is
     * another from one of 10 000 commands to the next.
     */
    protected abstract List<String> commands();

    /** Makes what the commands need, such as a large value; nothing by default. */
    protected void prepare(TestServer server, TestClient client) {
    }

    /**
     * The most bytes that one execution may take on average; 1 by default, well below an object: what is left are timers and the like,
     * which do not come with commands. A larger one is an explicit exception from the contract.
     */
    protected double budget(String command) {
        return 1;
    }

    /** Bytes that the threads whose objects count have allocated so far: those of the main thread by default. */
    protected long allocatedBytes(TestServer server) {
        return server.allocatedBytes();
    }

    @Test
    @Timeout(900)
    void commandsInSteadyStateMakeNoJavaObjects() throws Exception {
        Set<String> commands = new LinkedHashSet<>(commands());
        assertFalse(commands.isEmpty(), "no commands");
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED", "-cp", path, AllocationContract.class.getName(), getClass().getName())
                .redirectErrorStream(true).start();
        List<String> lines;
        try {
            lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        } finally {
            child.destroyForcibly();
        }
        Set<String> measured = new LinkedHashSet<>();
        for (String line : lines) {
            String[] result = line.split("\t");
            if (result.length == 2) {
                measured.add(result[0]);
                assertTrue(Double.parseDouble(result[1]) < budget(result[0]),
                        () -> result[0] + " allocates " + result[1] + " bytes a command");
            }
        }
        assertEquals(commands, measured, () -> String.join("\n", lines));
    }

    /** Prints for each command of the subclass that is named how many bytes an execution takes. */
    static void main(String[] args) throws ReflectiveOperationException {
        var constructor = Class.forName(args[0]).asSubclass(AllocationContract.class).getDeclaredConstructor();
        constructor.setAccessible(true);
        AllocationContract contract = constructor.newInstance();
        contract.measureAll();
    }

    private void measureAll() {
        try (TestServer server = server(module()).start();
                TestClient client = server.client()) {
            prepare(server, client);
            for (String command : new LinkedHashSet<>(commands())) {
                double bytes = measure(server, client, command.split(" "), budget(command));
                System.out.println(command + "\t" + String.format(Locale.ROOT, "%.3f", bytes));
            }
        }
    }

    /** The least that a round took, on average over its commands: what the JIT compiler does is not counted, it ends sooner or later. */
    private double measure(TestServer server, TestClient client, String[] words, double most) {
        int size = Resp.request(words).length;
        int commands = Math.clamp(MOST_BYTES_OF_A_BATCH / size, 1, MOST_COMMANDS_OF_A_BATCH);
        List<byte[]> batches = new ArrayList<>();
        for (int b = 0; b < DIFFERENT_BATCHES; b++) {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (int i = 0; i < commands; i++) {
                String[] command = new String[words.length];
                for (int w = 0; w < words.length; w++) {
                    command[w] = words[w].replace("%d", Integer.toString(b * commands + i));
                }
                batch.writeBytes(Resp.request(command));
            }
            batches.add(batch.toByteArray());
        }
        double best = Double.MAX_VALUE;
        double enough = most / 10;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int round = 0; best >= enough && (round < ROUNDS || best >= most && System.nanoTime() < deadline); round++) {
            long before = allocatedBytes(server);
            for (int i = 0; i < BATCHES; i++) {
                client.raw(batches.get(i % batches.size()));
                for (int n = 0; n < commands; n++) {
                    client.receive();
                }
            }
            best = Math.min(best, (double) (allocatedBytes(server) - before) / ((double) BATCHES * commands));
        }
        return best;
    }
}
