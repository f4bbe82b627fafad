package dev.cairn.types.list;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.NativeBytes;

/** What commands do at the ends of lists, whether they block or not: popping, and moving an element from one list to another. Main thread. */
final class Ends {
    static final Token LEFT = Token.of("LEFT");
    static final Token RIGHT = Token.of("RIGHT");
    static final Token COUNT = Token.of("COUNT");
    static final Token LPUSH_EVENT = Token.of("lpush");
    static final Token RPUSH_EVENT = Token.of("rpush");
    private static final Token LPOP_EVENT = Token.of("lpop");
    private static final Token RPOP_EVENT = Token.of("rpop");
    private static final Token DEL_EVENT = Token.of("del");
    static final Bytes LPOP = Bytes.of("LPOP");
    static final Bytes RPOP = Bytes.of("RPOP");

    private static final String BAD_KEY_COUNT = "numkeys should be greater than 0";
    private static final String BAD_COUNT = "count should be greater than 0";

    private Ends() {
    }

    /** Whether the argument names the left end and not the right one. */
    static boolean isLeft(Args args, int i) {
        if (args.is(i, LEFT)) {
            return true;
        }
        if (args.is(i, RIGHT)) {
            return false;
        }
        throw CommandError.SYNTAX;
    }

    /** An argument as an integer from {@code min} on. */
    static long integer(Args args, int i, long min, String otherwise) {
        Bytes b = args.at(i);
        if (!b.isLong() || b.asLong() < min) {
            throw CommandError.err(otherwise);
        }
        return b.asLong();
    }

    /** Ends a command that has removed elements: an empty list is deleted, one that has become small becomes a listpack. */
    static void removed(WriteSlot slot, ListValue list, Token event, long count) {
        boolean empty = list.size() == 0;
        if (empty) {
            slot.delete();
        } else {
            list.shrink();
        }
        slot.changed(KeyEventClass.LIST, event, count);
        if (empty) {
            slot.changed(KeyEventClass.GENERIC, DEL_EVENT, 0);
        }
    }

    /** Removes an element and replies with it. */
    static void pop(ListType type, WriteSlot slot, boolean head, Reply out) {
        ListValue list = type.edit(slot);
        list.seekEnd(head);
        list.reply(out);
        list.pop(head);
        removed(slot, list, head ? LPOP_EVENT : RPOP_EVENT, 1);
    }

    /** Removes some elements, or as many as there are, and replies with an array of them. */
    static long pop(ListType type, WriteSlot slot, boolean head, long count, Reply out) {
        ListValue list = type.edit(slot);
        long size = list.size();
        long n = Math.min(size, count);
        list.replyRange(head ? 0 : size - 1, n, head, out);
        list.delete(head ? 0 : size - n, n);
        removed(slot, list, head ? LPOP_EVENT : RPOP_EVENT, n);
        return n;
    }

    /** Adds an element to a list, which is made if there is none. */
    private static void push(ListType type, WriteSlot slot, boolean head, NativeBytes element) {
        if (slot.exists()) {
            ListValue list = type.edit(slot);
            list.grow(element.length(), 1);
            list.push(head, element);
        } else {
            type.store(slot).value.create(slot, element);
        }
        slot.changed(KeyEventClass.LIST, head ? LPUSH_EVENT : RPUSH_EVENT, 0);
    }

    /** Moves an element from a list to another or the same one and replies with it; false, and no reply, if there is none. */
    static boolean move(ListType type, Call call, Bytes from, Bytes to, boolean fromHead, boolean toHead, Reply out) {
        WriteSlot source = call.keyspace().write(from, type);
        if (!source.exists()) {
            return false;
        }
        WriteSlot target = call.keyspace().write(to, type);
        ListValue list = type.edit(source);
        list.seekEnd(fromHead);
        NativeBytes moved = list.copy();
        list.pop(fromHead);
        push(type, target, toHead, moved);
        out.bulk(moved);
        removed(source, type.edit(source), fromHead ? LPOP_EVENT : RPOP_EVENT, 1);
        return true;
    }

    /** What LMPOP and BLMPOP are told: where the keys end, at which end to pop and how much. */
    record Many(int firstKey, int keys, boolean head, long count) {
        /** Reads it from the argument with the number of keys on. */
        static Many of(Args args, int at) {
            long keys = integer(args, at, 1, BAD_KEY_COUNT);
            if (keys >= args.size() - at - 1) {
                throw CommandError.SYNTAX;
            }
            int where = at + 1 + (int) keys;
            boolean head = isLeft(args, where);
            long count = -1;
            for (int i = where + 1; i < args.size(); i++) {
                if (count != -1 || !args.is(i, COUNT) || i + 1 == args.size()) {
                    throw CommandError.SYNTAX;
                }
                count = integer(args, ++i, 1, BAD_COUNT);
            }
            return new Many(at + 1, (int) keys, head, count == -1 ? 1 : count);
        }
    }

    /** Pops from the first list that there is and replies with its key and the elements; false, and no reply, if there is none. */
    static boolean popMany(ListType type, Call call, Args args, Many m, Reply out) {
        for (int i = m.firstKey; i < m.firstKey + m.keys; i++) {
            WriteSlot slot = call.keyspace().write(args.at(i), type);
            if (slot.exists()) {
                out.array(2).bulk(args.at(i));
                long n = pop(type, slot, m.head, m.count, out);
                call.effects().command(m.head ? LPOP : RPOP, args.at(i), Bytes.of(Long.toString(n)));
                return true;
            }
        }
        return false;
    }
}
