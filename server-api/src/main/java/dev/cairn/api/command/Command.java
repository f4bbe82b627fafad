package dev.cairn.api.command;

/** The handler of a command. */
@FunctionalInterface
public interface Command {
    /**
     * Executes the command: gives exactly one reply, unless it suspends the client. Main thread.
     *
     * @param call the execution's context
     * @param args the arguments; index 0 is the command's name, and for a subcommand index 1 its own
     * @param out takes the reply
     * @throws CommandError as another way to reply with an error, before any other reply was begun
     */
    void execute(Call call, Args args, Reply out);
}
