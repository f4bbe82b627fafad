package dev.cairn.sample.delayqueue;

import static dev.cairn.api.command.CommandFlag.BLOCKING;
import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.INSERT;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.RW;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.SpiVersion;
import dev.cairn.api.StopReason;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Timeouts;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.api.io.Loop;

/**
 * The module {@code delayqueue}: DQ.PUSH puts a message into a queue that is due after some time, DQ.POP takes the message that has been
 * due longest, waiting for one if it has to. Main thread.
 *
 * <p>What depends on the time is logged so that it does not: a push with the moment when it is due, a pop with the moment when it was done.
 */
public final class DelayQueueModule implements ServerModule {
    private static final Token PUSHED = Token.of("dq.push");
    private static final Token TAKEN = Token.of("dq.take");
    private static final Token DELETED = Token.of("del");
    private static final Bytes PUSHAT = Bytes.of("DQ.PUSHAT");
    private static final Token PRIORITY = Token.of("PRIORITY");
    private static final Bytes PRIORITY_WORD = Bytes.of("PRIORITY");
    private static final Bytes TAKE = Bytes.of("DQ.TAKE");
    private static final CommandError TOO_LONG = CommandError.err("the delay is too long");

    private final DelayQueueType type = new DelayQueueType();
    private final Set<Waiting> waiting = new HashSet<>();
    private @Nullable Loop loop;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public DelayQueueModule() {
    }

    @Override
    public ModuleInfo info() {
        return new ModuleInfo("delayqueue", 2, new SpiVersion(1, 0));
    }

    @Override
    public void configure(Registrar r) {
        r.dataType(type);
        r.command(spec("DQ.PUSH", -4).summary("Adds a message that is due after some milliseconds.").complexity("O(log(N))")
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, INSERT))
                .syntax("key milliseconds:integer message [PRIORITY priority:integer]"), this::push);
        r.command(
                spec("DQ.PUSHAT", -4).summary("Adds a message that is due at a moment, in milliseconds since 1970.").complexity("O(log(N))")
                        .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, INSERT))
                        .syntax("key moment:unix-time message [PRIORITY priority:integer]"),
                this::pushAt);
        r.command(spec("DQ.POP", 3).summary("Removes the message that has been due longest and returns it, or waits until one is due.")
                .complexity("O(log(N))").flags(WRITE, BLOCKING).keys(KeySpec.at(1, RW, ACCESS, DELETE)).syntax("key timeout:double"),
                this::pop);
        r.command(spec("DQ.TAKE", 3).summary("Removes the message that has been due longest at a moment and returns it.")
                .complexity("O(log(N))").flags(WRITE, FAST).keys(KeySpec.at(1, RW, ACCESS, DELETE)).syntax("key moment:unix-time"),
                this::take);
        r.command(spec("DQ.LEN", 2).summary("Returns the number of messages, due or not.").complexity("O(1)").flags(READONLY, FAST)
                .keys(KeySpec.at(1, RO)).syntax("key"), this::length);
        r.command(spec("DQ.NEXT", 2).since("2.0.0").summary("Returns when the next message is due, in milliseconds since 1970.")
                .complexity("O(1)").flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key"), this::next);
        r.info("Delayqueue", false, out -> out.field("delayqueue_waiting", waiting.size()));
    }

    private static CommandSpec.Builder spec(String name, int arity) {
        return CommandSpec.of(name, arity).since("1.0.0");
    }

    @Override
    public void start(ModuleContext context) {
        loop = context.loop();
    }

    @Override
    public void stop(StopReason reason) {
        Set.copyOf(waiting).forEach(Waiting::end);
    }

    private void push(Call call, Args args, Reply out) {
        long delay = args.integer(2, 0, Long.MAX_VALUE);
        if (delay > Long.MAX_VALUE - call.now()) {
            throw TOO_LONG;
        }
        push(call, args, call.now() + delay, out);
    }

    private void pushAt(Call call, Args args, Reply out) {
        push(call, args, args.integer(2, 0, Long.MAX_VALUE), out);
    }

    private void push(Call call, Args args, long due, Reply out) {
        Bytes key = args.at(1);
        Bytes message = args.at(3);
        long priority = 0;
        if (args.size() > 4) {
            if (args.size() != 6 || !args.is(4, PRIORITY)) {
                throw CommandError.SYNTAX;
            }
            priority = args.integer(5);
        }
        WriteSlot slot = call.keyspace().write(key, type);
        DelayQueue queue;
        if (slot.exists()) {
            queue = DelayQueueType.queue(slot);
        } else {
            queue = new DelayQueue();
            slot.putObject(type, 0, queue);
        }
        queue.add(due, priority, message.toArray());
        slot.changed(KeyEventClass.MODULE, PUSHED);
        if (priority == 0) {
            call.effects().begin(4).word(PUSHAT).word(key).word(due).word(message);
        } else {
            call.effects().begin(6).word(PUSHAT).word(key).word(due).word(message).word(PRIORITY_WORD).word(priority);
        }
        out.integer(queue.size());
    }

    private void pop(Call call, Args args, Reply out) {
        long timeout = Timeouts.seconds(args.at(2), call.now());
        Bytes key = args.at(1);
        if (take(call, key, call.now(), out)) {
            return;
        }
        if (call.inTransaction()) {
            out.nil();
            return;
        }
        Waiting.begin(this, call, key, timeout);
    }

    private void take(Call call, Args args, Reply out) {
        if (!take(call, args.at(1), args.integer(2, 0, Long.MAX_VALUE), out)) {
            out.nil();
        }
    }

    /** Takes a message that is due at the moment; false when there is none. */
    boolean take(Call call, Bytes key, long moment, Reply out) {
        WriteSlot slot = call.keyspace().write(key, type);
        if (!slot.exists() || DelayQueueType.queue(slot).nextDue() > moment) {
            return false;
        }
        DelayQueue queue = DelayQueueType.queue(slot);
        out.bulk(Bytes.of(queue.remove()));
        slot.changed(KeyEventClass.MODULE, TAKEN);
        if (queue.size() == 0) {
            slot.delete();
            slot.changed(KeyEventClass.GENERIC, DELETED, 0);
        }
        call.effects().begin(3).word(TAKE).word(key).word(moment);
        return true;
    }

    private void length(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        out.integer(slot.exists() ? DelayQueueType.queue(slot).size() : 0);
    }

    private void next(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (slot.exists()) {
            out.integer(DelayQueueType.queue(slot).nextDue());
        } else {
            out.nil();
        }
    }

    /** The type, for those who wait. */
    DelayQueueType type() {
        return type;
    }

    /** The event loop. */
    Loop loop() {
        return java.util.Objects.requireNonNull(loop, "used before its start");
    }

    /** Those who wait. */
    Set<Waiting> waiting() {
        return waiting;
    }
}
