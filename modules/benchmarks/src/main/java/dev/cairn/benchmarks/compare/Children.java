package dev.cairn.benchmarks.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The child processes that this program started; none outlives it.
 *
 * <p>Thread-safe. {@link #close()} runs in a shutdown hook, so an interrupt (Ctrl-C), a termination signal and an uncaught error all
 * end with the servers stopped.
 */
final class Children {
    private static final long GRACE_SECONDS = 10;
    private static final Set<Process> RUNNING = new HashSet<>();
    private static boolean closed;

    private Children() {
    }

    /** Takes over a process just started. */
    static synchronized Process add(Process process) {
        if (closed) {
            process.destroyForcibly();
        } else {
            RUNNING.add(process);
        }
        return process;
    }

    /** Stops a process and its descendants: first by TERM, after {@value #GRACE_SECONDS} seconds by KILL. */
    static void stop(Process process) {
        synchronized (Children.class) {
            RUNNING.remove(process);
        }
        stopAll(List.of(process));
    }

    /** Stops all that still run, and whatever is added later as soon as it is. */
    static void close() {
        List<Process> left;
        synchronized (Children.class) {
            closed = true;
            left = new ArrayList<>(RUNNING);
            RUNNING.clear();
        }
        stopAll(left);
    }

    private static void stopAll(Collection<Process> processes) {
        List<ProcessHandle> handles = new ArrayList<>();
        for (Process process : processes) {
            process.descendants().forEach(handles::add);
            handles.add(process.toHandle());
        }
        handles.forEach(ProcessHandle::destroy);
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
        for (ProcessHandle handle : handles) {
            try {
                handle.onExit().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException _) {
                interrupted = true;
                handle.destroyForcibly();
            } catch (ExecutionException | TimeoutException _) {
                handle.destroyForcibly();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
