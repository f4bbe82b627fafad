package dev.cairn.core.server;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.CommandError;
import dev.cairn.resp.ArgumentBudget;
import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;
import dev.cairn.structures.Heap;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * What clients send: reading, query buffers, parsing, handing commands to the dispatcher. Main thread, but what {@link LentClient} does.
 *
 * <p>A read goes to one query buffer that all clients share; only what is left of an incomplete command is copied to a buffer of the
 * client's own, where the next read then continues. So an idle client holds no buffer, and the shared one stays in the caches. A bulk of a
 * megabyte or more is received straight into a mapping of its own that becomes the value.
 *
 * <p>A client that a thread reads for borrows a buffer before, of the size that its reads have needed of late; when an incomplete command is
 * left in it, the client keeps it, else it is given back.
 */
final class ClientInput {
    /** Bytes of the query buffer that clients share, and so most of what one client gets done before others have their turn. */
    private static final int SHARED_QUERY = 16 << 10;
    /** Bytes of a client's own query buffer, at least. */
    private static final int PRIVATE_QUERY = 16 << 10;
    /** Room for the first read of a client by a thread, and the least. */
    static final int FIRST_READ = 1 << 10;
    /** After so many reads in a row that needed less than a quarter of their room, the next gets half. */
    private static final int SMALL_READS = 16;
    /** Unused bytes of a query buffer that are not worth a change. */
    private static final int MOST_WASTE = 4 << 10;
    /** Capacity from which on a query buffer follows its use. */
    private static final int RESIZE_FROM = 32 << 10;
    /** After this time an idle client has no query buffer. */
    private static final int IDLE_QUERY_MILLIS = 2000;
    /** Room behind a buffer for loads of whole words. */
    private static final int SLACK = 16;
    /** Longest bulk that a block takes, with its line break. */
    static final int LONGEST_BULK = Heap.MAX_BYTES - SLACK - 2;
    /** Largest query buffer that a block takes. */
    private static final int LARGEST_QUERY = Heap.MAX_BYTES - SLACK;
    private static final Logger LOG = LoggerFactory.getLogger(ClientInput.class);

    private final Server server;
    private final Clients clients;
    private final Heap queries = new Heap(false);
    private final long shared = Pages.map(SHARED_QUERY + SLACK);
    private boolean sharedInUse;
    private final RequestBatch batch = new RequestBatch();
    private boolean batchInUse;
    private final ArgumentBudget arguments = ArgumentBudget.ofHeap();

    ClientInput(Server server, Clients clients) {
        this.server = server;
        this.clients = clients;
    }

    /** A parser for what a new client sends. */
    RequestParser parser() {
        return new RequestParser(arguments);
    }

    /** Bytes of all query buffers. */
    long bytes() {
        return queries.usedBytes() + SHARED_QUERY;
    }

    /** Reads what is there and executes it, as the handler of a readable connection. */
    void readable(ServerClient client) {
        if (client.closed || client.closeAfterReply) {
            if (!client.closed && client.closeAfterReply) {
                client.connection().onReadable(null);
            }
            return;
        }
        if (client.refusedLeft < 0 && clients.threads().takes(client)) {
            return;
        }
        try {
            if (client.refusedLeft >= 0) {
                readRefused(client);
            } else if (client.parser.receivingBig()) {
                readBig(client);
            } else if (client.queryLength == 0 && !client.parser.incomplete() && !sharedInUse) {
                readShared(client);
            } else {
                readPrivate(client);
            }
        } catch (IOException e) {
            failed(client, e);
        } catch (RuntimeException | OutOfMemoryError e) {
            abandon(client, e);
        }
    }

    /** Makes room for a thread to read into; false when the client is closed, because it may have no more or there is none. */
    boolean prepare(ServerClient client) {
        try {
            client.parser.unauthenticated(limited(client));
            if (client.parser.receivingBig()) {
                return true;
            }
            if (client.query == 0) {
                client.queryBorrowed = !client.parser.incomplete();
            }
            makeRoom(client, client.queryBorrowed ? client.readRoom : awaited(client));
            if (client.queryCapacity == client.queryLength) {
                closeOverQueryLimit(client);
                return false;
            }
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            abandon(client, e);
            return false;
        }
    }

    private boolean limited(ServerClient client) {
        return !client.authenticated && server.authenticationRequired();
    }

    /** The most commands to parse at once. What follows AUTH is free of the limits: nothing is parsed before AUTH is executed. */
    int mostCommands(ServerClient client) {
        return limited(client) ? 1 : Dispatcher.MAX_BATCH;
    }

