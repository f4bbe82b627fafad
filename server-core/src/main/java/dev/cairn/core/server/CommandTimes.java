package dev.cairn.core.server;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.cairn.core.observe.LatencyMonitor;
import dev.cairn.core.observe.SlowLog;
import dev.cairn.resp.RequestBatch;

/**
 * Times commands, for their statistics, the slow log and the latency monitor. Main thread.
 *
 * <p>To read the clock takes longer than many a command. Brief commands are therefore timed in runs, of at most {@value #MOST}: the clock
 * is read at the two ends, and each command is charged an equal share. All others are timed alone.
 *
 * <p>A run that took longer than what the operator wants to hear of has one command that did, for the others together take microseconds.
 * It is taken to be the one that moved the most bytes; a reply of {@value #LARGE_REPLY} bytes or more ends its run, so that this is the last.
 * What a guess may miss is found the next time: after such a run the brief commands of the next batches are timed alone. And they always
 * are while the operator asks for times that are shorter than a millisecond.
 */
final class CommandTimes {
    static final int MOST = 64;
    private static final int LARGE_REPLY = 1 << 16;
    private static final long ALONE_BELOW_NANOS = 1_000_000;
    private static final int BATCHES_ALONE = 64;
    private static final int NOT_SHOWN = -1;
    private static final Redactions NOTHING = new Redactions();

    private final Server server;
    private final ServerStats stats;
    private final SlowLog slowLog;
    private final LatencyMonitor latency;

    private final CommandEntry[] run = new CommandEntry[MOST];
    private final CommandEntry[] distinct = new CommandEntry[MOST];
    /** Where each command of the run stands: its number in the batch, or the block of a queued one. */
    private final long[] places = new long[MOST];
    private final long[] replyBytes = new long[MOST];
    private int length;
    private int distinctLength;
    private long start;

    private boolean tracking;
    private long limitNanos = Long.MAX_VALUE;
    private boolean alone;
    private int batchesAlone;

    private final ArgsView args = new ArgsView();
    private final StoredCommand stored;
    private @Nullable RequestBatch batch;
    private @Nullable ServerClient client;
    private boolean queued;

    CommandTimes(Server server, boolean tracking) {
        this.tracking = tracking;
        this.server = server;
        this.stats = server.stats();
        this.slowLog = server.slowLog();
        this.latency = server.latency();
        this.stored = new StoredCommand(server.transactions().entries());
        settingsChanged();
    }

    /** Takes over the thresholds of slow log and latency monitor. */
    void settingsChanged() {
        long millis = latency.threshold();
        long nanos = millis == 0 || millis > Long.MAX_VALUE / 1_000_000 ? Long.MAX_VALUE : millis * 1_000_000;
        limitNanos = Math.min(nanos, slowLog.thresholdNanos());
        alone = limitNanos < ALONE_BELOW_NANOS;
    }

    boolean tracking() {
        return tracking;
    }

    /** Sets whether the distribution of each command's times is kept. */
    void tracking(boolean on) {
        tracking = on;
    }

    /** Begins a batch of a client, or without one a single command. */
    void begin(ServerClient of, @Nullable RequestBatch commands) {
        client = of;
        batch = commands;
        queued = false;
        forgetRun();
        alone = limitNanos < ALONE_BELOW_NANOS || batchesAlone > 0 || commands == null;
        if (batchesAlone > 0) {
            batchesAlone--;
        }
        start = System.nanoTime();
    }

    /** Forgets the commands of runs that have ended. */
    void forgetCommands() {
        Arrays.fill(run, null);
        Arrays.fill(distinct, null);
    }

    /** Whether a command is timed alone. */
    boolean alone(CommandEntry e) {
        return alone || !e.brief();
    }

    /** Ends the run and begins to time the commands of a transaction, or ends to. */
    void queued(boolean value) {
        endRun();
        queued = value;
    }

