package dev.cairn.transport.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.cairn.api.ModuleContext;

/**
 * The threads that compute handshakes: key exchanges and signatures, which take so long that the loop would stall. Started when the first
 * task comes. The number of handshakes is bounded by the type, and so is the number of tasks.
 */
final class HandshakeThreads {
    private static final int MOST = 4;
    private static final long END_SECONDS = 5;

    private final ModuleContext context;
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    HandshakeThreads(ModuleContext context) {
        this.context = context;
    }

    /** Runs a task, and then {@code done} on main. Main thread. */
    void run(Runnable task, Runnable done) {
        if (threads.isEmpty()) {
            int count = Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, MOST);
            for (int i = 1; i <= count; i++) {
                Thread thread = context.thread("tls_handshake_" + i, this::work);
                threads.add(thread);
                thread.start();
            }
        }
        tasks.add(() -> {
            try {
                task.run();
            } finally {
                context.loop().post(done);
            }
        });
    }

    @SuppressWarnings("EmptyCatch") // a failed task shows in the next step of its handshake
    private void work() {
        try {
            while (true) {
                Runnable task = tasks.take();
                try {
                    task.run();
                } catch (RuntimeException e) {
                    // the engine remembers it and throws it at the next wrap or unwrap
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to end
        }
    }

    /** Ends the threads; returns whether they have. What was not run is dropped. Main thread. */
    boolean stop() {
        threads.forEach(Thread::interrupt);
        boolean ended = true;
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            ended &= !thread.isAlive();
        }
        threads.clear();
        tasks.clear();
        return ended;
    }
}
