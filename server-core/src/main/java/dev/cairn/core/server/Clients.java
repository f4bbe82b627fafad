package dev.cairn.core.server;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.event.ClientEvent;
import dev.cairn.api.io.Connection;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.structures.Memory;
import dev.cairn.structures.Pages;

/**
 * The connected clients: accepting, finding, the regular look at them, closing. Main thread.
 *
 * <p>What they send is read by {@link ClientInput}, what they are owed is written by {@link ClientOutput}.
 */
public final class Clients {
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
    private final ClientInput input;
    private final ClientOutput output;
    private final ClientThreads threads;
    private final ArrayDeque<ServerClient> toClose = new ArrayDeque<>();
    /** The id of the client that the cron looked at last. */
    private long cronCursor;
    private long nextId = 1;
    private final ClientLimits limits = new ClientLimits();

    Clients(Server server) {
        this.server = server;
        this.input = new ClientInput(server, this);
        this.output = new ClientOutput(server, this);
        this.threads = new ClientThreads(server, input, output);
    }

    /** The limits that the configuration sets. */
    public ClientLimits limits() {
        return limits;
    }

    /** What threads read and write for clients. */
    public ClientThreads threads() {
        return threads;
    }

    /** Sets the longest bulk that is taken, in bytes; what no block of memory can hold is refused whatever it says. */
    public void bulkLimit(long bytes) {
        limits.bulk = bytes;
        threads.await();
        byId.values().forEach(this::limitBulks);
    }

    private void limitBulks(ServerClient client) {
        client.parser.maxBulkLength(Math.min(limits.bulk, ClientInput.LONGEST_BULK));
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
        return input.bytes();
    }

    /** Bytes of all output buffers. */
    public long replyBytes() {
        return output.bytes();
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
        ServerClient client =
                new ServerClient(nextId++, connection, input.parser(), output.writer(), server.databases().at(0), server.clock().millis());
        limitBulks(client);
        client.authenticated(!server.authenticationRequired(), "default");
        byId.put(client.id(), client);
        server.stats().connections++;
        client.reply.onGrowth(waiting -> output.mayGrow(client, waiting));
        listen(client);
        server.clientMemory().changed(client);
        server.events().fire(new ClientEvent(client, true));
    }

    /** Has what the client sends read from now on. */
    void listen(ServerClient client) {
        if (!client.closed) {
            client.connection().onReadable(() -> input.readable(client));
        }
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

    /** Goes on with clients that were blocked and have been served. */
    void resumeUnblocked() {
        input.resumeUnblocked();
    }

    /** Has the client's replies written before the loop sleeps. */
    void replied(ServerClient client) {
        output.replied(client);
    }

    /** Writes what clients are owed, as far as they take it. */
    public void flushReplies() {
        output.flush();
    }

    /** Writes what clients are owed while a command goes on. */
    void flushRepliesWithin() {
        output.flushWithin();
    }

    /** Spares a client, or not, when clients take too much memory. */
    public void noEvict(ServerClient client, boolean on) {
        client.noEvict = on;
        server.clientMemory().count(client);
    }

    /** Holds a client to its output limits between two of its commands. */
    void limitOutput(ServerClient client) {
        output.limit(client);
    }

    /** Where messages go that a client sends to itself, in its protocol, until {@link #sendPostponed}. */
    ReplyWriter postponed(ServerClient client) {
        return output.postponed(client);
    }

    /** Puts what a client has sent to itself behind the reply to its command. */
    void sendPostponed(ServerClient client) {
        output.sendPostponed(client);
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
        for (int i = toClose.size(); i > 0; i--) {
            ServerClient client = toClose.remove();
            if (inUse(client)) {
                toClose.add(client);
            } else {
                close(client);
            }
        }
    }

    /** Whether what the client has sent is being worked on further up, or a thread has it, so that nothing of it may be freed. */
    private static boolean inUse(ServerClient client) {
        return client.processing || client.executing > 0 || client.lent();
    }

    /** Closes a client now, or, if a command of it is being executed or a thread has it, before the loop sleeps after that. */
    public void close(ServerClient client) {
        if (client.closed) {
            return;
        }
        if (inUse(client)) {
            closeLater(client);
            return;
        }
        server.clientMemory().left(client);
        client.closed = true;
        byId.remove(client.id());
        client.connection().close();
        server.blocking().left(client);
        server.pause().left(client);
        server.held().left(client);
        server.monitors().remove(client);
        server.transactions().discard(client);
        server.pubsub().leave(client);
        input.release(client);
        client.parser.free();
        output.release(client);
        server.events().fire(new ClientEvent(client, false));
    }

    /** The regular look at some clients: idle time, soft limits, buffers. */
    void cron(int hz) {
        output.cron();
        int wanted = Math.max(CRON_CLIENTS, byId.size() / hz);
        long now = server.clock().millis();
        for (int i = Math.min(wanted, byId.size()); i > 0 && !byId.isEmpty(); i--) {
            Map.Entry<Long, ServerClient> next = byId.higherEntry(cronCursor);
            if (next == null) {
                next = byId.firstEntry();
            }
            cronCursor = next.getKey();
            ServerClient c = next.getValue();
            if (c.lent()) {
                continue; // it is anything but idle
            }
            if (limits.timeoutSeconds > 0 && !c.waits() && !c.monitoring && !c.pinned && !c.isSubscriber()
                    && now - c.lastInteractionMillis > limits.timeoutSeconds * 1000L) {
                LOG.debug("Closing idle client {}", c.address());
                close(c);
                continue;
            }
            if (server.listeners().draining(c.connection()) && c.idle()) {
                LOG.debug("Closing client {}: its listener is closed", c.address());
                close(c);
                continue;
            }
            server.clientMemory().count(c);
            output.look(c);
            input.resize(c, now);
            output.resize(c, now);
        }
    }

    /** Closes all clients, after a last try to write what they are owed. */
    void closeAll() {
        threads.end();
        flushReplies();
        List.copyOf(byId.values()).forEach(this::close);
    }

    /** Gives all memory back. */
    void free() {
        threads.free();
        input.free();
        output.free();
    }
}
