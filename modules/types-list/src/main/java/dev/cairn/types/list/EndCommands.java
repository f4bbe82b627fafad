package dev.cairn.types.list;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.INSERT;
import static dev.cairn.api.command.KeySpec.Flag.RW;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

/** The commands that add elements to the ends of lists, remove them there, and move them from list to list, without waiting. Main thread. */
final class EndCommands {
    private static final String NOT_POSITIVE = "value is out of range, must be positive";
    private static final String PER_PUSHED = "O(1) for each element.";

    private final ListType type;

    EndCommands(ListType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        registerPushes(r);
        registerPops(r);
        registerMoves(r);
    }

    private void registerPushes(Registrar r) {
        r.command(pushing("LPUSH", "1.0.0").summary("Adds elements before the first one of a list, which is made if there is none.")
                .changed("2.4.0", "More than one element."), (call, args, out) -> push(call, args, out, true, false));
        r.command(pushing("RPUSH", "1.0.0").summary("Adds elements behind the last one of a list, which is made if there is none.")
                .changed("2.4.0", "More than one element."), (call, args, out) -> push(call, args, out, false, false));
        r.command(pushing("LPUSHX", "2.2.0").summary("Adds elements before the first one of a list if there is one.").changed("4.0.0",
                "More than one element."), (call, args, out) -> push(call, args, out, true, true));
        r.command(pushing("RPUSHX", "2.2.0").summary("Adds elements behind the last one of a list if there is one.").changed("4.0.0",
                "More than one element."), (call, args, out) -> push(call, args, out, false, true));
    }

    private static CommandSpec.Builder pushing(String name, String since) {
        return Specs.list(name, -3).since(since).complexity(PER_PUSHED).flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, INSERT))
                .syntax("key element...");
    }

    private void registerPops(Registrar r) {
        r.command(popping("LPOP").summary("Removes the first elements of a list and returns them."),
                (call, args, out) -> pop(call, args, out, true));
        r.command(popping("RPOP").summary("Removes the last elements of a list and returns them."),
                (call, args, out) -> pop(call, args, out, false));
        r.command(Specs.list("LMPOP", -4).since("7.0.0")
                .summary("Removes elements from the first list of several that there is and returns them.")
                .complexity("O(N+M) where N is the number of keys and M the number of elements.").flags(WRITE)
                .keys(KeySpec.counted(1, RW, ACCESS, DELETE)).syntax("numkeys:integer key... where=(LEFT|RIGHT) [COUNT count:integer]"),
                this::popMany);
    }

    private static CommandSpec.Builder popping(String name) {
        return Specs.list(name, -2).since("1.0.0").complexity(Specs.PER_ELEMENT).changed("6.2.0", "Argument `count`.").flags(WRITE, FAST)
                .keys(KeySpec.at(1, RW, ACCESS, DELETE)).syntax("key [count:integer@6.2.0]");
    }

    private void registerMoves(Registrar r) {
        r.command(Specs.list("LMOVE", 5).since("6.2.0")
                .summary("Moves an element from an end of a list to an end of another, and returns it.")
                .complexity(Specs.CONSTANT).flags(WRITE, DENYOOM).keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
                .syntax("source:key destination:key wherefrom=(LEFT|RIGHT) whereto=(LEFT|RIGHT)"), this::move);
        r.command(Specs.list("RPOPLPUSH", 3).since("1.2.0")
                .summary("Moves the last element of a list to the head of another, and returns it.")
                .complexity(Specs.CONSTANT).deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments").flags(WRITE, DENYOOM)
                .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT)).syntax("source:key destination:key"),
                this::popAndPush);
    }

    private void push(Call call, Args args, Reply out, boolean head, boolean onlyIfExists) {
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        int count = args.size() - 2;
        ListValue list;
        if (slot.exists()) {
            list = type.edit(slot);
            list.grow(ListValue.bytes(args, 2), count);
            ListStore store = type.store(slot);
            for (int i = 2; i < args.size(); i++) {
                list.push(head, store.offHeap(args.at(i)));
            }
        } else if (onlyIfExists) {
            out.integer(0);
            return;
        } else {
            list = type.store(slot).value;
            list.create(slot, args, 2, head);
        }
        out.integer(list.size());
        slot.changed(KeyEventClass.LIST, head ? Ends.LPUSH_EVENT : Ends.RPUSH_EVENT, count);
    }

    private void pop(Call call, Args args, Reply out, boolean head) {
        if (args.size() > 3) {
            throw CommandError.err("wrong number of arguments for '" + (head ? "lpop" : "rpop") + "' command");
        }
        boolean counted = args.size() == 3;
        long count = counted ? Ends.integer(args, 2, 0, NOT_POSITIVE) : 1;
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        if (!slot.exists()) {
            if (counted) {
                out.nilArray();
            } else {
                out.nil();
            }
        } else if (!counted) {
            Ends.pop(type, slot, head, out);
        } else if (count == 0) {
            out.array(0);
        } else {
            Ends.pop(type, slot, head, count, out);
        }
    }

    private void popMany(Call call, Args args, Reply out) {
        if (!Ends.popMany(type, call, args, Ends.Many.of(args, 1), out)) {
            out.nilArray();
        }
    }

    private void move(Call call, Args args, Reply out) {
        boolean from = Ends.isLeft(args, 3);
        boolean to = Ends.isLeft(args, 4);
        move(call, args.at(1), args.at(2), from, to, out);
    }

    private void popAndPush(Call call, Args args, Reply out) {
        move(call, args.at(1), args.at(2), false, true, out);
    }

    private void move(Call call, Bytes from, Bytes to, boolean fromHead, boolean toHead, Reply out) {
        if (!Ends.move(type, call, from, to, fromHead, toHead, out)) {
            out.nil();
        }
    }
}
