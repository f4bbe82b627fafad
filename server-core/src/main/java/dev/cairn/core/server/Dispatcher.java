package dev.cairn.core.server;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Token;
import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.ReplyWriter;
import dev.cairn.resp.RequestBatch;
import dev.cairn.structures.Memory;

/**
 * Takes commands from parsed arguments to their handlers: lookup, the checks in Redis' order, queuing in a transaction, execution,
 * statistics. Main thread.
 *
 * <p>Two things make a batch of pipelined commands cheaper than its commands one by one. Where the keyspace is too large for the caches,
 * the keys of the batch are hashed and their places in the index touched, first all of them, then the records that they probably have, so
 * that the misses overlap. And runs of brief commands (see {@code CommandSpec.brief}) are timed together, by {@link CommandTimes}.
 */
public final class Dispatcher {
    /** Most commands taken from a client before others have their turn. */
    static final int MAX_BATCH = 64;
    private static final int PREFETCH_FROM_KEYS = 1 << 15;
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final CommandError NO_AUTH = CommandError.of("NOAUTH", "Authentication required.");
    private static final CommandError ABORTED = CommandError.of("EXECABORT", "Transaction discarded because of previous errors.");
    private static final CommandError NOT_IN_TRANSACTION = CommandError.err("Command not allowed inside a transaction");
    private static final CommandError BUSY = CommandError.of("BUSY", "Redis is busy running a module command.");
    /** After a command of this time, 0.1 ms, the others of the turn get a newer clock. */
    private static final long LONG_NANOS = 100_000;
    private static final CommandError MONITORING = CommandError.err("Replica can't interact with the keyspace");
    private static final Token QUEUED = Token.of("QUEUED");
    private static final Token POST = Token.of("post");
    private static final Token HOST = Token.of("host:");
    private static final CommandError OUT_OF_MEMORY = CommandError.of("OOM", "the system has no memory left for this command");

    private final Server server;
    private final Databases databases;
    private final CommandTable commands;
    private final ServerStats stats;
    private final CommandStream stream;
    private final Durability durability;
    private final Filters filters;
    private final ArgsView args = new ArgsView();
    private final ArgsView queuedArgs = new ArgsView();
    private final StoredCommand queued;
    private final CommandTimes ownTimes;
    private final FailureLog failures = new FailureLog(LOG);
    private CommandTimes times;
    private final long[] hashes = new long[MAX_BATCH];
    private long touched;
    private @Nullable CallContext context;
    private @Nullable ServerClient current;
    private int depth;
    /** Errors that the statistics of a command have, so that those of a transaction's commands are not EXEC's too. */
    private long countedErrors;

    Dispatcher(Server server) {
        this.server = server;
        this.databases = server.databases();
        this.commands = server.commands();
        this.stats = server.stats();
        this.stream = server.stream();
        this.durability = server.durability();
        this.filters = server.filters();
        this.ownTimes = new CommandTimes(server, true);
        this.times = ownTimes;
        this.queued = new StoredCommand(server.transactions().entries());
    }

    /** What times the commands. */
    CommandTimes times() {
        return ownTimes;
    }

    /** The client whose command is being executed, null between commands. */
    public @Nullable ServerClient current() {
        return current;
    }

    /**
     * Executes the commands of a batch until one makes the client halt.
     *
     * @return number of commands taken
     */
    int execute(ServerClient client, RequestBatch batch) {
        int n = batch.commands();
        if (n > 1 && client.database.size() >= PREFETCH_FROM_KEYS) {
            prefetch(client.database, batch, n);
        }
        ArgsView a = depth == 0 ? args : new ArgsView();
        a.adoptable(!stream.active() && !server.monitors().active());
        CommandTimes outer = enterTimes();
        times.begin(client, batch);
        int done = 0;
        while (done < n) {
            a.bind(batch, done);
            receive(client, a, done++);
            server.clients().limitOutput(client);
            if (client.halted()) {
                break;
            }
        }
        times.endRun();
        times = outer;
        return done;
    }

    /** Commands that are served while another breathes are timed apart; returns what times the others. */
    private CommandTimes enterTimes() {
        if (depth == 0) {
            times = ownTimes;
            return ownTimes;
        }
        CommandTimes outer = times;
        outer.endRun();
        times = new CommandTimes(server, ownTimes.tracking());
        return outer;
    }

    /** Processes one command, as the only one of a batch. */
    void execute(ServerClient client, ArgsView command) {
        CommandTimes outer = enterTimes();
        times.begin(client, null);
        process(client, command, 0);
        server.clients().limitOutput(client);
        times.endRun();
        times = outer;
    }

