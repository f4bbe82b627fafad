package dev.cairn.core.server;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.CommandError;
import dev.cairn.api.event.ClientEvent;
import dev.cairn.api.io.Connection;
import dev.cairn.api.io.Connection.WriteOrder;
import dev.cairn.resp.ChunkPool;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * The connected clients: accepting, reading, writing, limits, closing. Main thread.
 *
 * <p>A read goes to one query buffer that all clients share; only what is left of an incomplete command is copied to a buffer of the
 * client's own, where the next read then continues. So an idle client holds no buffer, and the shared one stays in the caches. A bulk of a
 * megabyte or more is received straight into a mapping of its own that becomes the value. Replies are collected in the client's chain of
 * chunks and written once a turn, before the loop sleeps.
 */
public final class Clients {
    /** Bytes of the query buffer that clients share, and so most of what one client gets done before others have their turn. */
    private static final int SHARED_QUERY = 16 << 10;
    /** Bytes of a client's own query buffer, at least. */
    private static final int PRIVATE_QUERY = 16 << 10;
    /** Unused bytes of a query buffer that are not worth a change. */
    private static final int MOST_WASTE = 4 << 10;
    /** Capacity from which on a query buffer follows its use. */
    private static final int RESIZE_FROM = 32 << 10;
    /** After this time an idle client has no query buffer. */
    private static final int IDLE_QUERY_MILLIS = 2000;
    /** Room behind a buffer for loads of whole words. */
    private static final int SLACK = 16;
    /** Bytes of replies, beyond one chunk, that a client may leave unread before it is authenticated. */
    private static final int UNAUTHENTICATED_OUTPUT = 1024;
    /** Most bytes written to a client in one event. */
    private static final int WRITE_PER_EVENT = 64 << 10;
    /** Longest bulk that a block takes, with its line break. */
    private static final int LONGEST_BULK = Heap.MAX_BYTES - SLACK - 2;
    /** Largest query buffer that a block takes. */
    private static final int LARGEST_QUERY = Heap.MAX_BYTES - SLACK;
    /** Clients looked at by each run of the cron, at least. */
    private static final int CRON_CLIENTS = 5;
    private static final byte[] TOO_MANY = Ascii.bytes("-ERR max number of clients reached\r\n");
    private static final byte[] PROTECTED = Ascii.bytes("-DENIED Cairn is running in protected mode because protected mode is enabled"
            + " and no password is set for the default user. In this mode connections are only accepted from the loopback interface. If you"
            + " want to connect from external computers, you may adopt one of the following solutions: 1) Just disable protected mode sending"
            + " the command 'CONFIG SET protected-mode no' from the loopback interface by connecting from the same host the server is running,"
            + " however MAKE SURE that the server is not publicly accessible from the internet if you do so. Use CONFIG REWRITE to make this"
            + " change permanent. 2) Alternatively you can just disable the protected mode by editing the configuration file, and setting the"
            + " protected mode option to 'no', and then restarting the server. 3) If you started the server manually just for testing, restart"
            + " it with the '--protected-mode no' option. 4) Set up an authentication password for the default user. NOTE: You only need to do"
            + " one of the above things in order for the server to start accepting connections from the outside.\r\n");
    private static final Logger LOG = LoggerFactory.getLogger(Clients.class);

    private final Server server;
    private final TreeMap<Long, ServerClient> byId = new TreeMap<>();
    private final ChunkPool chunks = new ChunkPool();
    private final Heap queries = new Heap(false);
    private final long shared = Pages.map(SHARED_QUERY + SLACK);
    private boolean sharedInUse;
    private final RequestBatch batch = new RequestBatch();
    private boolean batchInUse;
    private List<ServerClient> pendingWrites = new ArrayList<>();
    private List<ServerClient> spareWrites = new ArrayList<>();
    private final ArrayDeque<ServerClient> toClose = new ArrayDeque<>();
    /** The id of the client that the cron looked at last. */
    private long cronCursor;
    private long nextId = 1;
    private final ClientLimits limits = new ClientLimits();

    Clients(Server server) {
        this.server = server;
    }

    /** The limits that the configuration sets. */
    public ClientLimits limits() {
        return limits;
    }

