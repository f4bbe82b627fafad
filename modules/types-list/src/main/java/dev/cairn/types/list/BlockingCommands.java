package dev.cairn.types.list;

import static dev.cairn.api.command.CommandFlag.BLOCKING;
import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.INSERT;
import static dev.cairn.api.command.KeySpec.Flag.RW;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Timeouts;
import dev.cairn.api.data.WriteSlot;

/**
 * The commands that wait until a list has an element. Main thread.
 *
 * <p>A command that finds nothing keeps its arguments, and is tried again whenever one of its keys has become a list; what it does then, and
 * what is logged of it, is the same as if it had come at that moment. Inside a transaction it does not wait.
 */
final class BlockingCommands {
    private static final Bytes LMOVE = Bytes.of("LMOVE");
    private static final Bytes RPOPLPUSH = Bytes.of("RPOPLPUSH");
    private static final String PER_KEY = "O(N) where N is the number of keys.";

    private final ListType type;

    /** A command that may have to wait: replies and returns true, or does nothing. */
    @FunctionalInterface
    private interface Attempt {
        boolean made(Call call, Args args, Reply out);
    }

    BlockingCommands(ListType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(popping("BLPOP").summary("Removes the first element of the first list that there is and returns it, or waits for one."),
                (call, args, out) -> pop(call, args, out, true));
        r.command(popping("BRPOP").summary("Removes the last element of the first list that there is and returns it, or waits for one."),
                (call, args, out) -> pop(call, args, out, false));
        r.command(Specs.list("BLMPOP", -5).since("7.0.0")
                .summary("Removes elements from the first list of several that there is and returns them, or waits for one.")
                .complexity("O(N+M) where N is the number of keys and M the number of elements.").flags(WRITE, BLOCKING)
                .keys(KeySpec.counted(2, RW, ACCESS, DELETE))
                .syntax("timeout:double numkeys:integer key... where=(LEFT|RIGHT) [COUNT count:integer]"), this::popMany);
        r.command(moving("BLMOVE", 6, "6.2.0")
                .summary("Moves an element from an end of a list to an end of another, and returns it, or waits for one.")
                .syntax("source:key destination:key wherefrom=(LEFT|RIGHT) whereto=(LEFT|RIGHT) timeout:double"), this::move);
        r.command(moving("BRPOPLPUSH", 4, "2.2.0")
                .summary("Moves the last element of a list to the head of another, and returns it, or waits for one.")
                .changed("6.0.0", "Decimals in `timeout`.").deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments")
                .syntax("source:key destination:key timeout:double"), this::popAndPush);
    }

    private static CommandSpec.Builder popping(String name) {
        return Specs.list(name, -3).since("2.0.0").complexity(PER_KEY).changed("6.0.0", "Decimals in `timeout`.").flags(WRITE, BLOCKING)
                .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE)).syntax("key... timeout:double");
    }

    private static CommandSpec.Builder moving(String name, int arity, String since) {
        return Specs.list(name, arity).since(since).complexity(Specs.CONSTANT).flags(WRITE, DENYOOM, BLOCKING)
                .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT));
    }

    private void pop(Call call, Args args, Reply out, boolean head) {
        long timeout = Timeouts.seconds(args.at(args.size() - 1), call.now());
        if (popOne(call, args, head, out)) {
            return;
        }
        await(call, args, timeout, 1, args.size() - 2, (c, a, o) -> popOne(c, a, head, o), out);
    }

    private boolean popOne(Call call, Args args, boolean head, Reply out) {
        for (int i = 1; i < args.size() - 1; i++) {
            WriteSlot slot = call.keyspace().write(args.at(i), type);
            if (slot.exists()) {
                out.array(2).bulk(args.at(i));
                Ends.pop(type, slot, head, out);
                call.effects().command(head ? Ends.LPOP : Ends.RPOP, args.at(i));
                return true;
            }
        }
        return false;
    }

    private void popMany(Call call, Args args, Reply out) {
        Ends.Many many = Ends.Many.of(args, 2);
        long timeout = Timeouts.seconds(args.at(1), call.now());
        if (!Ends.popMany(type, call, args, many, out)) {
            await(call, args, timeout, many.firstKey(), many.keys(), (c, a, o) -> Ends.popMany(type, c, a, many, o), out);
        }
    }

    private void move(Call call, Args args, Reply out) {
        boolean from = Ends.isLeft(args, 3);
        boolean to = Ends.isLeft(args, 4);
        long timeout = Timeouts.seconds(args.at(5), call.now());
        if (!moveOne(call, args, from, to, out)) {
            if (call.inTransaction()) {
                out.nil();
            } else {
                await(call, args, timeout, 1, 1, (c, a, o) -> moveOne(c, a, from, to, o), out);
            }
        }
    }

    private boolean moveOne(Call call, Args args, boolean from, boolean to, Reply out) {
        if (!Ends.move(type, call, args.at(1), args.at(2), from, to, out)) {
            return false;
        }
        call.effects().command(LMOVE, args.at(1), args.at(2), args.at(3), args.at(4));
        return true;
    }

    private void popAndPush(Call call, Args args, Reply out) {
        long timeout = Timeouts.seconds(args.at(3), call.now());
        if (!popAndPushOne(call, args, out)) {
            if (call.inTransaction()) {
                out.nil();
            } else {
                await(call, args, timeout, 1, 1, this::popAndPushOne, out);
            }
        }
    }

    private boolean popAndPushOne(Call call, Args args, Reply out) {
        if (!Ends.move(type, call, args.at(1), args.at(2), false, true, out)) {
            return false;
        }
        call.effects().command(RPOPLPUSH, args.at(1), args.at(2));
        return true;
    }

    /** Has the client wait for lists at some of the arguments; inside a transaction its time is over at once. */
    private void await(Call call, Args args, long timeout, int firstKey, int keys, Attempt attempt, Reply out) {
        if (call.inTransaction()) {
            out.nilArray();
            return;
        }
        Args kept = args.retain();
        List<Bytes> awaited = new ArrayList<>(keys);
        for (int i = firstKey; i < firstKey + keys; i++) {
            awaited.add(kept.at(i));
        }
        call.suspend(new Suspension(timeout, awaited, Optional.of(type), false, (c, o) -> attempt.made(c, kept, o), (c, o) -> {
            o.nilArray();
            return true;
        }, () -> {
        }));
    }
}
