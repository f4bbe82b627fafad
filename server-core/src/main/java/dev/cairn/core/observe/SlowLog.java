package dev.cairn.core.observe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.IntPredicate;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;

/** The commands that took longest, the newest first, as SLOWLOG shows them. Main thread. */
public final class SlowLog {
    private static final int MOST_WORDS = 32;
    private static final int MOST_BYTES = 128;
    private static final byte[] REDACTED = "(redacted)".getBytes(StandardCharsets.US_ASCII);

    /**
     * A slow command.
     *
     * @param id counted from 0
     * @param seconds when it was logged, since 1970
     * @param micros how long it took
     * @param words its words, cut to what is kept
     * @param address its client's address
     * @param name its client's name, empty for none
     */
    public record Entry(long id, long seconds, long micros, byte[][] words, String address, String name) {
    }

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long thresholdMicros = 10_000;
    private long maxLength = 128;
    private long nextId;

    /** Sets from which time on commands are logged, in microseconds; negative for none. */
    public void threshold(long micros) {
        thresholdMicros = micros;
    }

    /** Sets how many are kept; the oldest go with the next one that is added. */
    public void maxLength(long length) {
        maxLength = length;
    }

    /** Whether any command can be logged. */
    public boolean enabled() {
        return thresholdMicros >= 0 && maxLength > 0;
    }

    /** The time from which on commands are logged, nanoseconds; the largest number when none are. */
    public long thresholdNanos() {
        return !enabled() || thresholdMicros > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : thresholdMicros * 1000;
    }

    /**
     * The words of a command as they are kept: at most 32, of at most 128 bytes each.
     *
     * @param secret whether an argument must not be shown
     * @param gone whether an argument's bytes cannot be read any more
     */
    public static byte[][] words(Args args, IntPredicate secret, IntPredicate gone) {
        int size = args.size();
        byte[][] words = new byte[Math.min(size, MOST_WORDS)][];
        for (int i = 0; i < words.length; i++) {
            words[i] = size > MOST_WORDS && i == MOST_WORDS - 1
                    ? ascii("... (" + (size - MOST_WORDS + 1) + " more arguments)")
                    : secret.test(i) ? REDACTED : word(args.at(i), gone.test(i) ? 0 : MOST_BYTES);
        }
        return words;
    }

    private static byte[] word(Bytes b, int most) {
        int length = b.length();
        if (length <= most) {
            return b.toArray();
        }
        byte[] tail = ascii("... (" + (length - most) + " more bytes)");
        byte[] cut = new byte[most + tail.length];
        b.copyTo(0, cut, 0, most);
        System.arraycopy(tail, 0, cut, most, tail.length);
        return cut;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Logs a command whose time is over the threshold. */
    public void add(long seconds, long micros, byte[][] words, String address, String name) {
        if (!enabled() || micros < thresholdMicros) {
            return;
        }
        entries.addFirst(new Entry(nextId++, seconds, micros, words, address, name));
        while (entries.size() > maxLength) {
            entries.removeLast();
        }
    }

    /** Number of commands that are kept. */
    public int length() {
        return entries.size();
    }

    /** The commands, the newest first. */
    public Iterator<Entry> newest() {
        return entries.iterator();
    }

    /** Forgets all. */
    public void clear() {
        entries.clear();
    }
}
