package dev.cairn.core.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

import dev.cairn.api.io.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The event loop over epoll. It belongs to the thread that made it, or that called {@link #own} or {@link #run} last; {@link #post},
 * {@link #wake}, {@link #onMain} and {@link #stop} are for any thread.
 *
 * <p>A turn is: before sleep, wait for events, refresh the clock, after sleep, file events, timers, posts.
 *
 * <p>Design.
 * <ul>
 * <li>The epoll data of a descriptor is its number and the generation of its watch. A handler may close any watch, its descriptor may be
 * closed, opened again and watched again within the turn: events that epoll returned for the old watch carry the old generation and are
 * dropped.</li>
 * <li>Wanted and registered interest differ at times. More interest is registered at once. Interest in reading that ends stays registered
 * until an event shows that nobody wants: who stops reading for a moment costs no system call.</li>
 * <li>A poster wakes the loop only when the loop says that it is about to sleep. The loop says so first and looks for posts after; a poster
 * posts first and looks whether the loop sleeps after: one of them sees the other.</li>
 * <li>In steady state nothing is allocated but a node per post.</li>
 * </ul>
 */
public final class EventLoop implements Loop, AutoCloseable {
    /** What the server does around the wait of each turn. Main thread. */
    public interface Hooks {
        /** Runs before the loop waits for events. */
        default void beforeSleep() {
        }

        /** Runs after the wait, with the clock refreshed, before events are handled. */
        default void afterSleep() {
        }
    }

    private static final int EVENTS_PER_TURN = 1024;
    private static final int EVENTS_PER_NESTED_POLL = 128;
    private static final int INITIAL_TABLE = 64;
    private static final int BROKEN = Epoll.ERR | Epoll.HUP;
    private static final int UNREGISTERED = -1;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MAX_DELAY_SECONDS = 100L * 365 * 24 * 3600;

    private static final VarHandle POSTS;
    private static final VarHandle SLEEPING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            POSTS = lookup.findVarHandle(EventLoop.class, "posts", Post.class);
            SLEEPING = lookup.findVarHandle(EventLoop.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Consumer<? super Throwable> failures;
    private final Epoll epoll;
    private final Clock clock = new Clock();
    private final MemorySegment events = Epoll.events(EVENTS_PER_TURN);
    private final MemorySegment nestedEvents = Epoll.events(EVENTS_PER_NESTED_POLL);
    private final TimerHeap timers = new TimerHeap();

    private volatile Thread owner = Thread.currentThread();
    private volatile boolean stopped;
    private volatile boolean sleeping;
    /** Whether somebody wants a turn that has not begun yet. */
    private volatile boolean woken;
    /** Posts of other threads, last first. */
    private volatile @Nullable Post posts;

    private @Nullable Descriptor[] table = new @Nullable Descriptor[INITIAL_TABLE];
    private int nextGeneration = 1;
    private boolean dontSleep;
    /** While timers run, those that they set wait for a later turn. */
    private long minimumDeadline = Long.MIN_VALUE;
    private boolean nested;
    /** Posts that main has taken over, first first. */
    private @Nullable Post firstTaken;
    private @Nullable Post lastTaken;
    private int taken;

    /**
     * Opens the loop.
     *
     * @param failures is given what a handler, timer, post or hook throws, on the loop's thread; the loop goes on unless it throws itself
     * @throws IOException when the system gives no epoll instance
     */
    public EventLoop(Consumer<? super Throwable> failures) throws IOException {
        this.failures = failures;
        this.epoll = new Epoll();
    }

    /** Makes the calling thread the loop's main thread. */
    public void own() {
        owner = Thread.currentThread();
    }

    /** The clock, refreshed once a turn. */
    public Clock clock() {
        return clock;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a thread is its identity
    public boolean onMain() {
        return Thread.currentThread() == owner;
    }

    /** Makes the loop poll without waiting, until it is called again with false. */
    public void dontSleep(boolean value) {
        assert onMain();
        dontSleep = value;
    }

    /**
     * Runs turns on the calling thread until {@link #stop} is called; the turn of that call is finished.
     *
     * @throws UncheckedIOException when epoll itself fails
     */
    public void run(Hooks hooks) {
        own();
        while (!stopped) {
            turn(hooks);
        }
    }

    /** Ends {@link #run} for good. Thread-safe. */
    public void stop() {
        stopped = true;
        wakeIfSleeping();
    }

    /** Whether {@link #stop} was called. Thread-safe. */
    public boolean stopped() {
        return stopped;
    }

    /** Runs one turn. */
    void turn(Hooks hooks) {
        if (woken) {
            woken = false;
        }
        try {
            hooks.beforeSleep();
        } catch (Throwable t) {
            failures.accept(t);
        }
        int n = sleep();
        clock.refresh();
        try {
            hooks.afterSleep();
        } catch (Throwable t) {
            failures.accept(t);
        }
        dispatch(events, n);
        runTimers();
        runPosts();
    }

    /**
     * Handles file events that are there, without waiting, from within a command that takes long. Posts, timers and hooks do not run and
     * the clock stands still. Within a nested poll it does nothing.
     *
     * @param maxEvents how many file events to handle at most
     * @return how many were handled
     */
    public int pollNow(int maxEvents) {
        assert onMain();
        if (nested) {
            return 0;
        }
        nested = true;
        try {
            int n = epoll.await(nestedEvents, Math.clamp(maxEvents, 1, EVENTS_PER_NESTED_POLL), 0);
            dispatch(nestedEvents, n);
            return n;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            nested = false;
        }
    }

    /** Closes the epoll instance. Watched descriptors stay open. */
    @Override
    public void close() {
        epoll.close();
    }

    private int sleep() {
        int timeout = timeout();
        if (timeout != 0) {
            sleeping = true;
            if (posts != null || stopped || woken) {
                sleeping = false;
                timeout = 0;
            }
        }
        try {
            return epoll.await(events, EVENTS_PER_TURN, timeout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (timeout != 0) {
                sleeping = false;
            }
        }
    }

    /** How long to wait in milliseconds, -1 for ever. */
    private int timeout() {
        if (dontSleep || taken > 0 || posts != null || woken) {
            return 0;
        }
        long deadline = timers.nearest();
        if (deadline == Long.MAX_VALUE) {
            return -1;
        }
        return (int) Math.clamp(deadline - clock.monotonicNanos() / NANOS_PER_MILLI, 0L, Integer.MAX_VALUE);
    }

    // File events.

    @Override
    public Watch watch(int descriptor, ReadyHandler handler) throws IOException {
        assert onMain();
        if (descriptor < 0) {
            throw new IOException("not a descriptor: " + descriptor);
        }
        if (descriptor >= table.length) {
            table = Arrays.copyOf(table, Math.max(2 * table.length, descriptor + 1));
        }
        if (table[descriptor] != null) {
            throw new IllegalStateException("descriptor " + descriptor + " is watched already");
        }
        int generation = nextGeneration++;
        if (nextGeneration == 0) {
            nextGeneration = 1;
        }
        Descriptor watch = new Descriptor(descriptor, generation, handler);
        // Nearly every watch begins with reading: registering that now makes the first interest free.
        int errno = epoll.control(Epoll.ADD, descriptor, Epoll.IN, watch.data());
        if (errno != 0) {
            throw Epoll.failure("epoll_ctl", errno);
        }
        watch.registered = Epoll.IN;
        table[descriptor] = watch;
        return watch;
    }

    private void dispatch(MemorySegment ready, int n) {
        for (int i = 0; i < n; i++) {
            long data = Epoll.data(ready, i);
            Descriptor watch = table[(int) data];
            if (watch == null || watch.generation != (int) (data >>> 32)) {
                continue; // a wake-up, or an event of a watch that is closed
            }
            try {
                watch.handle(Epoll.mask(ready, i));
            } catch (Throwable t) {
                failures.accept(t);
            }
        }
    }

    /** A watched descriptor. */
    private final class Descriptor implements Watch {
        private final int number;
        private final int generation;
        private final ReadyHandler handler;
        private int wanted;
        private int registered = UNREGISTERED;
        private boolean closed;

        Descriptor(int number, int generation, ReadyHandler handler) {
            this.number = number;
            this.generation = generation;
            this.handler = handler;
        }

        long data() {
            return (long) generation << 32 | number;
        }

        @Override
        public void interest(boolean readable, boolean writable) {
            assert onMain();
            if (closed) {
                return;
            }
            wanted = (readable ? Epoll.IN : 0) | (writable ? Epoll.OUT : 0);
            if (registered == UNREGISTERED) {
                register(wanted);
            } else if ((wanted & ~registered) != 0) {
                register(wanted);
            } else if ((registered & Epoll.OUT & ~wanted) != 0) {
                register(wanted | registered & Epoll.IN);
            }
        }

        /** Hands an event on, as far as it is wanted. */
        void handle(int mask) {
            int wish = wanted;
            if ((mask & BROKEN) != 0 && wish != 0) {
                handler.ready(true, true);
                return;
            }
            if ((mask & ~wish) != 0) {
                register(wish);
            }
            if ((mask & wish) != 0) {
                handler.ready((mask & wish & Epoll.IN) != 0, (mask & wish & Epoll.OUT) != 0);
            }
        }

        /** Brings epoll to the given interest. */
        private void register(int mask) {
            int errno = 0;
            if (mask == 0) {
                unregister();
            } else if (registered != mask) {
                int operation = registered == UNREGISTERED ? Epoll.ADD : Epoll.MOD;
                registered = mask;
                errno = epoll.control(operation, number, mask, data());
            }
            if (errno != 0) {
                throw new UncheckedIOException(Epoll.failure("epoll_ctl", errno));
            }
        }

        private void unregister() {
            if (registered != UNREGISTERED) {
                registered = UNREGISTERED;
                int errno = epoll.control(Epoll.DEL, number, 0, 0);
                assert errno == 0 : "descriptor " + number + " was closed before its watch";
            }
        }

        @Override
        public void close() {
            assert onMain();
            if (!closed) {
                closed = true;
                wanted = 0;
                table[number] = null;
                unregister();
            }
        }
    }

    // Timers.

    @Override
    public Timer after(Duration delay, Runnable task) {
        return schedule(timers.new Entry(task, -1), nanos(delay));
    }

    @Override
    public Timer every(Duration period, Runnable task) {
        long nanos = nanos(period);
        return schedule(timers.new Entry(task, nanos), nanos);
    }

    private TimerHeap.Entry schedule(TimerHeap.Entry timer, long delayNanos) {
        assert onMain();
        long deadline = Math.ceilDiv(clock.monotonicNanos() + delayNanos, NANOS_PER_MILLI);
        timers.add(timer, Math.max(deadline, minimumDeadline));
        return timer;
    }

    private void runTimers() {
        long now = clock.monotonicMicros() / 1000;
        if (timers.nearest() > now) {
            return;
        }
        minimumDeadline = now + 1;
        TimerHeap.Entry timer;
        while ((timer = timers.poll(now)) != null) {
            try {
                timer.task().run();
            } catch (Throwable t) {
                failures.accept(t);
            }
            if (timer.repeats()) {
                schedule(timer, timer.periodNanos());
            }
        }
        minimumDeadline = Long.MIN_VALUE;
    }

    private static long nanos(Duration delay) {
        if (delay.isNegative()) {
            return 0;
        }
        return delay.getSeconds() > MAX_DELAY_SECONDS ? MAX_DELAY_SECONDS * 1_000_000_000 : delay.toNanos();
    }

    // Posts.

    /** A posted task, in a list of them. */
    private static final class Post {
        final Runnable task;
        @Nullable Post next;

        Post(Runnable task) {
            this.task = task;
        }
    }

    @Override
    public void post(Runnable task) {
        Post post = new Post(task);
        Post top;
        do {
            top = posts;
            post.next = top;
        } while (!POSTS.compareAndSet(this, top, post));
        wakeIfSleeping();
    }

    @Override
    public void wake() {
        if (!woken) {
            woken = true;
            wakeIfSleeping();
        }
    }

    private void wakeIfSleeping() {
        if (sleeping && SLEEPING.compareAndSet(this, true, false)) {
            epoll.wake();
        }
    }

    /** Runs the posts that are there now, not those that they post. */
    private int runPosts() {
        takePosts();
        int budget = taken;
        int run = 0;
        while (run < budget) {
            Post post = firstTaken;
            if (post == null) {
                break; // a nested poll has run the rest
            }
            firstTaken = post.next;
            if (firstTaken == null) {
                lastTaken = null;
            }
            taken--;
            run++;
            try {
                post.task.run();
            } catch (Throwable t) {
                failures.accept(t);
            }
        }
        return run;
    }

    private void takePosts() {
        if (posts == null) {
            return;
        }
        Post post = (Post) POSTS.getAndSet(this, null);
        Post last = post;
        Post first = null;
        while (post != null) {
            Post next = post.next;
            post.next = first;
            first = post;
            post = next;
            taken++;
        }
        if (lastTaken == null) {
            firstTaken = first;
        } else {
            lastTaken.next = first;
        }
        lastTaken = last;
    }
}
