package dev.cairn.core.server;

import java.util.concurrent.TimeUnit;

import dev.cairn.core.loop.EventLoop;

/**
 * Service to other clients while a command runs long and lets the server breathe, see {@code Call.breathe}. Main thread.
 *
 * <p>Once the command has run for {@code busy-reply-threshold}, each breath handles a few events: connections are accepted, commands are
 * read and, but for those that are allowed then, refused with {@code BUSY}, and replies are sent. Timers, posts, served clients and evictions
 * wait for the command's end. The client whose command it is reads nothing more, and its reply, incomplete as it is, is not sent.
 */
final class Breathing {
    /** Time between two breaths at least: the command is to get on. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Rounds of one breath: enough to accept, read, answer and close. */
    private static final int ROUNDS = 4;
    private static final int EVENTS = 128;

    private final Server server;
    private boolean serving;
    private long next = System.nanoTime();

    Breathing(Server server) {
        this.server = server;
    }

    /** Whether clients are being served inside of another's command. */
    boolean serving() {
        return serving;
    }

    /**
     * Serves other clients if it is time.
     *
     * @param client whose command runs
     * @param since when it began, in the time of {@code System.nanoTime}
     */
    void breathe(ServerClient client, long since) {
        long threshold = server.settings().busyReplyMillis;
        long now = System.nanoTime();
        if (serving || threshold == 0 || now - since < TimeUnit.MILLISECONDS.toNanos(threshold) || now - next < 0) {
            return;
        }
        serving = true;
        client.connection().onReadable(null);
        try {
            serve(server.loop());
        } finally {
            serving = false;
            server.clients().listen(client);
            next = System.nanoTime() + PAUSE_NANOS;
        }
    }

    private void serve(EventLoop loop) {
        for (int i = 0; i < ROUNDS; i++) {
            int events = loop.pollNow(EVENTS);
            server.clients().threads().serve();
            server.clients().flushRepliesWithin();
            server.clients().closeScheduled();
            if (events == 0) {
                break;
            }
        }
    }
}
