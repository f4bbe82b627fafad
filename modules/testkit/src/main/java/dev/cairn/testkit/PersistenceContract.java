package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.api.persistence.Persistence;

/**
 * What every {@link Persistence} keeps to: what a server knew when it was stopped, the next one knows, no more and no less. Extend it beside
 * the module and name the server.
 */
public abstract class PersistenceContract {
    private static final int RANDOM_COMMANDS = 3000;

    @TempDir private Path directory;
    private TestServer server;
    private TestClient client;
    private boolean running;

    /** For subclasses. */
    @SuppressWarnings("NullAway.Init") // each test starts its server first
    protected PersistenceContract() {
    }

    /** A server that keeps its data in the directory, with a module that brings strings; DEBUG is allowed. */
    protected abstract TestServer.Builder server(Path inDirectory);

    /** Has the module write its data anew while the server goes on, as a rewrite or a snapshot does; returns when that is done. */
    protected abstract void compact(TestClient of) throws Exception;

    private void start() {
        server = server(directory).start();
        client = server.client();
        running = true;
    }

    private void restart() {
        stop();
        start();
    }

    @AfterEach
    final void stop() {
        if (running) {
            running = false;
            client.close();
            server.close();
        }
    }

    private String digest() {
        return client.text("DEBUG", "DIGEST");
    }

    @Test
    final void whatWasWrittenIsThereAfterEachStart() {
        start();
        client.call("SET", "k", "v");
        client.call("SELECT", "3");
        client.call("SET", "n", "9");
        client.call("INCR", "n");
        restart();
        assertEquals("v", client.text("GET", "k"));
        client.call("SELECT", "3");
        assertEquals("10", client.text("GET", "n"));
        client.call("DEL", "n");
        restart();
        client.call("SELECT", "3");
        assertEquals("0", client.text("EXISTS", "n"));
    }

    @Test
    final void anExpiryIsTheSameMomentAfterAStart() {
        start();
        client.call("SET", "k", "v", "EX", "5000");
        String moment = client.text("PEXPIRETIME", "k");
        client.call("SET", "gone", "v", "PX", "1");
        restart();
        assertEquals(moment, client.text("PEXPIRETIME", "k"));
        assertEquals("0", client.text("EXISTS", "gone"));
    }

    @Test
    final void whatIsLoadedDoesNotCountAsChanges() {
        start();
        client.call("SET", "k", "v");
        restart();
        assertTrue(client.text("INFO", "persistence").contains("rdb_changes_since_last_save:0\r\n"));
        assertTrue(client.text("INFO", "persistence").contains("loading:0\r\n"));
    }

    @Test
    final void randomChangesAreKeptExactlyWithACompactionInBetween() throws Exception {
        start();
        Random random = new Random(7);
        run(random);
        compact(client);
        run(random);
        String before = digest();
        restart();
        assertEquals(before, digest());
    }

    @Test
    final void aCompactionKeepsTheMomentAndWhatCameAfter() throws Exception {
        start();
        Random random = new Random(8);
        run(random);
        client.call("FLUSHDB");
        run(random);
        compact(client);
        String before = digest();
        restart();
        assertEquals(before, digest());
    }

    private void run(Random random) {
        List<String[]> commands = new ArrayList<>();
        for (int i = 0; i < RANDOM_COMMANDS; i++) {
            commands.add(command(random));
            if (commands.size() == 50) {
                client.pipeline(commands);
                commands.clear();
            }
        }
    }

    private static String[] command(Random random) {
        String key = "key:" + random.nextInt(300);
        String other = "key:" + random.nextInt(300);
        return switch (random.nextInt(12)) {
            case 0 -> new String[]{"DEL", key, other};
            case 1 -> new String[]{"RENAME", key, other};
            case 2 -> new String[]{"COPY", key, other, "REPLACE"};
            case 3 -> new String[]{"APPEND", key, "x".repeat(random.nextInt(100))};
            case 4 -> new String[]{"INCRBYFLOAT", key, "0.25"};
            case 5 -> new String[]{"EXPIRE", key, "10000"};
            case 6 -> new String[]{"PERSIST", key};
            case 7 -> new String[]{"MOVE", key, "1"};
            case 8 -> new String[]{"INCR", key};
            case 9 -> new String[]{"GETEX", key, "PX", "9999999"};
            case 10 -> new String[]{"SETRANGE", key, Integer.toString(random.nextInt(40)), "abc"};
            default -> new String[]{"SET", key, Integer.toString(random.nextInt())};
        };
    }
}
