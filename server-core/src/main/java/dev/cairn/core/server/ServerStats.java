package dev.cairn.core.server;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The server's counters for INFO. Main thread. */
public final class ServerStats {
    /** The most error codes counted one by one, so that a misbehaving module cannot fill the memory. */
    private static final int MAX_CODES = 128;

    /** What errors of further codes are counted as. */
    private static final String OVERFLOW = "ERRORSTATS_OVERFLOW";
    /** The codes that are counted one by one however many others there are. */
    private static final Set<String> KNOWN_CODES = Set.of("ERR", "WRONGTYPE", "NOAUTH", "WRONGPASS", "NOPERM", "OOM", "EXECABORT",
            "NOPROTO",
            "MISCONF", "READONLY", "LOADING", "BUSY", "NOSUB", "UNBLOCKED", "NOSCRIPT", "BUSYKEY", "NOGROUP", "BUSYGROUP", "MASTERDOWN",
            "NOREPLICAS", "CROSSSLOT", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN");

    /** Commands executed. */
    public long commands;
    /** Connections accepted. */
    public long connections;
    /** Connections refused because there were too many. */
    public long rejectedConnections;
    /** Bytes received from clients. */
    public long bytesIn;
    /** Bytes sent to clients. */
    public long bytesOut;
    /** Reads from clients. */
    public long reads;
    /** Writes to clients. */
    public long writes;
    /** Reads that were shared out to threads. */
    public long threadedReads;
    /** Writes that were shared out to threads. */
    public long threadedWrites;
    /** Error replies. */
    public long errorReplies;
    /** Errors that a handler threw and should not have. */
    public long unexpectedErrors;
    /** Clients closed because their query buffer was too large. */
    public long queryLimitDisconnections;
    /** Clients closed because their output buffer was too large. */
    public long outputLimitDisconnections;
    /** Clients closed because all took too much memory. */
    public long evictedClients;
    /** How often a client's reply buffer became smaller. */
    public long replyBufferShrinks;
    /** How often a client's reply buffer became larger. */
    public long replyBufferExpands;
    /** Failed authentications. */
    public long deniedAuthentications;
    /** Largest memory in use that was seen, bytes. */
    public long peakMemory;
    /** Turns of the event loop. */
    public long loopTurns;
    /** Time of the turns without the sleep, nanoseconds. */
    public long loopNanos;
    /** Time of the longest turn without the sleep, nanoseconds. */
    public long longestTurnNanos;
    /** The most commands that a turn executed. */
    public long mostCommandsInTurn;
    /** Time of the cron, nanoseconds. */
    public long cronNanos;
    /** Time of the log of changes, nanoseconds. */
    public long logNanos;
    /** Time of commands, nanoseconds. */
    public long commandNanos;
    /** Active expiry: share of stale keys, 0 to 1, smoothed. */
    public double expiredStaleShare;
    /** Active expiry: how often it ran out of time. */
    public long expiryTimeCaps;
    /** Active expiry: time spent, microseconds. */
    public long expiryMicros;
    /** Commands a second, of the last second or so. */
    public final Rate commandRate = new Rate();
    /** Bytes a second received. */
    public final Rate inputRate = new Rate();
    /** Bytes a second sent. */
    public final Rate outputRate = new Rate();

    /** Turns of the event loop a second. */
    public final Rate turnRate = new Rate();
    /** Nanoseconds a second that the turns take without the sleep. */
    public final Rate turnNanosRate = new Rate();

    private final Map<String, long[]> errors = new TreeMap<>();

    /** Counts an error reply by its code. */
    public void countError(String code) {
        errorReplies++;
        long[] n = errors.get(code);
        if (n == null) {
            boolean counted = errors.size() < MAX_CODES || KNOWN_CODES.contains(code);
            n = errors.computeIfAbsent(counted ? code : OVERFLOW, c -> new long[1]);
        }
        n[0]++;
    }

    /** Error replies by code; each value is an array of the one count. */
    public Map<String, long[]> errors() {
        return errors;
    }

    /** Takes samples of the rates; called ten times a second. */
    public void sample(long nowMillis) {
        commandRate.sample(nowMillis, commands);
        inputRate.sample(nowMillis, bytesIn);
        outputRate.sample(nowMillis, bytesOut);
        turnRate.sample(nowMillis, loopTurns);
        turnNanosRate.sample(nowMillis, loopNanos);
    }

    /** Sets the counters to zero that CONFIG RESETSTAT resets. */
    public void reset() {
        commands = 0;
        connections = 0;
        rejectedConnections = 0;
        bytesIn = 0;
        bytesOut = 0;
        reads = 0;
        writes = 0;
        threadedReads = 0;
        threadedWrites = 0;
        errorReplies = 0;
        unexpectedErrors = 0;
        queryLimitDisconnections = 0;
        outputLimitDisconnections = 0;
        evictedClients = 0;
        replyBufferShrinks = 0;
        replyBufferExpands = 0;
        deniedAuthentications = 0;
        loopTurns = 0;
        loopNanos = 0;
        longestTurnNanos = 0;
        mostCommandsInTurn = 0;
        cronNanos = 0;
        logNanos = 0;
        commandNanos = 0;
        expiredStaleShare = 0;
        expiryTimeCaps = 0;
        expiryMicros = 0;
        commandRate.reset();
        inputRate.reset();
        outputRate.reset();
        turnRate.reset();
        turnNanosRate.reset();
        errors.clear();
    }

    /** A rate a second, averaged over the last sixteen samples. */
    public static final class Rate {
        private static final int SAMPLES = 16;
        private final long[] samples = new long[SAMPLES];
        private int next;
        private long lastMillis;
        private long lastCount;

        void sample(long nowMillis, long count) {
            long elapsed = nowMillis - lastMillis;
            if (lastMillis > 0 && elapsed > 0) {
                samples[next] = Math.max(0, count - lastCount) * 1000 / elapsed;
                next = (next + 1) % SAMPLES;
            }
            lastMillis = nowMillis;
            lastCount = count;
        }

        void reset() {
            java.util.Arrays.fill(samples, 0);
            lastCount = 0;
            lastMillis = 0;
        }

        /** The rate now, a second. */
        public long perSecond() {
            long sum = 0;
            for (long s : samples) {
                sum += s;
            }
            return sum / SAMPLES;
        }
    }
}
