package dev.cairn.types.list;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.INSERT;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.RW;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.NativeBytes;

/** The commands that look at lists, and change them, by place or by element. Main thread. */
final class ListCommands {
    private static final Token BEFORE = Token.of("BEFORE");
    private static final Token AFTER = Token.of("AFTER");
    private static final Token RANK = Token.of("RANK");
    private static final Token COUNT = Token.of("COUNT");
    private static final Token MAXLEN = Token.of("MAXLEN");

    private static final Token LINSERT_EVENT = Token.of("linsert");
    private static final Token LSET_EVENT = Token.of("lset");
    private static final Token LTRIM_EVENT = Token.of("ltrim");
    private static final Token LREM_EVENT = Token.of("lrem");

    private static final CommandError NO_SUCH_INDEX = CommandError.err("index out of range");
    private static final CommandError NOT_A_COUNT = CommandError
            .err("value is out of range, value must between " + -Long.MAX_VALUE + " and " + Long.MAX_VALUE);
    private static final CommandError NO_RANK = CommandError
            .err("RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list");
    private static final String BAD_MATCHES = "COUNT can't be negative";
    private static final String BAD_MAXLEN = "MAXLEN can't be negative";

    private final ListType type;

    ListCommands(ListType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        registerQuestions(r);
        registerChanges(r);
    }

