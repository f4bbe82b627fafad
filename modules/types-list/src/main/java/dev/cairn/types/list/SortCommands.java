package dev.cairn.types.list;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.OW;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reals;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Elements;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

/**
 * SORT and SORT_RO: the elements of any collection, sorted, or what they name. Main thread.
 *
 * <p>Types are known by what they offer to everybody: {@link Elements} to be sorted, {@link dev.cairn.api.data.Content} and
 * {@link dev.cairn.api.data.Fields} to be sorted by and to be got. What is stored is a list.
 */
final class SortCommands {
    private static final Token ASC = Token.of("ASC");
    private static final Token DESC = Token.of("DESC");
    private static final Token ALPHA = Token.of("ALPHA");
    private static final Token LIMIT = Token.of("LIMIT");
    private static final Token STORE = Token.of("STORE");
    private static final Token BY = Token.of("BY");
    private static final Token GET = Token.of("GET");
    private static final Token SORTSTORE_EVENT = Token.of("sortstore");
    private static final Token DEL_EVENT = Token.of("del");

    private static final CommandError NOT_A_SCORE = CommandError.err("One or more scores can't be converted into double");
    private static final String SYNTAX = "key [BY by-pattern:pattern#1] [LIMIT limit=(offset:integer count:integer)]"
            + " [GET get-pattern:pattern#1]... order=[ASC|DESC] sorting=[ALPHA]";
    private static final String WORK = "O(N+M*log(M)) where N is the number of elements and M of those that are returned.";

    private final ListType type;

    SortCommands(ListType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        KeySpec unknown = new KeySpec(new KeySpec.Begin.Unknown(), new KeySpec.Find.Unknown(), Set.of(RO, ACCESS),
                "The keys that `BY` and `GET` name depend on the elements.");
        KeySpec target = new KeySpec(new KeySpec.Begin.Unknown(), new KeySpec.Find.Unknown(), Set.of(OW, UPDATE),
                "The key that `STORE` names.");
        r.command(sorting("SORT", "1.0.0").summary("Sorts the elements of a list, a set or a sorted set, and returns or stores them.")
                .flags(WRITE, DENYOOM).keys(KeySpec.at(1, RO, ACCESS), unknown, target)
                .keyPosition((spec, args) -> spec.equals(target) ? target(args) : 0)
                .syntax(SYNTAX + " [STORE destination:key#2]"), (call, args, out) -> sort(call, args, out, true));
        r.command(sorting("SORT_RO", "7.0.0").summary("Sorts the elements of a list, a set or a sorted set, and returns them.")
                .flags(READONLY).keys(KeySpec.at(1, RO, ACCESS), unknown).keyPosition((spec, args) -> 0).syntax(SYNTAX),
                (call, args, out) -> sort(call, args, out, false));
    }

    private static CommandSpec.Builder sorting(String name, String since) {
        return CommandSpec.of(name, -2).group(CommandGroup.GENERIC).since(since).complexity(WORK)
                .acl(AclCategory.SET, AclCategory.SORTEDSET, AclCategory.LIST, AclCategory.DANGEROUS);
    }

    /** Where the key that STORE names stands, 0 for nowhere. */
    private static int target(Args args) {
        int at = 0;
        for (int i = 2; i < args.size(); i++) {
            if (args.is(i, LIMIT)) {
                i += 2;
            } else if (args.is(i, GET) || args.is(i, BY)) {
                i++;
            } else if (args.is(i, STORE) && i + 1 < args.size()) {
                at = ++i;
            }
        }
        return at;
    }

    /** What SORT is told. */
    private static final class Wish {
        boolean descending;
        boolean alpha;
        boolean unsorted;
        long offset;
        long count = -1;
        @Nullable SortPattern by;
        @Nullable Bytes target;
        final List<SortPattern> get = new ArrayList<>(0);

        Wish(Args args, boolean mayStore) {
            int i = 2;
            while (i < args.size()) {
                int left = args.size() - i - 1;
                if (args.is(i, ASC)) {
                    descending = false;
                } else if (args.is(i, DESC)) {
                    descending = true;
                } else if (args.is(i, ALPHA)) {
                    alpha = true;
                } else if (args.is(i, LIMIT) && left >= 2) {
                    offset = args.integer(++i);
                    count = args.integer(++i);
                } else if (args.is(i, STORE) && left >= 1 && mayStore) {
                    target = args.at(++i);
                } else if (args.is(i, BY) && left >= 1) {
                    by(new SortPattern(args.at(++i)));
                } else if (args.is(i, GET) && left >= 1) {
                    get.add(new SortPattern(args.at(++i)));
                } else {
                    throw CommandError.SYNTAX;
                }
                i++;
            }
        }

        private void by(SortPattern pattern) {
            by = pattern;
            unsorted |= !pattern.isVariable();
        }
    }

