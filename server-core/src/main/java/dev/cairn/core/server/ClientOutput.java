package dev.cairn.core.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.io.Connection.WriteOrder;
import dev.cairn.resp.ChunkPool;
import dev.cairn.resp.ReplyWriter;

/**
 * What clients are owed: replies are collected in each client's chain of chunks and written once a turn, before the loop sleeps; who
 * leaves too much unread is closed. Main thread.
 *
 * <p>Where persistence promises that what a reply tells of is on disk, a reply waits for it, and the loop goes on meanwhile. Whoever was
 * served may have seen what others wrote before, so all replies wait for all that was logged until then. A client that has more to get by
 * the time gets what was there when it began to wait, and begins anew: nobody waits for more than two forces of the disk.
 */
final class ClientOutput {
    /** Bytes of replies, beyond one chunk, that a client may leave unread before it is authenticated. */
    private static final int UNAUTHENTICATED_OUTPUT = 1024;
    /** Most bytes written to a client in one event, but for the rest of a large chunk. */
    private static final int WRITE_PER_EVENT = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(ClientOutput.class);

    private final Server server;
    private final Clients clients;
    private final ChunkPool chunks = new ChunkPool();
    private List<ServerClient> pendingWrites = new ArrayList<>();
    private List<ServerClient> spareWrites = new ArrayList<>();
    /** Clients whose replies wait for the disk. */
    private List<ServerClient> held = new ArrayList<>();
    private List<ServerClient> spareHeld = new ArrayList<>();
    /** What was safe when the held clients were last looked at. */
    private long releasedTo;

    ClientOutput(Server server, Clients clients) {
        this.server = server;
        this.clients = clients;
    }

    /** A writer for the replies to a new client. */
    ReplyWriter writer() {
        ReplyWriter reply = new ReplyWriter(chunks);
        reply.onError(server.errorListener());
        return reply;
    }

    /** Bytes of all output buffers. */
    long bytes() {
        return chunks.bytes();
    }

    /** Has the client's replies written before the loop sleeps. */
    void replied(ServerClient client) {
        if (client.closed) {
            return;
        }
        server.clientMemory().changed(client);
        if (!client.reply.isEmpty()) {
            if (!client.writePending && !client.writeHandlerSet) {
                client.writePending = true;
                pendingWrites.add(client);
            }
            if (overflows(client)) {
                checkOutputLimit(client);
            }
        } else if (client.closeAfterReply) {
            clients.closeLater(client);
        }
    }

    /** Number of clients that wait to be written. */
    int pending() {
        return pendingWrites.size();
    }

    /** Writes what clients are owed, as far as they take it and it may leave yet. */
    void flush() {
        boolean holds = server.durability().holdsReplies();
        boolean threaded = threaded();
        release(holds, threaded);
        write(holds, threaded);
        clients.threads().performWrites();
    }

    /** Writes what clients are owed while a command goes on, which may be what keeps the disk from being waited for. */
    void flushWithin() {
        boolean threaded = threaded();
        release(false, threaded);
        write(false, threaded);
        clients.threads().performWrites();
    }

    /** Whether threads take part in this round of writes. */
    private boolean threaded() {
        int most = Math.max(pendingWrites.size(), held.size());
        return most > 0 && clients.threads().adjust(most);
    }

    private void write(boolean holds, boolean threaded) {
        List<ServerClient> round = pendingWrites;
        if (round.isEmpty()) {
            return;
        }
        pendingWrites = spareWrites;
        for (int i = 0; i < round.size(); i++) {
            ServerClient client = round.get(i);
            if (client.executing > 0 || client.lent()) {
                pendingWrites.add(client);
                continue;
            }
            client.writePending = false;
            // one that is to be closed at once gets nothing more, as with Redis: an HTTP request must not see the reply to its first line
            if (client.closed || client.closeScheduled) {
                continue;
            }
            if (holds) {
                hold(client);
            } else {
                write(client, Long.MAX_VALUE, threaded);
            }
        }
        round.clear();
        spareWrites = round;
    }

    /** Has a client wait until all that was logged so far is safe. */
    private void hold(ServerClient client) {
        if (client.writeHandlerSet) {
            client.writeHandlerSet = false;
            client.connection().onWritable(null, WriteOrder.AFTER_READ);
        }
        client.writePending = true;
        client.heldTo = server.durability().offset();
        client.safeBytes = client.pendingOutput();
        held.add(client);
    }

    /** Writes to those who have waited long enough. */
    private void release(boolean holds, boolean threaded) {
        long synced = server.durability().syncedOffset();
        if (held.isEmpty() || holds && synced == releasedTo) {
            return;
        }
        releasedTo = synced;
        List<ServerClient> round = held;
        held = spareHeld;
        for (int i = 0; i < round.size(); i++) {
            ServerClient client = round.get(i);
            if (client.executing > 0 || client.lent()) {
                held.add(client);
                releasedTo = -1; // whether it may be written is to be looked at again
                continue;
            }
            if (holds && client.heldTo > synced) {
                held.add(client);
                continue;
            }
            client.writePending = false;
            if (!client.closed && !client.closeScheduled) {
                write(client, holds ? client.safeBytes : Long.MAX_VALUE, threaded);
            }
        }
        round.clear();
        spareHeld = round;
    }

    /** Goes on to write, as far as it may leave. */
    private void writable(ServerClient client) {
        if (!server.durability().holdsReplies()) {
            write(client, Long.MAX_VALUE, false);
        } else if (client.safeBytes > 0) {
            write(client, client.safeBytes, false);
        } else {
            hold(client);
        }
    }