    /** Sets the longest bulk that is taken, in bytes; what no block of memory can hold is refused whatever it says. */
    public void bulkLimit(long bytes) {
        limits.bulk = bytes;
        byId.values().forEach(this::limitBulks);
    }

    private void limitBulks(ServerClient client) {
        client.parser.maxBulkLength(Math.min(limits.bulk, LONGEST_BULK));
    }

    long queryLimit() {
        return limits.queryBuffer;
    }

    /** All connected clients in the order of their ids. */
    public Collection<ServerClient> all() {
        return Collections.unmodifiableCollection(byId.values());
    }

    /** The client of an id, or null. */
    public @Nullable ServerClient byId(long id) {
        return byId.get(id);
    }

    /** Number of connected clients. */
    public int count() {
        return byId.size();
    }

    /** Bytes of all query buffers. */
    public long queryBytes() {
        return queries.usedBytes() + SHARED_QUERY;
    }

    /** Bytes of all output buffers, spare ones included. */
    public long replyBytes() {
        return chunks.bytes();
    }

    /** Takes a connection that a listener has accepted. */
    void accept(Connection connection) {
        if (byId.size() >= limits.maxClients) {
            server.stats().rejectedConnections++;
            refuse(connection, TOO_MANY);
            return;
        }
        if (server.protectedMode() && !connection.loopback()) {
            server.stats().rejectedConnections++;
            refuse(connection, PROTECTED);
            return;
        }
        ReplyWriter reply = new ReplyWriter(chunks);
        reply.onError(server.errorListener());
        ServerClient client = new ServerClient(nextId++, connection, reply, server.databases().at(0), server.clock().millis());
        limitBulks(client);
        client.authenticated(!server.authenticationRequired(), "default");
        byId.put(client.id(), client);
        server.stats().connections++;
        connection.onReadable(() -> readable(client));
        server.events().fire(new ClientEvent(client, true));
    }

    private static void refuse(Connection connection, byte[] text) {
        long address = Pages.map(text.length);
        try {
            Memory.copyFromArray(text, 0, address, text.length);
            connection.write(Memory.ALL, address, text.length);
        } catch (IOException e) {
            LOG.debug("A refused client has gone: {}", e.getMessage());
        } finally {
            Pages.unmap(address, text.length);
            connection.close();
        }
    }

    private void readable(ServerClient client) {
        if (client.closed || client.closeAfterReply) {
            if (!client.closed && client.closeAfterReply) {
                client.connection().onReadable(null);
            }
            return;
        }
        try {
            if (client.parser.receivingBig()) {
                readBig(client);
            } else if (client.queryLength == 0 && !client.parser.incomplete() && !sharedInUse) {
                readShared(client);
            } else {
                readPrivate(client);
            }
        } catch (IOException e) {
            LOG.debug("Reading from client {}: {}", client.address(), e.getMessage());
            close(client);
        } catch (RuntimeException | OutOfMemoryError e) {
            abandon(client, e);
        }
    }

    /** Closes a client whose input cannot be gone on with: what was read of it may be lost, or no memory is left for more of it. */
    private void abandon(ServerClient client, Throwable failure) {
        server.stats().unexpectedErrors++;
        LOG.warn("Closing client id={} addr={}: its input could not be processed", client.id(), client.address(), failure);
        close(client);
    }

    /** Notes what a read gave; false when there is nothing to process. */
    private boolean received(ServerClient client, int n) {
        if (n == 0) {
            return false;
        }
        if (n < 0) {
            LOG.debug("Client closed connection {}", client.address());
            close(client);
            return false;
        }
        client.lastInteractionMillis = server.clock().millis();
        client.bytesIn += n;
        server.stats().bytesIn += n;
        server.stats().reads++;
        return true;
    }

    private void readShared(ServerClient client) throws IOException {
        int n = client.connection().read(Memory.ALL, shared, SHARED_QUERY);
        if (!received(client, n)) {
            return;
        }
        sharedInUse = true;
        try {
            int from = process(client, shared, n);
            if (!client.closed && from < n) {
                keep(client, shared + from, n - from);
            }
        } finally {
            sharedInUse = false;
        }
        afterProcessing(client);
    }

