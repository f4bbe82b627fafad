package dev.cairn.core.server;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.io.Loop;

/**
 * The pause of clients, as CLIENT PAUSE asks for it: commands that it holds up are stored, and processed again, checks included, in the
 * order in which they came when the pause is over. Main thread.
 *
 * <p>While it lasts the data stays as it is but for what runs in a transaction that itself asked for the pause: keys whose time is over are
 * hidden, not deleted.
 */
public final class ClientPause {
    /** What is held up. */
    public enum Mode {
        /** Commands that may change the data or be replicated, and transactions with such commands. */
        WRITES,
        /** Every command. */
        ALL
    }

    private final Server server;
    private final Set<ServerClient> postponed = new LinkedHashSet<>();
    private @Nullable Mode mode;
    private long end;
    private Loop.@Nullable Timer timer;

    ClientPause(Server server) {
        this.server = server;
    }

    /**
     * Begins a pause; of two, the longer time and the stricter mode count.
     *
     * @param until when it ends, ms since 1970
     */
    public void begin(long until, Mode wanted) {
        mode = mode == Mode.ALL ? Mode.ALL : wanted;
        end = Math.max(end, until);
        server.databases().holdDeletion(true);
        look();
    }

    /** Ends the pause. */
    public void end() {
        mode = null;
        end = 0;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        server.databases().holdDeletion(false);
        for (ServerClient client : postponed) {
            server.blocking().resume(client);
        }
        postponed.clear();
    }

    /** Ends the pause when its time is over, else looks again then. */
    private void look() {
        long left = end - server.clock().millis();
        if (left <= 0) {
            end();
        } else {
            if (timer != null) {
                timer.cancel();
            }
            timer = server.loop().after(Duration.ofMillis(left), this::look);
        }
    }

    /** Whether there is a pause. */
    public boolean active() {
        return mode != null;
    }

    /** Number of clients that it holds up. */
    int clients() {
        return postponed.size();
    }

    /** Whether the client's command has to wait. */
    boolean holds(ServerClient client, CommandEntry e) {
        if (mode == null || client.monitoring) {
            return false;
        }
        return mode == Mode.ALL || e.mayReplicate() || e.isExec() && client.transaction != null && client.transaction.mayReplicate();
    }

    /** Keeps the command until the pause is over; the client goes on then. */
    void postpone(ServerClient client, CommandEntry e, ArgsView a) {
        client.heldCommand = server.held().store(e, a);
        postponed.add(client);
    }

    /** A client leaves. */
    void left(ServerClient client) {
        postponed.remove(client);
    }
}