    private void registerQuestions(Registrar r) {
        r.command(Specs.list("LLEN", 2).since("1.0.0").summary("Returns the number of elements of a list.").complexity(Specs.CONSTANT)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key"), this::length);
        r.command(Specs.list("LINDEX", 3).since("1.0.0").summary("Returns the element at a place of a list.")
                .complexity("O(N) where N is the number of elements between the place and the nearer end.").flags(READONLY)
                .keys(KeySpec.at(1, RO, ACCESS)).syntax("key index:integer"), this::index);
        r.command(Specs.list("LRANGE", 4).since("1.0.0").summary("Returns the elements between two places of a list.")
                .complexity("O(S+N) where S is the distance of the range from the nearer end and N the number of its elements.")
                .flags(READONLY)
                .keys(KeySpec.at(1, RO, ACCESS)).syntax("key start:integer stop:integer"), this::range);
        r.command(Specs.list("LPOS", -3).since("6.0.6").summary("Returns the places at which an element stands in a list.")
                .complexity(Specs.PER_ELEMENT).flags(READONLY).keys(KeySpec.at(1, RO, ACCESS))
                .syntax("key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]"), this::position);
    }

    private void registerChanges(Registrar r) {
        r.command(Specs.list("LINSERT", 5).since("2.2.0").summary("Inserts an element before or after another one.")
                .complexity("O(N) where N is the number of elements before the other one.").flags(WRITE, DENYOOM)
                .keys(KeySpec.at(1, RW, INSERT))
                .syntax("key where=(BEFORE|AFTER) pivot element"), this::insert);
        r.command(Specs.list("LSET", 4).since("1.0.0").summary("Replaces the element at a place of a list.")
                .complexity("O(N) where N is the number of elements between the place and the nearer end.").flags(WRITE, DENYOOM)
                .keys(KeySpec.at(1, RW, UPDATE)).syntax("key index:integer element"), this::set);
        r.command(Specs.list("LTRIM", 4).since("1.0.0").summary("Removes the elements that are not between two places of a list.")
                .complexity("O(N) where N is the number of elements that are removed.").flags(WRITE).keys(KeySpec.at(1, RW, DELETE))
                .syntax("key start:integer stop:integer"), this::trim);
        r.command(Specs.list("LREM", 4).since("1.0.0").summary("Removes elements that equal a given one.")
                .complexity("O(N+M) where N is the number of elements and M of those that are removed.").flags(WRITE)
                .keys(KeySpec.at(1, RW, DELETE)).syntax("key count:integer element"), this::remove);
    }

    private void length(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        out.integer(slot.exists() ? type.read(slot).size() : 0);
    }

    private void index(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (!slot.exists()) {
            out.nil();
            return;
        }
        long index = args.integer(2);
        ListValue list = type.read(slot);
        if (list.seek(index < 0 ? list.size() + index : index)) {
            list.reply(out);
        } else {
            out.nil();
        }
    }

    private void range(Call call, Args args, Reply out) {
        long from = args.integer(2);
        long to = args.integer(3);
        Slot slot = call.keyspace().read(args.at(1), type);
        if (!slot.exists()) {
            out.array(0);
            return;
        }
        ListValue list = type.read(slot);
        long size = list.size();
        long first = Math.max(0, from < 0 ? size + from : from);
        long last = Math.min(size - 1, to < 0 ? size + to : to);
        if (first > last) {
            out.array(0);
        } else {
            list.replyRange(first, last - first + 1, true, out);
        }
    }

    /** What LPOS is told besides the element. */
    private static final class Search {
        long rank = 1;
        /** -1 when only the first match is asked for, 0 for all. */
        long matches = -1;
        /** Most comparisons; 0 for no limit. */
        long limit;

        Search(Args args) {
            for (int i = 3; i < args.size(); i += 2) {
                if (i + 1 == args.size()) {
                    throw CommandError.SYNTAX;
                } else if (args.is(i, RANK)) {
                    rank = rank(args, i + 1);
                } else if (args.is(i, COUNT)) {
                    matches = Ends.integer(args, i + 1, 0, BAD_MATCHES);
                } else if (args.is(i, MAXLEN)) {
                    limit = Ends.integer(args, i + 1, 0, BAD_MAXLEN);
                } else {
                    throw CommandError.SYNTAX;
                }
            }
        }

        private static long rank(Args args, int i) {
            long rank = count(args, i);
            if (rank == 0) {
                throw NO_RANK;
            }
            return rank;
        }
    }

    /** An integer of which the negative is one, too. */
    private static long count(Args args, int i) {
        long count = args.integer(i);
        if (count == Long.MIN_VALUE) {
            throw NOT_A_COUNT;
        }
        return count;
    }

    private void position(Call call, Args args, Reply out) {
        Search search = new Search(args);
        Slot slot = call.keyspace().read(args.at(1), type);
        if (!slot.exists()) {
            if (search.matches == -1) {
                out.nil();
            } else {
                out.array(0);
            }
        } else if (search.matches == -1) {
            find(type.read(slot), type.store(slot).offHeap(args.at(2)), search, 1, false, out);
        } else {
            int mark = out.begin(Reply.Shape.ARRAY);
            long most = search.matches == 0 ? Long.MAX_VALUE : search.matches;
            out.end(mark, find(type.read(slot), type.store(slot).offHeap(args.at(2)), search, most, true, out));
        }
    }

    /** Replies with the places of an element, or with nil where there is none and {@code none} is not allowed; returns their number. */
    private static int find(ListValue list, NativeBytes element, Search search, long most, boolean none, Reply out) {
        boolean forward = search.rank > 0;
        long skipped = Math.abs(search.rank) - 1;
        long limit = search.limit == 0 ? Long.MAX_VALUE : search.limit;
        long size = list.size();
        int found = 0;
        boolean more = list.seekEnd(forward);
        for (long i = 0; more && i < limit && found < most; i++) {
            if (list.isEqual(element) && skipped-- <= 0) {
                out.integer(forward ? i : size - 1 - i);
                found++;
            }
            more = list.move(forward);
        }
        if (found == 0 && !none) {
            out.nil();
        }
        return found;
    }

    private void insert(Call call, Args args, Reply out) {
        boolean after = args.is(2, AFTER);
        if (!after && !args.is(2, BEFORE)) {
            throw CommandError.SYNTAX;
        }
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        if (!slot.exists()) {
            out.integer(0);
            return;
        }
        ListValue list = type.edit(slot);
        list.grow(args.at(4).length(), 1);
        ListStore store = type.store(slot);
        NativeBytes pivot = store.offHeap(args.at(3));
        boolean more = list.seekEnd(true);
        while (more && !list.isEqual(pivot)) {
            more = list.move(true);
        }
        if (!more) {
            out.integer(-1);
            return;
        }
        list.insert(after, store.offHeap(args.at(4)));
        out.integer(list.size());
        slot.changed(KeyEventClass.LIST, LINSERT_EVENT);
    }

    private void set(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        if (!slot.exists()) {
            throw CommandError.NO_SUCH_KEY;
        }
        long index = args.integer(2);
        ListValue list = type.edit(slot);
        list.grow(args.at(3).length(), 1);
        long place = index < 0 ? list.size() + index : index;
        if (place < 0 || place >= list.size()) {
            throw NO_SUCH_INDEX;
        }
        list.set(place, type.store(slot).offHeap(args.at(3)));
        list.shrink();
        out.ok();
        slot.changed(KeyEventClass.LIST, LSET_EVENT);
    }

    private void trim(Call call, Args args, Reply out) {
        long from = args.integer(2);
        long to = args.integer(3);
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        if (!slot.exists()) {
            out.ok();
            return;
        }
        ListValue list = type.edit(slot);
        long size = list.size();
        long first = Math.max(0, from < 0 ? size + from : from);
        long last = Math.min(size - 1, to < 0 ? size + to : to);
        long kept = Math.max(0, last - first + 1);
        if (kept == 0) {
            list.delete(0, size);
        } else {
            list.delete(last + 1, size - 1 - last);
            list.delete(0, first);
        }
        out.ok();
        Ends.removed(slot, list, LTRIM_EVENT, size - kept);
    }

    private void remove(Call call, Args args, Reply out) {
        long count = count(args, 2);
        WriteSlot slot = call.keyspace().write(args.at(1), type);
        if (!slot.exists()) {
            out.integer(0);
            return;
        }
        ListValue list = type.edit(slot);
        long removed = remove(list, type.store(slot).offHeap(args.at(3)), count >= 0, count == 0 ? Long.MAX_VALUE : Math.abs(count));
        out.integer(removed);
        if (removed > 0) {
            Ends.removed(slot, list, LREM_EVENT, removed);
        }
    }

    private static long remove(ListValue list, NativeBytes element, boolean forward, long most) {
        long removed = 0;
        boolean more = list.seekEnd(forward);
        while (more && removed < most) {
            if (list.isEqual(element)) {
                removed++;
                more = list.remove(forward);
            } else {
                more = list.move(forward);
            }
        }
        list.finish();
        return removed;
    }
}
