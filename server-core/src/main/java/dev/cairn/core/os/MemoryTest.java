package dev.cairn.core.os;

import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes patterns to memory and reads them back, to find broken RAM: {@code --test-memory}. Runs on the caller's thread for as long as it
 * takes: a pass writes and reads the memory five times, about a second for each GB and turn.
 */
public final class MemoryTest {
    /** Passes of the command line's test. */
    public static final int PASSES = 50;

    private static final long CHECKERBOARD = 0x5555555555555555L;

    private MemoryTest() {}

    /** What a pass writes at each word. */
    private enum Pattern {
        ADDRESS("addressing"), RANDOM("random fill"), ZEROS("zeros"), ONES("ones"), CHECKERS("checkerboard");

        final String title;

        Pattern(String title) {
            this.title = title;
        }

        long value(long index, long seed) {
            return switch (this) {
                case ADDRESS -> index * Long.BYTES;
                case RANDOM -> mix(index + seed);
                case ZEROS -> 0;
                case ONES -> -1;
                case CHECKERS -> (index & 1) == 0 ? CHECKERBOARD : ~CHECKERBOARD;
            };
        }
    }

    /**
     * Tests an amount of memory and prints what it does.
     *
     * @param megabytes the amount, from 1
     * @param passes how often each pattern is written and read, from 1
     * @return the number of words that did not keep what was written; -1 if there is not enough memory
     */
    public static long run(int megabytes, int passes, PrintStream out) {
        long bytes = (long) megabytes << 20;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory;
            try {
                memory = arena.allocate(bytes, 4096);
            } catch (OutOfMemoryError e) {
                out.println("Unable to allocate " + megabytes + " megabytes: " + e.getMessage());
                return -1;
            }
            long errors = 0;
            for (int pass = 1; pass <= passes; pass++) {
                for (Pattern pattern : Pattern.values()) {
                    long found = test(memory, pattern, pass);
                    errors += found;
                    out.println("Pass " + pass + "/" + passes + ", " + pattern.title + ": "
                            + (found == 0 ? "ok" : found + " words did not keep what was written"));
                }
                out.flush();
            }
            out.println();
            if (errors == 0) {
                out.println("Your memory passed this test.");
                out.println("If you are still in doubt use memtest86, which tests all of it: http://www.memtest86.com/");
            } else {
                out.println("*** Your memory is broken: " + errors + " errors. Replace it before you trust this machine with data. ***");
            }
            out.flush();
            return errors;
        }
    }

    private static long test(MemorySegment memory, Pattern pattern, long seed) {
        long words = memory.byteSize() / Long.BYTES;
        for (long i = 0; i < words; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG, i, pattern.value(i, seed));
        }
        long errors = 0;
        for (long i = 0; i < words; i++) {
            if (memory.getAtIndex(ValueLayout.JAVA_LONG, i) != pattern.value(i, seed)) {
                errors++;
            }
        }
        return errors;
    }

    /** The finaliser of SplitMix64: a fixed random-looking word for each number. */
    private static long mix(long z) {
        long x = z * 0x9E3779B97F4A7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }
}
