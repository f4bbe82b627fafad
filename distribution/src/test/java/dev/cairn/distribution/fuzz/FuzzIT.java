package dev.cairn.distribution.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.cairn.distribution.support.Escape;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Sends mutated requests to the server: it must live on, answer other clients in time, and keep no client that is gone.
 *
 * <p>Properties: {@code cairn.fuzz.requests} (default 20000), {@code cairn.fuzz.seed} (default: always the same), {@code cairn.fuzz.bound.millis} (the
 * longest time that an answer or a close may take, default 30000), {@code cairn.server.command} (the server under test).
 */
class FuzzIT {
    private static final int REQUESTS = Integer.getInteger("cairn.fuzz.requests", 20_000);
    private static final long SEED = Long.getLong("cairn.fuzz.seed", 20_261_126);
    private static final Duration BOUND = Duration.ofMillis(Long.getLong("cairn.fuzz.bound.millis", 30_000));
    private static final int MOST_PER_CONNECTION = 20;
    private static final int ABANDONED = 8;
    private static final Pattern CONNECTED = Pattern.compile("connected_clients:(\\d+)");

    private final RequestMutator mutator = new RequestMutator(SEED);
    private byte[] last = new byte[0];

    @Test
    void badRequestsHurtNobody() throws IOException {
        System.out.println("FuzzIT: " + REQUESTS + " requests, -Dcairn.fuzz.seed=" + SEED);
        // A small limit for bulk strings keeps mutated lengths and offsets from filling the machine's memory.
        try (ServerProcess server = ServerProcess.cairn("--proto-max-bulk-len", "8mb"); RespClient observer = server.connect()) {
            long baseline = connectedClients(observer);
            try (Prober prober = new Prober(server, BOUND, server.process()::destroyForcibly)) {
                fuzz(server, observer, prober);
                assertEquals("", prober.failure(), this::context);
                assertTrue(prober.answered() > 0, "the prober never got an answer");
                System.out.println("FuzzIT: " + prober.answered() + " probes, the longest took " + prober.longestMillis() + " ms");
            }
            awaitConnectedClients(observer, baseline);
            observer.call("FLUSHALL");
            assertEquals("OK", observer.call("SET", "key", "value").text());
            assertEquals("value", observer.call("GET", "key").text());
            assertTrue(server.isAlive(), () -> "the server ended; its log:\n" + server.log());
            String log = server.log();
            assertFalse(log.contains("BUG REPORT") || log.contains("Exception"), () -> "the log has a failure:\n" + log);
        }
    }

    private void fuzz(ServerProcess server, RespClient observer, Prober prober) throws IOException {
        RespClient[] abandoned = new RespClient[ABANDONED];
        int sent = 0;
        for (int connection = 0; sent < REQUESTS; connection++) {
            int count = 1 + mutator.below(MOST_PER_CONNECTION);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                bytes.writeBytes(mutator.next());
            }
            last = bytes.toByteArray();
            sent += count;
            RespClient client = RespClient.connect(server.port(), BOUND);
            int slot = connection % ABANDONED;
            if (abandoned[slot] != null) {
                abandoned[slot].close();
                abandoned[slot] = null;
            }
            if (converse(client)) {
                client.close();
            } else {
                // Stays open for a while with its request unfinished and its replies unread.
                abandoned[slot] = client;
            }
            if (connection % 200 == 0) {
                // What the mutants wrote is dropped, so that memory does not grow with the number of requests.
                assertEquals("OK", observer.call("FLUSHALL").text(), this::context);
            }
            // The prober's complaint comes first: it kills a server that hangs, so that nothing here waits for it without end.
            assertEquals("", prober.failure(), this::context);
            assertTrue(server.isAlive(), () -> context() + "\nthe server ended; its log:\n" + server.log());
        }
        for (RespClient client : abandoned) {
            if (client != null) {
                client.close();
            }
        }
    }

    /** Sends the bytes; returns false when the connection is to stay open. */
    private boolean converse(RespClient client) throws IOException {
        try {
            client.sendRaw(last);
            client.flush();
            switch (mutator.below(10)) {
                case 0 -> client.resetOnClose();
                case 1 -> {
                    return false;
                }
                default -> client.finishSending();
            }
        } catch (IOException closedAlready) {
            // A protocol error closes the connection while the rest of the bytes is on its way.
            return true;
        }
        if (client.isFinished()) {
            try {
                client.readUntilClosed();
            } catch (SocketTimeoutException e) {
                fail("the server did not close the connection after its client had; " + context(), e);
            }
        }
        return true;
    }

    private String context() {
        return "-Dcairn.fuzz.seed=" + SEED + ", the last bytes sent: \"" + Escape.bytes(last, 4000) + '"';
    }

    private static void awaitConnectedClients(RespClient observer, long baseline) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        long connected = connectedClients(observer);
        while (connected != baseline && System.nanoTime() < deadline) {
            connected = connectedClients(observer);
        }
        assertEquals(baseline, connected, "connected_clients after all have gone");
    }

    private static long connectedClients(RespClient observer) throws IOException {
        Matcher matcher = CONNECTED.matcher(observer.call("INFO", "clients").text());
        assertTrue(matcher.find(), "INFO clients has connected_clients");
        return Long.parseLong(matcher.group(1));
    }
}
