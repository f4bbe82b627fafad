package dev.cairn.api.command;

/** How a module's call of another command is made, see {@link Outcall}. */
public enum CallOption {
    /** A command that may change data is refused. */
    READ_ONLY,
    /** The reply is that of a client which speaks RESP2; without this, RESP3. */
    RESP2,
    /**
     * What the called command changes is logged, in place of the words of the command that calls, as if its handler had said it with
     * {@link Effects}. Without this the words of the command that calls stand for all that it does. A call outside of any command is always
     * logged by itself.
     */
    LOGGED
}
