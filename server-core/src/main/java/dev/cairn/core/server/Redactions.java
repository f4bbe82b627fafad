package dev.cairn.core.server;

/** The arguments of the command being executed that hold secrets. Main thread. */
final class Redactions {
    /** From this argument on one secret hides all that follow. */
    private static final int LAST = Long.SIZE - 1;

    private long bits;

    void clear() {
        bits = 0;
    }

    void add(int argument) {
        bits |= 1L << Math.min(argument, LAST);
    }

    boolean any() {
        return bits != 0;
    }

    boolean contains(int argument) {
        return bits != 0 && (bits >>> Math.min(argument, LAST) & 1) != 0;
    }
}