    private void readPrivate(ServerClient client) throws IOException {
        int free = client.queryCapacity - client.queryLength;
        int awaited = awaited(client);
        if (free < awaited) {
            grow(client, Math.min(LARGEST_QUERY, client.queryLength + Math.max(awaited, client.queryLength / 2)));
            free = client.queryCapacity - client.queryLength;
        }
        if (free == 0) {
            closeOverQueryLimit(client);
            return;
        }
        int n = client.connection().read(Memory.ALL, client.query + client.queryLength, free);
        if (!received(client, n)) {
            return;
        }
        client.queryLength += n;
        client.queryPeak = Math.max(client.queryPeak, client.queryLength);
        processPrivate(client);
        if (!client.closed && client.queryLength + client.queuedBytes() > limits.queryBuffer) {
            closeOverQueryLimit(client);
        }
    }

    private void closeOverQueryLimit(ServerClient client) {
        server.stats().queryLimitDisconnections++;
        LOG.warn("Closing client that reached max query buffer length: id={} addr={} qbuf={}", client.id(), client.address(),
                client.queryLength);
        close(client);
    }

    /** Bytes that a read should have room for. */
    private static int awaited(ServerClient client) {
        int bulk = client.parser.pendingBulkLength();
        if (bulk < 0 || bulk >= RequestParser.BIG_ARGUMENT) {
            return PRIVATE_QUERY;
        }
        int missing = client.parser.pendingBulkOffset() + bulk + 2 - client.queryLength;
        return Math.max(PRIVATE_QUERY, missing);
    }

    private void processPrivate(ServerClient client) {
        if (client.halted()) {
            return;
        }
        int from = process(client, client.query, client.queryLength);
        if (client.closed) {
            return;
        }
        int left = client.queryLength - from;
        if (left > 0 && from > 0) {
            Memory.copy(client.query + from, client.query, left);
        }
        client.queryLength = left;
        afterProcessing(client);
    }

    private void readBig(ServerClient client) throws IOException {
        RequestParser parser = client.parser;
        int n = client.connection().read(Memory.ALL, parser.bigAddress(), (int) parser.bigMissing());
        if (!received(client, n)) {
            return;
        }
        parser.bigReceived(n);
        if (parser.bigMissing() == 0) {
            processPrivate(client);
        }
    }

    /** After parsing: a large bulk that is awaited gets its own mapping. */
    private void afterProcessing(ServerClient client) {
        RequestParser parser = client.parser;
        if (client.closed || client.blocked != null || parser.receivingBig()) {
            return;
        }
        int bulk = parser.pendingBulkLength();
        if (bulk >= RequestParser.BIG_ARGUMENT) {
            if (bulk + client.queuedBytes() > limits.queryBuffer) {
                server.stats().queryLimitDisconnections++;
                LOG.warn("Closing client that reached max query buffer length: id={} addr={} bulk={}", client.id(), client.address(), bulk);
                close(client);
                return;
            }
            long block = Heap.allocateDetached(bulk + 2 + SLACK);
            client.queryLength = parser.bigArgument(client.query, 0, client.queryLength, block, Heap.detachedBytes(block));
        }
    }

    /**
     * Parses and executes what is in a buffer.
     *
     * @return the offset of the first byte that must be kept
     */
    private int process(ServerClient client, long buffer, int length) {
        RequestBatch b = batchInUse ? new RequestBatch() : batch;
        boolean outer = !batchInUse;
        batchInUse = true;
        int from = 0;
        try {
            while (!client.halted()) {
                b.clear();
                boolean limited = !client.authenticated && server.authenticationRequired();
                // what follows AUTH is free of the limits: nothing is parsed before AUTH is executed
                int most = limited ? 1 : Dispatcher.MAX_BATCH;
                client.parser.unauthenticated(limited);
                int parsed = client.parser.parse(buffer, from, length, b, most);
                int n = b.commands();
                if (n > 0) {
                    int done = server.dispatcher().execute(client, b);
                    if (done < n || client.blocked != null && client.parser.failed()) {
                        // parsed again when the client goes on
                        from = b.end(done - 1);
                        client.parser.reset();
                        break;
                    }
                }
                from = parsed;
                if (client.parser.failed()) {
                    protocolError(client);
                    from = length;
                    break;
                }
                if (n < most) {
                    break;
                }
            }
            b.clear();
        } finally {
            if (outer) {
                batchInUse = false;
            } else {
                b.free();
            }
        }
        replied(client);
        return from;
    }