    /**
     * Adds a command to the run.
     *
     * @param bytes what it has replied
     * @param place its number in the batch, or its block
     * @param secret whether its words must not be shown
     */
    void ran(CommandEntry e, long bytes, long place, boolean secret) {
        if (e.inRun++ == 0) {
            distinct[distinctLength++] = e;
        }
        run[length] = e;
        places[length] = secret ? NOT_SHOWN : place;
        replyBytes[length] = bytes;
        if (++length == MOST || bytes >= LARGE_REPLY) {
            endRun();
        }
    }

    /** Ends the run now; returns the time, as {@link System#nanoTime}. */
    long endRun() {
        long now = System.nanoTime();
        if (length > 0) {
            long elapsed = now - start;
            long share = elapsed / length;
            for (int i = 0; i < distinctLength; i++) {
                CommandEntry e = distinct[i];
                e.took(share, e.inRun, tracking);
            }
            if (!queued) {
                stats.commandNanos += elapsed;
            }
            if (elapsed >= limitNanos) {
                slowRun(elapsed);
            }
            forgetRun();
        }
        start = now;
        return now;
    }

    private void forgetRun() {
        for (int i = 0; i < distinctLength; i++) {
            distinct[i].inRun = 0;
        }
        length = 0;
        distinctLength = 0;
    }

    /** Charges a command that was timed alone, from {@code begin} until now; returns its nanoseconds. */
    long ranAlone(ServerClient of, CommandEntry e, long begin, ArgsView a, Redactions redacted) {
        long now = System.nanoTime();
        long nanos = now - begin;
        start = now;
        if (!queued) {
            stats.commandNanos += nanos;
        }
        if (of.blocked != null) {
            of.blocked.nanos = nanos;
            of.blocked.words = SlowLog.words(a, redacted::contains, a::taken);
            sample(e, nanos);
            return nanos;
        }
        e.took(nanos, 1, tracking);
        if (nanos >= limitNanos) {
            sample(e, nanos);
            log(of, e, nanos, a, redacted);
        }
        return nanos;
    }

    /** Charges a blocked command that was served: its own time, without that of the wait. */
    void served(Blocked b) {
        b.entry.took(b.nanos, 1, tracking);
        byte[][] words = b.words;
        if (b.nanos >= slowLog.thresholdNanos() && !b.entry.skipsSlowLog() && words != null) {
            log(b.client, b.nanos, words);
        }
    }

    private void slowRun(long nanos) {
        batchesAlone = BATCHES_ALONE;
        int heaviest = -1;
        long most = -1;
        for (int i = 0; i < length; i++) {
            long bytes = places[i] == NOT_SHOWN ? -1 : replyBytes[i] + bind(places[i]).totalLength();
            if (bytes > most) {
                most = bytes;
                heaviest = i;
            }
        }
        CommandEntry e = run[Math.max(0, heaviest)];
        sample(e, nanos);
        ServerClient of = client;
        if (heaviest >= 0 && of != null) {
            log(of, e, nanos, bind(places[heaviest]), NOTHING);
        }
    }

    private ArgsView bind(long place) {
        RequestBatch b = batch;
        if (queued || b == null) {
            return args.bind(stored.set(place));
        }
        return args.bind(b, (int) place);
    }

    private void sample(CommandEntry e, long nanos) {
        latency.sample(e.fast() ? "fast-command" : "command", nanos / 1_000_000);
    }

    private void log(ServerClient of, CommandEntry e, long nanos, ArgsView a, Redactions redacted) {
        if (nanos >= slowLog.thresholdNanos() && !e.skipsSlowLog()) {
            log(of, nanos, SlowLog.words(a, redacted::contains, a::taken));
        }
    }

    private void log(ServerClient of, long nanos, byte[][] words) {
        slowLog.add(server.clock().exactMicros() / 1_000_000, nanos / 1000, words, of.address(), of.name());
    }
}
