package dev.cairn.api.command;

/** The timeouts that blocking commands are given. Safe on any thread. */
public final class Timeouts {
    private static final CommandError NOT_A_NUMBER = CommandError.err("timeout is not a float or out of range");
    private static final CommandError OUT_OF_RANGE = CommandError.err("timeout is out of range");
    private static final CommandError NEGATIVE = CommandError.err("timeout is negative");

    private Timeouts() {
    }

    /**
     * The milliseconds of a timeout in seconds, which may have decimals; they are rounded up, so that only 0 is 0, which means for ever.
     *
     * @param now wall clock in milliseconds since 1970: the end must be a moment that a 64-bit integer can hold
     * @throws CommandError when it is no number, negative or too long
     */
    public static long seconds(Bytes timeout, long now) {
        double seconds = Reals.parse(timeout);
        if (Double.isNaN(seconds)) {
            throw NOT_A_NUMBER;
        }
        double millis = Math.ceil(seconds * 1000);
        if (millis > 0 && millis >= Long.MAX_VALUE - now) {
            throw OUT_OF_RANGE;
        }
        if (millis < 0) {
            throw NEGATIVE;
        }
        return (long) millis;
    }
}
