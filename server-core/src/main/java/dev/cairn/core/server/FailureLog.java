package dev.cairn.core.server;

import java.util.HashMap;
import java.util.Map;

import org.slf4j.Logger;

/**
 * Logs what modules throw where they must not: the stack of each kind of failure once, and of its repetitions only how many there were, each time
 * that these have doubled. A kind is what failed, with which class of exception, and where. Main thread.
 */
final class FailureLog {
    private static final int MOST_KINDS = 512;

    private record Kind(String what, String failure, String where) {
    }

    private final Logger log;
    private final Map<Kind, Long> seen = new HashMap<>();

    FailureLog(Logger log) {
        this.log = log;
    }

    /** Logs a failure, if that is news. */
    void warn(String what, Throwable failure) {
        StackTraceElement[] stack = failure.getStackTrace();
        Kind kind = new Kind(what, failure.getClass().getName(), stack.length == 0 ? "" : stack[0].toString());
        if (seen.size() >= MOST_KINDS && !seen.containsKey(kind)) {
            seen.clear();
        }
        long times = seen.merge(kind, 1L, Long::sum);
        if (times == 1) {
            log.warn(what, failure);
        } else if (Long.bitCount(times) == 1) {
            log.warn("{}: {}; {} times so far, its stack is logged above", what, failure, times);
        }
    }

    /** Begins anew, as when the modules have changed. */
    void forget() {
        seen.clear();
    }
}