    private void protocolError(ServerClient client) {
        LOG.debug("Protocol error from client id={} addr={}: {}", client.id(), client.address(), client.parser.error());
        if (!client.halted()) {
            client.reply.error(CommandError.err(client.parser.error()));
            client.closeAfterReply = true;
        }
    }

    private void keep(ServerClient client, long from, int length) {
        int wanted = Math.max(length, Math.min(awaitedAfter(client, length), limits.initialQuery()));
        if (client.queryCapacity < wanted) {
            grow(client, wanted);
        }
        Memory.copy(from, client.query, length);
        client.queryLength = length;
        client.queryPeak = Math.max(client.queryPeak, length);
    }

    private static int awaitedAfter(ServerClient client, int length) {
        int bulk = client.parser.pendingBulkLength();
        return bulk < 0 || bulk >= RequestParser.BIG_ARGUMENT ? length + 1024 : client.parser.pendingBulkOffset() + bulk + 2;
    }

    /** Gives the client a query buffer of this capacity or a little more. */
    private void grow(ServerClient client, int bytes) {
        if (client.query == 0) {
            client.query = queries.allocate(bytes + SLACK);
        } else {
            client.query = queries.reallocate(client.query, bytes + SLACK);
        }
        client.queryCapacity = queries.usable(client.query) - SLACK;
    }

    private void releaseQuery(ServerClient client) {
        if (client.query != 0) {
            queries.free(client.query);
            client.query = 0;
        }
        client.queryCapacity = 0;
        client.queryLength = 0;
    }

    /** Has the client's replies written before the loop sleeps. */
    void replied(ServerClient client) {
        if (client.closed) {
            return;
        }
        if (!client.reply.isEmpty()) {
            if (!client.writePending && !client.writeHandlerSet) {
                client.writePending = true;
                pendingWrites.add(client);
            }
            if (overflows(client)) {
                checkOutputLimit(client);
            }
        } else if (client.closeAfterReply) {
            closeLater(client);
        }
    }

    /** Writes what clients are owed, as far as they take it. */
    public void flushReplies() {
        List<ServerClient> round = pendingWrites;
        if (round.isEmpty()) {
            return;
        }
        pendingWrites = spareWrites;
        for (int i = 0; i < round.size(); i++) {
            ServerClient client = round.get(i);
            client.writePending = false;
            // one that is to be closed at once gets nothing more, as with Redis: an HTTP request must not see the reply to its first line
            if (!client.closed && !client.closeScheduled) {
                write(client);
            }
        }
        round.clear();
        spareWrites = round;
    }

    private void write(ServerClient client) {
        try {
            int n = client.reply.flush(client.sink, WRITE_PER_EVENT);
            if (n > 0) {
                client.bytesOut += n;
                client.lastInteractionMillis = server.clock().millis();
                server.stats().bytesOut += n;
                server.stats().writes++;
            }
        } catch (IOException e) {
            LOG.debug("Error writing to client {}: {}", client.address(), e.getMessage());
            close(client);
            return;
        }
        if (client.reply.isEmpty()) {
            if (client.writeHandlerSet) {
                client.writeHandlerSet = false;
                client.connection().onWritable(null, WriteOrder.AFTER_READ);
            }
            if (client.closeAfterReply) {
                close(client);
            }
        } else if (!client.writeHandlerSet) {
            client.writeHandlerSet = true;
            client.connection().onWritable(() -> write(client), WriteOrder.AFTER_READ);
        }
    }

    /** Holds a client to its output limits between two of its commands. */
    void limitOutput(ServerClient client) {
        if (overflows(client)) {
            checkOutputLimit(client);
        }
    }

    /** Whether more waits than a client's first chunk of the largest size takes: only then do the output limits matter. */
    private static boolean overflows(ServerClient client) {
        return client.reply.chunks() > 1 || client.reply.pendingBytes() > ChunkPool.CHUNK;
    }

