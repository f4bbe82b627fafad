package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that keeps a server busy at a steady rate: a pipeline of 16 SETs every half millisecond, on each of several connections in turn. It
 * leaves the machine room, so that a prober beside it measures the server and not the wait for a core.
 */
final class Driver implements AutoCloseable {
    private static final int CONNECTIONS = 8;
    private static final int PIPELINE = 16;
    private static final long INTERVAL_NANOS = 500_000;
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Wire[] wires = new Wire[CONNECTIONS];
    private final Thread thread = Thread.ofPlatform().name("driver").daemon().unstarted(this::drive);
    private volatile long commands;
    private volatile String failure = "";
    private volatile boolean stopping;

    private Driver(Server server) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            wires[i] = Wire.connect(server.port());
        }
    }

    /** Starts to load a server. */
    static Driver start(Server server) throws IOException {
        Driver driver = new Driver(server);
        driver.thread.start();
        return driver;
    }

    /** Commands answered so far. */
    long commands() throws CompareException {
        if (!failure.isEmpty()) {
            throw new CompareException("the load failed: " + failure);
        }
        return commands;
    }

    private void drive() {
        StringBuilder one = new StringBuilder();
        Wire.encode(one, "SET", "driven", "x".repeat(Loader.VALUE_BYTES));
        byte[] request = one.toString().repeat(PIPELINE).getBytes(StandardCharsets.US_ASCII);
        try {
            long done = 0;
            long due = System.nanoTime();
            for (int turn = 0; !stopping; turn = (turn + 1) % CONNECTIONS) {
                long early = due - System.nanoTime();
                if (early > 0) {
                    LockSupport.parkNanos(early);
                }
                wires[turn].send(request, request.length);
                wires[turn].expect(OK, PIPELINE);
                done += PIPELINE;
                commands = done;
                due = Math.max(due + INTERVAL_NANOS, System.nanoTime());
            }
        } catch (IOException e) {
            // the connections are closed under it when it is to stop
            failure = stopping ? "" : e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        for (Wire wire : wires) {
            wire.close();
        }
    }
}