    private void prefetch(Database database, RequestBatch batch, int n) {
        int count = 0;
        long sink = 0;
        for (int i = 0; i < n; i++) {
            if (batch.argumentCount(i) > 1) {
                int place = batch.firstArgument(i) + 1;
                long hash = Database.hash(batch.addressAt(place), batch.lengthAt(place));
                hashes[count++] = hash;
                sink ^= database.prefetch(hash);
            }
        }
        for (int i = 0; i < count; i++) {
            long record = database.candidate(hashes[i]);
            if (record != 0) {
                sink ^= Memory.getByte(record);
            }
        }
        touched = sink;
    }

    /** Something made of all prefetched words; asking for it keeps the loads from being optimised away. */
    public long touched() {
        return touched;
    }

    /** Forgets everything about commands that were executed, as before those of a module go. */
    void forgetCommands() {
        times.forgetCommands();
        failures.forget();
        context = null;
    }

    /** Filters a command that was sent, where there are filters, and processes it. */
    private void receive(ServerClient client, ArgsView sent, int place) {
        if (!filters.active()) {
            process(client, sent, place);
            return;
        }
        ArgsView a;
        try {
            a = filters.apply(client, sent, depth);
        } catch (CommandError error) {
            reject(client, null, sent, error);
            return;
        }
        process(client, a, place);
    }

    private void process(ServerClient client, ArgsView a, int place) {
        CommandEntry e = find(a);
        client.lastCommand = e;
        if (e == null) {
            unknown(client, a);
            return;
        }
        if (!e.accepts(a.size()) || e.handler() == null) {
            reject(client, e, a, wrongArity(e));
            return;
        }
        if (e.isProtected()) {
            CommandError refusal = server.protection(e, client);
            if (refusal != null) {
                reject(client, e, a, refusal);
                return;
            }
        }
        if (!client.authenticated && !e.withoutAuthentication() && server.authenticationRequired()) {
            reject(client, e, a, NO_AUTH);
            return;
        }
        if (server.clientMemory().over() && depth == 0) {
            server.clientMemory().evict();
            if (client.closing()) {
                return;
            }
        }
        Transaction t = client.transaction;
        if (durability.refuses()) {
            CommandError refusal = durability.refusal(e);
            if (refusal == null && t != null && t.writes() && e.isExec()) {
                refusal = durability.writeRefusal();
            }
            if (refusal != null) {
                reject(client, e, a, refusal);
                return;
            }
        }
        if (client.isSubscriber() ? client.inSubscribedMode() && !e.allowedToSubscribers() : e.forSubscribersOnly()) {
            reject(client, e, a, client.isSubscriber() ? notInSubscribedMode(e) : noSubscription(e));
            return;
        }
        if (server.breathing().serving() && !e.allowedWhenBusy()) {
            reject(client, e, a, BUSY);
            return;
        }
        if (client.monitoring && e.usesKeyspace()) {
            reject(client, e, a, MONITORING);
            return;
        }
        if (server.pause().active() && server.pause().holds(client, e)) {
            server.pause().postpone(client, e, a);
            return;
        }
        if (t != null) {
            if (e.forbiddenInTransaction()) {
                reject(client, e, a, NOT_IN_TRANSACTION);
                return;
            }
            if (!e.immediate()) {
                queue(client, t, e, a);
                return;
            }
        }
        call(client, e, a, place, false);
        if (server.blocking().somethingReady() && !server.breathing().serving()) {
            times.endRun();
            server.blocking().serveReady();
        }
    }

    private void queue(ServerClient client, Transaction t, CommandEntry e, ArgsView a) {
        try {
            if (!t.failed() && !client.watchFailed) {
                t.queue(e, a, server.clients().queryLimit());
            }
            client.reply.simple(QUEUED);
            afterReply(client);
        } catch (CommandError error) {
            reject(client, e, a, error);
        }
    }

    /** The command, or the subcommand of a container, that the arguments name; null when there is none. */
    @Nullable
    CommandEntry find(ArgsView a) {
        NativeBytes name = a.view(0);
        CommandEntry e = commands.find(name.address(), name.length());
        if (e == null || a.size() < 2) {
            return e;
        }
        CommandTable subs = e.subcommands();
        if (subs == null) {
            return e;
        }
        NativeBytes sub = a.view(1);
        return subs.find(sub.address(), sub.length());
    }

    /** Refuses a name that is no command's, or no subcommand's of a container. */
    private void unknown(ServerClient client, ArgsView a) {
        if (a.is(0, POST) || a.is(0, HOST)) {
            // a browser was made to send a request here, whose body might hold commands
            LOG.warn("Closing the connection from {}: it speaks HTTP, which may be an attempt to have a browser attack this server",
                    client.address());
            server.clients().closeLater(client);
        } else {
            reject(client, null, a, unknown(a));
        }
    }