    /** Writes to a client, no more than the bytes that are safe, or lends it to a thread for that. */
    private void write(ServerClient client, long safe, boolean threaded) {
        if (client.executing > 0) {
            return;
        }
        client.safeBytes = 0;
        if (threaded && !client.reply.isEmpty()) {
            clients.threads().lendForWrite(client, WRITE_PER_EVENT, safe);
            server.clientMemory().changed(client);
            return;
        }
        try {
            written(client, safe, client.reply.flush(client.sink, WRITE_PER_EVENT, safe));
        } catch (IOException e) {
            failed(client, e);
        }
    }

    private void failed(ServerClient client, Throwable failure) {
        LOG.debug("Error writing to client {}: {}", client.address(), failure.getMessage());
        clients.close(client);
    }

    /** Goes on with a client that a thread has written to. */
    void sent(LentClient work) {
        ServerClient client = work.client();
        client.reply.sent(work.sent());
        Throwable failure = work.failure();
        if (failure != null) {
            failed(client, failure);
        } else if (client.writePending) {
            // there was more to write meanwhile, and the client waits for its turn again
            count(client, work.sent());
        } else {
            written(client, work.safe(), work.sent());
        }
    }

    private void count(ServerClient client, int n) {
        if (n > 0) {
            client.bytesOut += n;
            client.lastInteractionMillis = server.clock().millis();
            server.stats().bytesOut += n;
            server.stats().writes++;
        }
        server.clientMemory().changed(client);
    }

    /** What follows when so many bytes were written to a client. */
    private void written(ServerClient client, long safe, int n) {
        client.safeBytes = safe == Long.MAX_VALUE ? 0 : safe - n;
        count(client, n);
        if (client.reply.isEmpty()) {
            if (client.writeHandlerSet) {
                client.writeHandlerSet = false;
                client.connection().onWritable(null, WriteOrder.AFTER_READ);
            }
            if (client.closeAfterReply) {
                clients.close(client);
            }
        } else if (safe != Long.MAX_VALUE && client.safeBytes == 0) {
            hold(client);
        } else if (!client.writeHandlerSet) {
            client.writeHandlerSet = true;
            client.connection().onWritable(() -> writable(client), WriteOrder.AFTER_READ);
        }
    }

    /** Holds a client to its output limits between two of its commands. */
    void limit(ServerClient client) {
        if (overflows(client)) {
            checkOutputLimit(client);
        }
    }

    /** Whether more waits than a client's first chunk of the largest size takes: only then do the output limits matter. */
    private static boolean overflows(ServerClient client) {
        return client.reply.chunks() > 1 || client.pendingOutput() > ChunkPool.CHUNK;
    }

    /** Has a client closed that leaves too much unread. */
    private void checkOutputLimit(ServerClient client) {
        if (client.closing()) {
            return;
        }
        long now = server.clock().monotonicMicros() / 1_000_000;
        boolean flood = client.pendingOutput() > ChunkPool.CHUNK + UNAUTHENTICATED_OUTPUT && !client.authenticated
                && server.authenticationRequired();
        if (flood || clients.limits().overOutputLimit(client, client.pendingOutput(), now)) {
            closeOverLimit(client);
        }
    }

    /** Whether so many bytes may wait to be sent to a client; where not, it is closed, while its command goes on without a reply. */
    boolean mayGrow(ServerClient client, long waiting) {
        if (!clients.limits().overHardLimit(client, waiting)) {
            return true;
        }
        if (!client.closing()) {
            closeOverLimit(client);
        }
        return false;
    }

    private void closeOverLimit(ServerClient client) {
        server.stats().outputLimitDisconnections++;
        LOG.warn("Client id={} addr={} scheduled to be closed ASAP for overcoming of output buffer limits.", client.id(), client.address());
        clients.closeLater(client);
    }

    /** Lets the size of the first chunk of replies follow its use: up when it did not take what waited, down when half of it did for some time. */
    void resize(ServerClient c, long now) {
        ServerSettings settings = server.settings();
        if (!settings.replyResizing) {
            return;
        }
        if (c.reply.expandFirstChunk()) {
            server.stats().replyBufferExpands++;
        }
        if (settings.replyPeakMillis >= 0 && now - c.replyPeakSince >= settings.replyPeakMillis) {
            if (c.reply.shrinkFirstChunk()) {
                server.stats().replyBufferShrinks++;
            }
            c.reply.resetPeak();
            c.replyPeakSince = now;
        }
    }

    /** Looks whether the client stays over its limits although nothing is written to it. */
    void look(ServerClient client) {
        if (overflows(client) || client.softLimitSince != 0) {
            checkOutputLimit(client);
        }
    }

    /** Where messages go that a client sends to itself, in its protocol, until {@link #sendPostponed}. */
    ReplyWriter postponed(ServerClient client) {
        ReplyWriter postponed = client.postponed;
        if (postponed == null) {
            postponed = new ReplyWriter(chunks);
            client.postponed = postponed;
        }
        postponed.protocol(client.protocol());
        return postponed;
    }

    /** Puts what a client has sent to itself behind the reply to its command. */
    void sendPostponed(ServerClient client) {
        ReplyWriter postponed = client.postponed;
        if (postponed == null || postponed.isEmpty()) {
            return;
        }
        boolean muted = client.reply.muted();
        client.reply.mute(false);
        client.reply.append(postponed);
        client.reply.mute(muted);
    }

    /** Drops what a client is owed, when it has gone. */
    void release(ServerClient client) {
        client.reply.clear();
        if (client.postponed != null) {
            client.postponed.clear();
        }
    }

    /** The regular look at the memory that is kept for replies. */
    void cron() {
        chunks.cool();
    }

    /** Gives the spare memory back. */
    void free() {
        chunks.trim();
    }
}
