package dev.cairn.core.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CallOption;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.Outcall;
import dev.cairn.api.command.Value;
import dev.cairn.core.db.Database;
import dev.cairn.resp.ChunkPool;
import dev.cairn.resp.CommandBuffer;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.resp.RequestBatch;
import dev.cairn.resp.RequestParser;
import dev.cairn.resp.Resp;
import dev.cairn.structures.Memory;

/**
 * Executes commands for modules, see {@link Outcall}. Main thread.
 *
 * <p>Each depth of calls has a client that is none, a line: the words are encoded and parsed as if they had been sent, and the reply is
 * decoded from what the client would have been sent. So a called command runs as every other does, on memory of the same kind.
 */
final class Outcalls {
    /** What a line's buffers may keep between calls. */
    private static final int KEPT_CAPACITY = 1 << 16;
    /** The part of the Java heap that one reply may take, undecoded. */
    private static final int HEAP_SHARE = 32;
    /** Containers whose subcommands work without a client though scripts may not have them. */
    private static final Set<String> WITHOUT_CLIENT = Set.of("config", "latency", "slowlog");
    private static final CommandError TOO_LARGE = CommandError.err("the reply is too large for a module to be given");

    private final Server server;
    private final ChunkPool chunks = new ChunkPool();
    private final List<Line> lines = new ArrayList<>();
    private int depth;

    Outcalls(Server server) {
        this.server = server;
    }

    /** Calls that belong to a command that is being executed, whose words may stand for them in the log. */
    Outcall of(CallContext command) {
        return (options, words) -> call(command.database(), true, command.logged() && !options.contains(CallOption.LOGGED), options, words);
    }

    /** Calls that belong to no command; those from a listener inside of one must not write. */
    Outcall on(Database database) {
        return (options, words) -> call(database, false, false, options, words);
    }

    private Value call(Database database, boolean within, boolean hushed, Set<CallOption> options, Bytes... words) {
        if (!server.loop().onMain()) {
            throw new IllegalStateException("a call outside of the main thread");
        }
        if (words.length == 0) {
            throw new IllegalArgumentException("a call without words");
        }
        if (depth == Outcall.DEEPEST) {
            throw new IllegalStateException("calls are " + Outcall.DEEPEST + " deep");
        }
        if (depth == lines.size()) {
            lines.add(new Line());
        }
        Line line = lines.get(depth++);
        try {
            return line.call(database, within, hushed, options, words);
        } finally {
            depth--;
            line.clear();
        }
    }

    private static boolean needsClient(CommandEntry e) {
        CommandEntry container = e.parent();
        return e.spec().is(CommandFlag.NOSCRIPT) && (container == null || !WITHOUT_CLIENT.contains(container.wireName()));
    }

    /** Gives all memory back. */
    void close() {
        lines.forEach(Line::free);
        lines.clear();
        chunks.trim();
    }

    /** What one depth of calls uses. */
    private final class Line {
        private final CommandBuffer request = new CommandBuffer(1 << 12, 0);
        private final RequestParser parser = new RequestParser();
        private final RequestBatch batch = new RequestBatch();
        private final ArgsView args = new ArgsView();
        private ServerClient client = newClient();

        private ServerClient newClient() {
            ReplyWriter out = new ReplyWriter(chunks);
            long limit = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
            out.onGrowth(waiting -> waiting <= limit);
            ServerClient c = new ServerClient(0, new SilentConnection("module"), parser, out, server.databases().at(0),
                    server.clock().millis());
            c.authenticated(true, "default");
            return c;
        }

        Value call(Database database, boolean within, boolean hushed, Set<CallOption> options, Bytes... words) {
            request.begin(words.length);
            for (Bytes word : words) {
                request.word(word);
            }
            if (request.length() > Integer.MAX_VALUE) {
                return failure(CommandError.err("the call's words are too long"));
            }
            parser.parse(request.address(), 0, (int) request.length(), batch, 1);
            if (parser.failed() || batch.commands() == 0) {
                return failure(CommandError.err("the call's words are too long"));
            }
            client.select(database);
            client.protocol(options.contains(CallOption.RESP2) ? 2 : 3);
            args.bind(batch, 0).adoptable(false);
            CommandEntry e = server.dispatcher().find(args);
            if (e == null) {
                return failure(server.dispatcher().unknown(args));
            }
            CommandError refusal = refusal(e, within, options);
            if (refusal != null) {
                e.rejected++;
                return failure(refusal);
            }
            server.dispatcher().executeForModule(client, e, args, within, hushed);
            return reply();
        }

        private @Nullable CommandError refusal(CommandEntry e, boolean within, Set<CallOption> options) {
            if (!e.accepts(args.size()) || e.handler() == null) {
                return Dispatcher.wrongArity(e);
            }
            if (needsClient(e)) {
                return CommandError.err("command '" + e.wireName() + "' needs a client and cannot be called by a module");
            }
            if (!within && e.mayReplicate() && server.dispatcher().current() != null) {
                return CommandError.err("command '" + e.wireName() + "' may write, and a listener inside of a command must not");
            }
            if (options.contains(CallOption.READ_ONLY) && e.mayReplicate()) {
                return CommandError.err("command '" + e.wireName() + "' may write, and the module's call is read-only");
            }
            return server.durability().refuses() ? server.durability().refusal(e) : null;
        }

        private Value failure(CommandError error) {
            return new Value.Failure(error.code() + " " + error.sentence());
        }

        private Value reply() {
            ReplyWriter out = client.reply;
            if (out.abandoned()) {
                return failure(TOO_LARGE);
            }
            byte[] bytes = new byte[(int) out.pendingBytes()];
            int[] at = new int[1];
            try {
                out.flush((address, length) -> {
                    Memory.copyToArray(address, bytes, at[0], length);
                    at[0] += length;
                    return length;
                }, bytes.length);
                return Resp.parse(new ByteArrayInputStream(bytes));
            } catch (IOException broken) {
                throw new UncheckedIOException("command '" + client.lastCommand + "' gave no reply", broken);
            }
        }

        void clear() {
            parser.reset();
            batch.clear();
            request.clear(KEPT_CAPACITY);
            client.lastCommand = null;
            client.reply.clear();
            if (client.reply.abandoned()) {
                client = newClient();
            }
        }

        void free() {
            parser.free();
            batch.free();
            request.close();
            client.reply.clear();
        }
    }
}
