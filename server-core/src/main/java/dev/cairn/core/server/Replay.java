package dev.cairn.core.server;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;
import dev.cairn.resp.ChunkPool;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;
import dev.cairn.structures.Memory;

/**
 * Executes commands of a log: straight from the memory that they were read to, past what only clients need. Main thread.
 *
 * <p>The time stands still at 1970: a moment that a command names is never over, and keys do not expire, for what expired has its own DEL in
 * the log. A
 * transaction's commands are executed as they come, since a log holds it whole or not at all.
 */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int MAX_BATCH = Dispatcher.MAX_BATCH;
    private static final int PREFETCH_FROM_KEYS = 1 << 15;
    /** Most bytes that the parser is given at once. */
    private static final long WINDOW = 1L << 30;

    private final Server server;
    private final Databases databases;
    private final ChunkPool chunks = new ChunkPool();
    private final ReplyWriter out = new ReplyWriter(chunks);
    private final ServerClient client;
    private final RequestParser parser = new RequestParser();
    private final RequestBatch batch = new RequestBatch();
    private final ArgsView args = new ArgsView();
    private final long[] hashes = new long[MAX_BATCH];
    private @Nullable CallContext context;
    private long executed;
    private long refused;
    private long touched;

    Replay(Server server) {
        this.server = server;
        this.databases = server.databases();
        this.client = new ServerClient(0, new SilentConnection(""), parser, out, databases.at(0), server.clock().millis());
        client.authenticated(true, "default");
        client.replyMode(ServerClient.ReplyMode.OFF);
        out.onError(this::failed);
    }

    private void failed(CommandError error) {
        if (refused++ == 0) {
            LOG.warn("A command of the log has failed, which it did not when it was logged: {} {}", error.code(), error.sentence());
        }
    }

    /** Commands executed so far. */
    long executed() {
        return executed;
    }

    /** Something made of all prefetched words. */
    long touched() {
        return touched;
    }

    /** Executes whole commands; null, or what is wrong with them. */
    @Nullable
    String run(long address, long length, int database) {
        client.select(databases.at(database));
        long at = 0;
        while (at < length) {
            int window = (int) Math.min(WINDOW, length - at);
            batch.clear();
            int parsed = parser.parse(address + at, 0, window, batch, MAX_BATCH);
            if (parser.failed()) {
                String error = parser.error();
                parser.reset();
                return error + " at byte " + at;
            }
            if (batch.commands() == 0) {
                parser.reset();
                return "a command is incomplete at byte " + at;
            }
            databases.now(0);
            String wrong = execute();
            if (wrong != null) {
                return wrong;
            }
            parser.reset();
            at += parsed;
        }
        return null;
    }

    private @Nullable String execute() {
        int n = batch.commands();
        if (client.database.size() >= PREFETCH_FROM_KEYS) {
            prefetch(n);
        }
        for (int i = 0; i < n; i++) {
            String wrong = execute(args.bind(batch, i));
            if (wrong != null) {
                return wrong;
            }
        }
        executed += n;
        return null;
    }

    private void prefetch(int n) {
        long sink = 0;
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (batch.argumentCount(i) > 1) {
                int place = batch.firstArgument(i) + 1;
                long hash = Database.hash(batch.addressAt(place), batch.lengthAt(place));
                hashes[count++] = hash;
                sink ^= client.database.prefetch(hash);
            }
        }
        for (int i = 0; i < count; i++) {
            long record = client.database.candidate(hashes[i]);
            if (record != 0) {
                sink ^= Memory.getByte(record);
            }
        }
        touched = sink;
    }

    private @Nullable String execute(ArgsView a) {
        NativeBytes name = a.view(0);
        CommandEntry e = server.originalCommands().find(name.address(), name.length());
        if (e == null) {
            e = server.commands().find(name.address(), name.length());
        }
        if (e != null && e.subcommands() != null && a.size() > 1) {
            NativeBytes sub = a.view(1);
            e = e.subcommands().find(sub.address(), sub.length());
        }
        Command handler = e == null ? null : e.handler();
        if (e == null || handler == null) {
            return "unknown command '" + name.text() + "'";
        }
        if (!e.accepts(a.size())) {
            return "wrong number of arguments for '" + e.wireName() + "'";
        }
        if (!e.immediate()) {
            invoke(e, handler, a);
        }
        return null;
    }

    private void invoke(CommandEntry e, Command handler, ArgsView a) {
        CallContext c = context;
        if (c == null) {
            c = new CallContext(server, client, e);
            context = c;
        }
        // as in a transaction: a command of a log must not block
        c.bind(client, e, true);
        int slots = databases.slotMark();
        try {
            handler.execute(c, a, out);
        } catch (CommandError error) {
            out.error(error);
        } finally {
            databases.releaseSlots(slots);
        }
    }

    /** Gives all memory back. */
    void close() {
        parser.free();
        batch.free();
        out.clear();
        chunks.trim();
    }
}
