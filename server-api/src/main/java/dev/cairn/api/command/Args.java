package dev.cairn.api.command;

/** The arguments of one command, as views that die when the handler returns. */
public interface Args {
    /** The number of arguments, the command's name included: at least 1. */
    int size();

    /** The argument at {@code i}; the same view each time. */
    Bytes at(int i);

    /** Whether the argument at {@code i} is the token, ignoring case. */
    boolean is(int i, Token token);

    /**
     * The argument at {@code i} as a 64-bit integer in its one canonical form.
     *
     * @throws CommandError {@link CommandError#NOT_AN_INTEGER}
     */
    default long integer(int i) {
        Bytes b = at(i);
        if (!b.isLong()) {
            throw CommandError.NOT_AN_INTEGER;
        }
        return b.asLong();
    }

    /**
     * The argument at {@code i} as an integer within bounds.
     *
     * @throws CommandError {@link CommandError#NOT_AN_INTEGER}, or {@link CommandError#OUT_OF_RANGE} outside of the bounds
     */
    default long integer(int i, long min, long max) {
        long v = integer(i);
        if (v < min || v > max) {
            throw CommandError.OUT_OF_RANGE;
        }
        return v;
    }

    /** A copy of all arguments on the heap, free of the originals' life time: for a command that goes on later. */
    default Args retain() {
        return new HeapArgs(this);
    }
}