    /** Has a client closed that leaves too much unread. */
    private void checkOutputLimit(ServerClient client) {
        if (client.closing()) {
            return;
        }
        long used = client.reply.pendingBytes();
        long now = server.clock().monotonicMicros() / 1000;
        boolean flood = used > ChunkPool.CHUNK + UNAUTHENTICATED_OUTPUT && !client.authenticated && server.authenticationRequired();
        if (flood || limits.overOutputLimit(client, used, now)) {
            server.stats().outputLimitDisconnections++;
            LOG.warn("Client id={} addr={} scheduled to be closed ASAP for overcoming of output buffer limits.", client.id(),
                    client.address());
            closeLater(client);
        }
    }

    /** Goes on with clients that were blocked and have been served. */
    void resumeUnblocked() {
        for (ServerClient c = server.blocking().nextUnblocked(); c != null; c = server.blocking().nextUnblocked()) {
            if (!c.closed && c.queryLength > 0) {
                try {
                    processPrivate(c);
                } catch (RuntimeException | OutOfMemoryError e) {
                    abandon(c, e);
                }
            }
        }
    }

    /** Closes the client before the loop sleeps; it executes nothing more. */
    public void closeLater(ServerClient client) {
        if (!client.closeScheduled && !client.closed) {
            client.closeScheduled = true;
            toClose.add(client);
        }
    }

    /** Closes the clients whose time has come. */
    void closeScheduled() {
        for (ServerClient c = toClose.poll(); c != null; c = toClose.poll()) {
            close(c);
        }
    }

    /** Closes a client now, or, if a command of it is being executed, before the loop sleeps. */
    public void close(ServerClient client) {
        if (client.closed) {
            return;
        }
        if (server.dispatcher().current() == client) {
            closeLater(client);
            return;
        }
        client.closed = true;
        byId.remove(client.id());
        client.connection().close();
        server.blocking().left(client);
        server.transactions().discard(client);
        releaseQuery(client);
        client.parser.free();
        client.reply.free();
        server.events().fire(new ClientEvent(client, false));
    }

    /** The regular look at some clients: idle time, soft limits, buffers. */
    void cron(int hz) {
        int wanted = Math.max(CRON_CLIENTS, byId.size() / hz);
        long now = server.clock().millis();
        for (int i = Math.min(wanted, byId.size()); i > 0 && !byId.isEmpty(); i--) {
            Map.Entry<Long, ServerClient> next = byId.higherEntry(cronCursor);
            if (next == null) {
                next = byId.firstEntry();
            }
            cronCursor = next.getKey();
            ServerClient c = next.getValue();
            if (limits.timeoutSeconds > 0 && c.blocked == null && !c.pinned
                    && now - c.lastInteractionMillis > limits.timeoutSeconds * 1000L) {
                LOG.debug("Closing idle client {}", c.address());
                close(c);
                continue;
            }
            if (overflows(c) || c.softLimitSince != 0) {
                checkOutputLimit(c);
            }
            resizeQuery(c, now);
            resizeReply(c, now);
        }
    }

    /** Gives back what a query buffer has too much: all of it after some idle time, or what is far above its recent use. */
    private void resizeQuery(ServerClient c, long now) {
        if (c.query != 0 && c.queryCapacity - c.queryLength > MOST_WASTE) {
            if (now - c.lastInteractionMillis > IDLE_QUERY_MILLIS) {
                if (c.queryLength == 0 && !c.parser.incomplete()) {
                    releaseQuery(c);
                } else {
                    grow(c, Math.max(c.queryLength, SLACK));
                }
            } else if (c.queryCapacity > RESIZE_FROM && c.queryCapacity / 2 > c.queryPeak) {
                grow(c, Math.max(c.queryPeak, PRIVATE_QUERY));
            }
        }
        c.queryPeak = c.parser.receivingBig() ? c.queryLength : Math.max(c.queryLength, c.parser.pendingBulkLength());
    }

    /** Lets the size of the first chunk of replies follow its use: up when it did not take what waited, down when half of it did for some time. */
    private void resizeReply(ServerClient c, long now) {
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

    /** Closes all clients, after a last try to write what they are owed. */
    void closeAll() {
        flushReplies();
        List.copyOf(byId.values()).forEach(this::close);
    }

    /** Gives all memory back. */
    void free() {
        batch.free();
        queries.close();
        chunks.trim();
        Pages.unmap(shared, SHARED_QUERY + SLACK);
    }
}