    /** The error for a name that is no command's, or no subcommand's of a container. */
    CommandError unknown(ArgsView a) {
        NativeBytes name = a.view(0);
        CommandEntry container = commands.find(name.address(), name.length());
        return container == null
                ? unknownCommand(a)
                : CommandError.err("unknown subcommand '" + excerpt(a.at(1), 128) + "'. Try " + container.spec().name() + " HELP.");
    }

    /** The error for a wrong number of arguments. */
    public static CommandError wrongArity(CommandEntry e) {
        return CommandError.err("wrong number of arguments for '" + e.wireName() + "' command");
    }

    private static CommandError notInSubscribedMode(CommandEntry e) {
        return CommandError.err("Can't execute '" + e.wireName()
                + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
    }

    private static CommandError noSubscription(CommandEntry e) {
        return CommandError.of("NOSUB", "'" + e.wireName() + "' command executed not in subscribed mode");
    }

    private static CommandError unknownCommand(ArgsView a) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < a.size() && text.length() < 128; i++) {
            String argument = excerpt(a.at(i), 128 - text.length());
            text.append('\'').append(argument).append("' ");
        }
        return CommandError.err("unknown command '" + excerpt(a.at(0), 128) + "', with args beginning with: " + text);
    }

    private static String excerpt(Bytes b, int max) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < b.length() && i < max && b.at(i) != 0; i++) {
            text.append(ReplyWriter.character(b.at(i)));
        }
        return text.toString();
    }

    /** Replies with an error before execution; inside MULTI this makes EXEC fail. */
    private void reject(ServerClient client, @Nullable CommandEntry e, ArgsView a, CommandError error) {
        Transaction t = client.transaction;
        if (t != null) {
            t.fail();
        }
        if (e != null) {
            e.rejected++;
        }
        if (e != null && e.isExec()) {
            server.transactions().discard(client);
            String reason = error.code().equals("ERR") ? error.sentence() : error.code() + " " + error.sentence();
            client.reply.error(CommandError.of("EXECABORT", "Transaction discarded because of: " + reason));
            // the monitors have seen MULTI and none of the queued commands
            if (server.monitors().active()) {
                server.monitors().show(client, a, new Redactions());
            }
        } else {
            client.reply.error(error);
        }
        afterReply(client);
    }

    /** Executes a command whose checks are done; {@code place} is its number in the batch, or its block. */
    private void call(ServerClient client, CommandEntry e, ArgsView a, long place, boolean inTransaction) {
        if (times.alone(e) || filters.active()) {
            long start = times.endRun();
            CallContext c = invoke(client, e, a, inTransaction);
            if (times.ranAlone(client, e, start, a, c.redactions()) > LONG_NANOS) {
                server.clock().refresh();
            }
        } else {
            long replied = client.reply.position();
            CallContext c = invoke(client, e, a, inTransaction);
            times.ran(e, client.reply.position() - replied, place, c.redactions().any());
        }
        if (!inTransaction) {
            server.clients().sendPostponed(client);
            if (client.blocked == null) {
                afterReply(client);
            }
        }
    }

    private CallContext invoke(ServerClient client, CommandEntry e, ArgsView a, boolean inTransaction) {
        ReplyWriter out = client.reply;
        CallContext c = context;
        if (c == null || depth > 0) {
            c = new CallContext(server, client, e);
            if (depth == 0) {
                context = c;
            }
        }
        c.bind(client, e, inTransaction);
        ServerClient outer = current;
        current = client.internal() && outer != null ? outer : client;
        client.executing++;
        if (depth++ == 0) {
            databases.now(server.clock().millis());
        }
        boolean logged = stream.active();
        boolean outerEffects = logged && stream.enter();
        long dirty = server.dirty();
        int database = client.database();
        boolean untouched = client.noTouch && !e.isTouch();
        if (untouched) {
            databases.accessClock().hold(true);
        }
        boolean shown = server.monitors().active() && !e.hidden();
        int slots = databases.slotMark();
        long errors = out.errors() - countedErrors;
        long start = out.position();
        try {
            Command handler = e.handler();
            if (handler != null) {
                handler.execute(c, a, out);
            }
        } catch (CommandError error) {
            out.truncateTo(start);
            out.error(error);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError failure) {
            out.truncateTo(start);
            out.error(unexpected(e, failure));
        } finally {
            depth--;
            client.executing--;
            current = outer;
            if (logged) {
                if (server.dirty() != dirty) {
                    stream.executed(a, database);
                }
                if (stream.leave(outerEffects, e.loose())) {
                    client.writeOffset = stream.offset();
                }
            }
            databases.releaseSlots(slots);
            if (untouched) {
                databases.accessClock().hold(false);
            }
        }
        Blocked waits = client.blocked;
        if (waits == null) {
            long own = out.errors() - countedErrors - errors;
            countedErrors += own;
            count(client, e, own != 0);
        } else if (e.registration().replaceable() && waits.entry == e) {
            server.blocking().suspended(waits, a, server.dirty() != dirty);
        }
        if (shown) {
            server.monitors().show(client, a, c.redactions());
        }
        return c;
    }

    private void count(ServerClient client, CommandEntry e, boolean failed) {
        e.calls++;
        stats.commands++;
        client.commandsProcessed++;
        if (failed) {
            e.failed++;
        }
    }

    private CommandError unexpected(CommandEntry e, Throwable failure) {
        stats.unexpectedErrors++;
        if (failure instanceof OutOfMemoryError error && heapExhausted()) {
            throw error;
        }
        failures.warn(
                "Command '" + e.wireName() + "' of module '" + e.module()
                        + "' failed with an unexpected error; the client gets an error reply",
                failure);
        if (failure instanceof OutOfMemoryError) {
            return OUT_OF_MEMORY;
        }
        return CommandError.err("internal error in command '" + e.wireName() + "' of module '" + e.module() + "': "
                + failure.getClass().getSimpleName() + missing(failure));
    }

    /** What a failed linkage has not found. */
    private static String missing(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof LinkageError && message != null ? " (" + message.replace('/', '.') + ")" : "";
    }

    /** Whether little is left of the Java heap for anybody; else a command has asked for one object that is too large. */
    private static boolean heapExhausted() {
        Runtime vm = Runtime.getRuntime();
        return vm.maxMemory() - vm.totalMemory() + vm.freeMemory() < vm.maxMemory() / 16;
    }

    /** A command has had its reply: what CLIENT REPLY SKIP has asked for goes on. */
    static void afterReply(ServerClient client) {
        switch (client.replyMode()) {
            case SKIP_NEXT -> client.replyMode(ServerClient.ReplyMode.SKIP);
            case SKIP -> client.replyMode(ServerClient.ReplyMode.ON);
            case ON, OFF -> {
            }
        }
    }

    /** Executes the queued commands of a transaction, after the begin of its reply. */
    void executeQueued(ServerClient client, Transaction t) {
        times.queued(true);
        for (long block = t.first(); block != 0; block = StoredCommand.next(block)) {
            queuedArgs.bind(queued.set(block));
            CommandEntry e = queued.known() ? queued.entry() : null;
            if (e != null && e.accepts(queuedArgs.size()) && e.handler() != null) {
                call(client, e, queuedArgs, block, true);
            } else {
                // a command before it in the transaction has changed the modules
                client.reply.error(e == null ? unknownCommand(queuedArgs) : wrongArity(e));
            }
        }
        times.queued(false);
    }

    /**
     * Executes a command for a module.
     *
     * @param within whether another is being executed, with the clock that this one is to see
     * @param hushed whether the other's words stand for what this one changes
     */
    void executeForModule(ServerClient client, CommandEntry e, ArgsView a, boolean within, boolean hushed) {
        if (!within) {
            databases.now(server.clock().millis());
        }
        client.lastCommand = e;
        long counted = countedErrors;
        boolean outerHush = stream.hush(hushed || within && stream.hushed());
        long start = System.nanoTime();
        depth++;
        try {
            invoke(client, e, a, true);
        } finally {
            depth--;
            countedErrors = counted;
            stream.hush(outerHush);
            e.took(System.nanoTime() - start, 1, ownTimes.tracking());
        }
    }

    static CommandError aborted() {
        return ABORTED;
    }

    /**
     * Runs a step of a blocked client; true when it gave the reply.
     *
     * @param last whether the step gives the reply whatever it says
     */
    boolean resume(Blocked b, Suspension.Resume step, boolean last) {
        ServerClient client = b.client;
        ReplyWriter out = client.reply;
        long errors = out.errors();
        long start = out.position();
        int slots = databases.slotMark();
        long begin = System.nanoTime();
        databases.now(server.clock().millis());
        ServerClient outer = current;
        current = client;
        boolean logged = stream.active();
        boolean outerEffects = logged && stream.enter();
        long dirty = server.dirty();
        boolean served;
        try {
            served = step.resume(new CallContext(server, client, b.entry), out) || last;
        } catch (CommandError error) {
            out.truncateTo(start);
            out.error(error);
            served = true;
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError failure) {
            out.truncateTo(start);
            out.error(unexpected(b.entry, failure));
            served = true;
        } finally {
            current = outer;
            if (logged && stream.leave(outerEffects, false)) {
                client.writeOffset = stream.offset();
            }
            databases.releaseSlots(slots);
        }
        long nanos = System.nanoTime() - begin;
        b.nanos += nanos;
        stats.commandNanos += nanos;
        if (served) {
            count(client, b.entry, out.errors() != errors);
            times.served(b);
        }
        server.clients().sendPostponed(client);
        if (!served && server.dirty() != dirty) {
            server.blocking().changed(b);
        }
        if (served) {
            afterReply(client);
        }
        server.clients().replied(client);
        return served;
    }
}
