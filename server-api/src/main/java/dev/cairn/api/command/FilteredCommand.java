package dev.cairn.api.command;

/** A client's command on its way to be looked up, whose arguments a {@link CommandFilter} may change. Main thread. */
public interface FilteredCommand extends Args {
    /** The client that sent it. */
    Client client();

    /** Puts a word in the place of the argument at {@code i}; copied. */
    void replace(int i, Bytes word);

    /** Puts a word before the argument at {@code i}, or with {@code i} = {@link #size()} at the end; copied. */
    void insert(int i, Bytes word);

    /**
     * Takes the argument at {@code i} away.
     *
     * @throws IllegalStateException when it is the only one
     */
    void delete(int i);
}