    /** Goes on with what a thread has read and parsed. */
    void received(LentClient work, RequestBatch batch) {
        ServerClient client = work.client();
        try {
            if (work.failure() instanceof IOException e) {
                failed(client, e);
            } else if (work.failure() != null) {
                abandon(client, work.failure());
            } else if (received(client, work.received())) {
                execute(client, work, batch);
            }
            if (!client.closed && client.queryBorrowed) {
                giveBack(client);
                server.clientMemory().changed(client);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            abandon(client, e);
        }
    }

    /** Takes back the buffer that a thread has read into, unless a part of a command is in it: then the client keeps it as if it had been copied. */
    private void giveBack(ServerClient client) {
        if (client.queryLength == 0 && !client.parser.incomplete()) {
            release(client);
            return;
        }
        client.queryBorrowed = false;
        int kept = kept(client, client.queryLength);
        if (client.queryCapacity < kept && !client.parser.receivingBig()) {
            grow(client, kept);
        }
    }

    private void execute(ServerClient client, LentClient work, RequestBatch batch) {
        if (!work.big()) {
            if (client.queryBorrowed) {
                adaptRoom(client, work.received(), client.queryCapacity - client.queryLength);
            }
            client.queryLength += work.received();
            client.queryPeak = Math.max(client.queryPeak, client.queryLength);
        }
        server.clientMemory().changed(client);
        if (work.parsed()) {
            if (client.halted()) {
                return; // it is about to be closed: it was not when it was lent, and has executed nothing since
            }
            executed(client, process(client, client.query, client.queryLength, batch, work));
        }
        if (!client.closed && !work.big() && client.queryLength + client.queuedBytes() > clients.limits().queryBuffer) {
            closeOverQueryLimit(client);
        }
    }

    /** Lets the room for reads follow their need. */
    private static void adaptRoom(ServerClient client, int received, int room) {
        if (received >= room) {
            client.readRoom = Math.min(PRIVATE_QUERY, 2 * client.readRoom);
            client.smallReads = 0;
        } else if (received > client.readRoom / 4) {
            client.smallReads = 0;
        } else if (++client.smallReads >= SMALL_READS) {
            client.readRoom = Math.max(FIRST_READ, client.readRoom / 2);
            client.smallReads = 0;
        }
    }

    private void failed(ServerClient client, IOException e) {
        LOG.debug("Reading from client {}: {}", client.address(), e.getMessage());
        clients.close(client);
    }

    /** Closes a client whose input cannot be gone on with: what was read of it may be lost, or no memory is left for more of it. */
    private void abandon(ServerClient client, @Nullable Throwable failure) {
        server.stats().unexpectedErrors++;
        LOG.warn("Closing client id={} addr={}: its input could not be processed", client.id(), client.address(), failure);
        clients.close(client);
    }

    /** Notes what a read gave; false when there is nothing to process. */
    private boolean received(ServerClient client, int n) {
        if (n == 0) {
            return false;
        }
        if (n < 0) {
            LOG.debug("Client closed connection {}", client.address());
            clients.close(client);
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
        makeRoom(client, awaited(client));
        int free = client.queryCapacity - client.queryLength;
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
        server.clientMemory().changed(client);
        processPrivate(client);
        if (!client.closed && client.queryLength + client.queuedBytes() > clients.limits().queryBuffer) {
            closeOverQueryLimit(client);
        }
    }

    /** Has the query buffer take so many more bytes, as far as a block does. */
    private void makeRoom(ServerClient client, int wanted) {
        if (client.queryCapacity - client.queryLength < wanted) {
            grow(client, (int) Math.min(LARGEST_QUERY, (long) client.queryLength + Math.max(wanted, client.queryLength / 2)));
        }
    }

    private void closeOverQueryLimit(ServerClient client) {
        server.stats().queryLimitDisconnections++;
        LOG.warn("Closing client that reached max query buffer length: id={} addr={} qbuf={}", client.id(), client.address(),
                client.queryLength);
        clients.close(client);
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
        executed(client, process(client, client.query, client.queryLength));
    }

    /** Keeps what is left in the client's own buffer after a part of it was executed. */
    private void executed(ServerClient client, int from) {
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
        server.clientMemory().changed(client);
        if (parser.bigMissing() == 0) {
            processPrivate(client);
        }
    }

    /**
     * Reads of a bulk that is over the limit as much as the limit allows, as if it were kept, so that its sender is closed when it has sent
     * that, as by Redis, and not in the middle of a write. No memory is taken for it.
     */
    private void readRefused(ServerClient client) throws IOException {
        client.queryLength = 0;
        makeRoom(client, PRIVATE_QUERY);
        server.clientMemory().changed(client);
        int n = client.connection().read(Memory.ALL, client.query, client.queryCapacity);
        if (received(client, n)) {
            client.refusedLeft -= n;
            if (client.refusedLeft < 0) {
                closeOverQueryLimit(client);
            }
        }
    }

    /** After parsing: a large bulk that is awaited gets its own mapping. */
    private void afterProcessing(ServerClient client) {
        RequestParser parser = client.parser;
        server.clientMemory().changed(client);
        if (client.closed || client.waits() || parser.receivingBig()) {
            return;
        }
        int bulk = parser.pendingBulkLength();
        if (bulk >= RequestParser.BIG_ARGUMENT) {
            if (bulk + 2 + client.queuedBytes() > clients.limits().queryBuffer) {
                client.refusedLeft = clients.limits().queryBuffer - client.queuedBytes() - client.queryLength;
                if (client.refusedLeft < 0) {
                    closeOverQueryLimit(client);
                }
                return;
            }
            long block = Heap.allocateDetached(bulk + 2 + SLACK);
            client.queryLength = parser.bigArgument(client.query, 0, client.queryLength, block, Heap.detachedBytes(block));
            if (client.queryCapacity - client.queryLength > MOST_WASTE) {
                // the part of the argument that had come is in its mapping now
                grow(client, Math.max(client.queryLength, SLACK));
            }
            server.clientMemory().changed(client);
        }
    }

    /**
     * Parses and executes what is in a buffer.
     *
     * @return the offset of the first byte that must be kept
     */
    private int process(ServerClient client, long buffer, int length) {
        if (batchInUse) {
            RequestBatch inner = new RequestBatch();
            try {
                return process(client, buffer, length, inner, null);
            } finally {
                inner.free();
            }
        }
        batchInUse = true;
        try {
            return process(client, buffer, length, batch, null);
        } finally {
            batchInUse = false;
        }
    }

    /**
     * Parses and executes what is in a buffer.
     *
     * @param b the batch to use
     * @param begun has parsed the first commands already, to the batch; null when nobody has
     */
    private int process(ServerClient client, long buffer, int length, RequestBatch b, @Nullable LentClient begun) {
        client.processing = true;
        int from = 0;
        try {
            LentClient first = begun;
            while (!client.halted()) {
                int most;
                int parsed;
                if (first != null) {
                    most = first.mostCommands();
                    parsed = first.parsedTo();
                    first = null;
                } else {
                    b.clear();
                    most = mostCommands(client);
                    client.parser.unauthenticated(limited(client));
                    parsed = client.parser.parse(buffer, from, length, b, most);
                }
                int n = b.commands();
                client.queryRest = length - parsed;
                if (n > 0) {
                    int done = server.dispatcher().execute(client, b);
                    if (done < n || client.waits() && client.parser.failed()) {
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
            client.processing = false;
        }
        clients.replied(client);
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
        int wanted = kept(client, length);
        if (client.queryCapacity < wanted) {
            grow(client, wanted);
        }
        Memory.copy(from, client.query, length);
        client.queryLength = length;
        client.queryPeak = Math.max(client.queryPeak, length);
    }

    /** The capacity of the buffer that a client gets when so many bytes are left of an incomplete command. */
    private int kept(ServerClient client, int length) {
        return Math.max(length, Math.min(awaitedAfter(client, length), clients.limits().initialQuery()));
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

    /** Gives back the query buffer. */
    void release(ServerClient client) {
        if (client.query != 0) {
            queries.free(client.query);
            client.query = 0;
        }
        client.queryCapacity = 0;
        client.queryLength = 0;
        client.queryBorrowed = false;
    }

    /** Gives back what a query buffer has too much: all of it after some idle time, or what is far above its recent use. */
    void resize(ServerClient c, long now) {
        if (c.query != 0 && c.queryCapacity - c.queryLength > MOST_WASTE) {
            if (now - c.lastInteractionMillis > IDLE_QUERY_MILLIS) {
                if (c.queryLength == 0 && !c.parser.incomplete()) {
                    release(c);
                } else {
                    grow(c, Math.max(c.queryLength, SLACK));
                }
            } else if (c.queryCapacity > RESIZE_FROM && c.queryCapacity / 2 > c.queryPeak) {
                grow(c, Math.max(c.queryPeak, PRIVATE_QUERY));
            }
        }
        c.queryPeak = c.parser.receivingBig() ? c.queryLength : Math.max(c.queryLength, c.parser.pendingBulkLength());
    }

    /** Goes on with clients that were blocked and have been served. */
    void resumeUnblocked() {
        for (ServerClient c = server.blocking().nextUnblocked(); c != null; c = server.blocking().nextUnblocked()) {
            if (!c.closed) {
                try {
                    resume(c);
                } catch (RuntimeException | OutOfMemoryError e) {
                    abandon(c, e);
                }
            }
        }
    }

    private void resume(ServerClient client) {
        client.queryRest = client.queryLength;
        client.processing = true;
        try {
            server.held().process(client);
        } finally {
            client.processing = false;
        }
        clients.replied(client);
        if (!client.closed && client.queryLength > 0) {
            processPrivate(client);
        }
    }

    /** Gives all memory back. */
    void free() {
        batch.free();
        queries.close();
        Pages.unmap(shared, SHARED_QUERY + SLACK);
    }
}
