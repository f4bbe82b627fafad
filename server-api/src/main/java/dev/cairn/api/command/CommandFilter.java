package dev.cairn.api.command;

/**
 * Sees every command that a client sends before it is looked up, and may change it. Main thread.
 *
 * <p>Filters run in the order in which their modules were loaded, each on what the one before left. A command that is queued in a
 * transaction is filtered when it is queued. What modules call is not filtered. The server's fastest path costs more as long as there is a
 * filter.
 */
@FunctionalInterface
public interface CommandFilter {
    /**
     * Looks at a command.
     *
     * @throws CommandError to refuse it with this error; any other exception is logged, and the command goes on as it was before this filter
     */
    void filter(FilteredCommand command);
}
