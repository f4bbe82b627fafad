package dev.cairn.resp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many arguments the incomplete commands of all clients may have together, so that peers who send endless commands of tiny arguments
 * cannot fill the Java heap with their places. Any thread.
 */
public final class ArgumentBudget {
    /** Heap that is set aside for an argument, in bytes: its place in the parser's table while the command is incomplete, and in the batch's after. */
    private static final int BYTES_EACH = 32;

    private final AtomicLong left;

    /** A budget of so many arguments. */
    public ArgumentBudget(long arguments) {
        left = new AtomicLong(arguments);
    }

    /** A budget of the arguments that take a third of this process's heap at most. */
    public static ArgumentBudget ofHeap() {
        return new ArgumentBudget(Runtime.getRuntime().maxMemory() / 3 / BYTES_EACH);
    }

    /** Takes a part of the budget; false, and nothing is taken, when less is left. */
    boolean take(long arguments) {
        if (left.addAndGet(-arguments) >= 0) {
            return true;
        }
        left.addAndGet(arguments);
        return false;
    }

    /** Gives a part back. */
    void give(long arguments) {
        left.addAndGet(arguments);
    }
}