    private void sort(Call call, Args args, Reply out, boolean mayStore) {
        Wish wish = new Wish(args, mayStore);
        Slot slot = call.keyspace().read(args.at(1));
        if (!slot.exists()) {
            finish(call, wish, null, 0, 0, out);
            return;
        }
        if (!(slot.type() instanceof Elements elements)) {
            throw CommandError.WRONG_TYPE;
        }
        if (wish.unsorted && !elements.ordered() && wish.target != null) {
            // the stored list must be the same wherever the command is repeated
            wish.unsorted = false;
            wish.alpha = true;
            wish.by = null;
        }
        int size = Math.toIntExact(elements.size(slot));
        int from = Math.clamp(wish.offset, 0, size);
        long count = Math.clamp(wish.count, -1, size);
        int to = count < 0 ? size : (int) Math.min(size, from + count);
        boolean direct = wish.unsorted && elements.ordered();
        int loaded = direct ? to - from : size;
        try (SortVector vector = new SortVector(type.store(slot).heaps.heap(0), loaded, wish.alpha, wish.descending)) {
            elements.visit(slot, direct ? from : 0, loaded, direct && wish.descending, vector::add);
            if (!wish.unsorted) {
                rate(call, wish, vector);
                vector.sort(from, to);
            }
            finish(call, wish, vector, direct ? 0 : from, direct ? loaded : to, out);
        }
    }

    /** Gives the elements what they are compared by. */
    private static void rate(Call call, Wish wish, SortVector vector) {
        SortPattern by = wish.by;
        if (wish.alpha && by == null) {
            return;
        }
        boolean valid = true;
        int mark = call.keyspace().mark();
        for (int i = 0; i < vector.size(); i++) {
            Bytes element = vector.element(i);
            Bytes value = by == null ? element : by.of(call, element);
            if (wish.alpha) {
                vector.key(i, value);
            } else if (value != null) {
                double score = score(value);
                valid &= !Double.isNaN(score);
                vector.score(i, score);
            }
            call.keyspace().release(mark);
        }
        if (!valid) {
            throw NOT_A_SCORE;
        }
    }

    /** A score as C reads it from a string: what follows a zero byte does not count, nor does white space before it. */
    private static double score(Bytes value) {
        if (value.length() == 0) {
            return 0;
        }
        int end = 0;
        while (end < value.length() && value.at(end) != 0) {
            end++;
        }
        int start = 0;
        while (start < end && (value.at(start) == ' ' || value.at(start) >= '\t' && value.at(start) <= '\r')) {
            start++;
        }
        return end == 0 ? 0 : Reals.parse(start == 0 && end == value.length() ? value : value.slice(start, end));
    }

    private void finish(Call call, Wish wish, @Nullable SortVector vector, int from, int to, Reply out) {
        int count = (to - from) * Math.max(1, wish.get.size());
        Bytes target = wish.target;
        if (target == null) {
            out.array(count);
            int mark = call.keyspace().mark();
            for (int i = from; i < to && vector != null; i++) {
                reply(call, wish, vector.element(i), out);
                call.keyspace().release(mark);
            }
            return;
        }
        if (count > 0 && vector != null) {
            store(call, wish, vector, from, to, target, count);
        } else {
            WriteSlot slot = call.keyspace().write(target);
            if (slot.exists()) {
                slot.delete();
                slot.changed(KeyEventClass.GENERIC, DEL_EVENT);
            }
        }
        out.integer(count);
    }

    private static void reply(Call call, Wish wish, Bytes element, Reply out) {
        if (wish.get.isEmpty()) {
            out.bulk(element);
        }
        for (int g = 0; g < wish.get.size(); g++) {
            Bytes value = wish.get.get(g).of(call, element);
            if (value == null) {
                out.nil();
            } else {
                out.bulk(value);
            }
        }
    }

    private void store(Call call, Wish wish, SortVector vector, int from, int to, Bytes target, int count) {
        ListValue list = ((ListStore) call.keyspace().store(type)).value;
        list.build();
        boolean whole = false;
        int mark = call.keyspace().mark();
        try {
            for (int i = from; i < to; i++) {
                Bytes element = vector.element(i);
                if (wish.get.isEmpty()) {
                    list.add(element);
                }
                for (int g = 0; g < wish.get.size(); g++) {
                    Bytes value = wish.get.get(g).of(call, element);
                    list.add(value == null ? Bytes.EMPTY : value);
                }
                call.keyspace().release(mark);
            }
            whole = true;
        } finally {
            if (!whole) {
                list.abandon();
            }
        }
        WriteSlot slot = call.keyspace().write(target);
        list.putAt(slot);
        slot.changed(KeyEventClass.LIST, SORTSTORE_EVENT, count);
    }
}
