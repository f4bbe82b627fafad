package dev.cairn.core.server;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.io.Loop;

/** A client's wait in a blocking command. */
final class Blocked implements Ticket {
    final ServerClient client;
    final CommandEntry entry;
    final Suspension suspension;
    final int database;
    private final Blocking blocking;
    Loop.@Nullable Timer timer;
    /** How long the command and the attempts to serve it took so far. */
    long nanos;
    /** Its words as the slow log would show them. */
    byte @Nullable [][] words;
    /** The command, stored, as long as a newer version of its module can begin it anew; 0 for none. */
    long command;
    /** When the wait ends, ms since 1970; 0 for never. */
    long until;
    /** Its place among all waits in the order in which they began. */
    final long number;
    private volatile boolean waiting = true;

    Blocked(Blocking blocking, ServerClient client, CommandEntry entry, Suspension suspension, long number) {
        this.number = number;
        this.blocking = blocking;
        this.client = client;
        this.entry = entry;
        this.suspension = suspension;
        this.database = client.database();
    }

    void ended() {
        waiting = false;
    }

    @Override
    public void signal() {
        blocking.post(() -> blocking.attempt(this, suspension.ready()));
    }

    @Override
    public void complete(Suspension.Resume completion) {
        blocking.post(() -> {
            if (waiting) {
                blocking.finish(this, completion);
            }
        });
    }

    @Override
    public boolean waiting() {
        return waiting;
    }
}
