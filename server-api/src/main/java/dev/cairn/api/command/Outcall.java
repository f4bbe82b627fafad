package dev.cairn.api.command;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Executes commands of the server and of other modules for a module. Main thread.
 *
 * <p>A call is a command of a client of its own: it goes through the checks of its arity and of whether writes are accepted, counts in the
 * statistics, is shown to MONITOR, changes keys, wakes blocked clients and tells listeners, but never waits: a command that would block
 * behaves as inside a transaction. A command that needs a client behind it, such as MULTI, SUBSCRIBE, AUTH or CLIENT, is refused with an
 * error. Calls inside of calls may be {@value #DEEPEST} deep.
 *
 * <p>Slots stay valid over a call, since they find their key again. What they gave before, a view of bytes or an object, does not, where
 * the call may have changed that key.
 */
@FunctionalInterface
public interface Outcall {
    /** How deep calls may be inside each other. */
    int DEEPEST = 16;

    /**
     * Executes a command.
     *
     * @param words the command's name, for a subcommand both names, and its arguments; copied
     * @return the reply; an error is a {@link Value.Failure}
     * @throws IllegalArgumentException when there are no words
     * @throws IllegalStateException outside of the main thread, or deeper than {@value #DEEPEST} calls
     */
    Value call(Set<CallOption> options, Bytes... words);

    /** Executes a command with no options. */
    default Value call(Bytes... words) {
        return call(EnumSet.noneOf(CallOption.class), words);
    }

    /** Executes a command with no options; its words are encoded in UTF-8. */
    default Value call(String... words) {
        return call(Arrays.stream(words).map(Bytes::of).toArray(Bytes[]::new));
    }
}
