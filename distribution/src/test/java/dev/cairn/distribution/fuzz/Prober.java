package dev.cairn.distribution.fuzz;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A client of its own thread that sends PING all the time and remembers the longest wait. */
final class Prober implements AutoCloseable {
    private final RespClient client;
    private final Runnable onFailure;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile long longestNanos;
    private volatile long answered;
    private volatile String failure = "";

    /** Starts probing; a failure runs the action, on the prober's thread. */
    Prober(ServerProcess server, Duration bound, Runnable onFailure) throws IOException {
        this.onFailure = onFailure;
        client = RespClient.connect(server.port(), bound);
        thread = Thread.ofPlatform().name("prober").daemon().start(this::run);
    }

    private void run() {
        long count = 0;
        try {
            while (!stopped) {
                long start = System.nanoTime();
                RespReply reply = client.call("PING");
                long nanos = System.nanoTime() - start;
                if (nanos > longestNanos) {
                    longestNanos = nanos;
                }
                answered = ++count;
                if (!reply.text().equals("PONG")) {
                    fail("PING was answered by " + reply);
                    return;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        } catch (IOException e) {
            fail("PING was not answered in time, or the prober's connection was closed: " + e);
        }
    }

    private void fail(String why) {
        failure = why;
        onFailure.run();
    }

    /** What went wrong; empty while all is well. */
    String failure() {
        return failure;
    }

    /** How many times PING was answered. */
    long answered() {
        return answered;
    }

    /** The longest time to an answer in milliseconds. */
    long longestMillis() {
        return TimeUnit.NANOSECONDS.toMillis(longestNanos);
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
