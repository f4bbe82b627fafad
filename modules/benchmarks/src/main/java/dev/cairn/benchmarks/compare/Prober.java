package dev.cairn.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that sends PING every millisecond on a connection of its own and records how long each answer took.
 *
 * <p>A stall of n milliseconds keeps n probes from being sent; each is counted with the wait that it would have had, so percentiles say
 * what a client arriving at a random moment sees. {@code overslept} is how late the thread itself woke at worst: the machine's noise,
 * below which a stall says nothing about the server.
 */
final class Prober implements AutoCloseable {
    private static final long INTERVAL_NANOS = 1_000_000;
    private static final int LONGEST_MICROS = 2_000_000;
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * What a prober saw, in milliseconds.
     *
     * @param longest the longest wait for an answer
     * @param p999 the wait that 99.9 % of the probes did not exceed
     * @param overslept the longest that the prober's own timer was late
     */
    record Waits(double longest, double p999, double overslept) {
    }

    private final Wire wire;
    private final Thread thread;
    private final int[] waits = new int[LONGEST_MICROS + 1];
    private long count;
    private long longest;
    private long overslept;
    private String failure = "";
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean stopping;

    private Prober(Wire wire) {
        this.wire = wire;
        this.thread = Thread.ofPlatform().name("prober").daemon().unstarted(this::probe);
    }

    /** Starts probing a server and returns after the first answer. */
    static Prober start(Server server) throws IOException, InterruptedException {
        Prober prober = new Prober(Wire.connect(server.port()));
        prober.thread.start();
        prober.answered.await();
        return prober;
    }

    /** Stops probing and returns what was seen. */
    Waits stop() throws CompareException, InterruptedException {
        stopping = true;
        thread.join();
        if (!failure.isEmpty()) {
            throw new CompareException("the prober failed: " + failure);
        }
        return new Waits(longest / 1e6, percentile(0.999) / 1e3, overslept / 1e6);
    }

    private void probe() {
        try {
            long due = System.nanoTime();
            while (!stopping) {
                long early = due - System.nanoTime();
                if (early > 0) {
                    LockSupport.parkNanos(early);
                }
                long sent = System.nanoTime();
                if (early > 0) {
                    overslept = Math.max(overslept, sent - due);
                }
                wire.send(PING, PING.length);
                wire.expect(PONG, 1);
                long received = System.nanoTime();
                record(received - sent);
                due = Math.max(due + INTERVAL_NANOS, received);
                answered.countDown();
            }
        } catch (IOException e) {
            failure = e.toString();
        } finally {
            answered.countDown();
        }
    }

    private void record(long nanos) {
        longest = Math.max(longest, nanos);
        for (long wait = nanos; wait > 0; wait -= INTERVAL_NANOS) {
            waits[(int) Math.min(wait / 1000, LONGEST_MICROS)]++;
            count++;
        }
    }

    private int percentile(double share) {
        long rank = (long) Math.ceil(count * share);
        int micros = 0;
        for (long seen = waits[0]; seen < rank; seen += waits[micros]) {
            micros++;
        }
        return micros;
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        wire.close();
    }
}
