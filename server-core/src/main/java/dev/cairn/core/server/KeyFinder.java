package dev.cairn.core.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Token;

/** Finds the keys among a command's arguments by its key specs. Stateless; safe on any thread. */
public final class KeyFinder {
    /**
     * A key among the arguments.
     *
     * @param position the argument that is the key, the command's name being 0
     * @param flags what the command does to it
     */
    public record Key(int position, Set<KeySpec.Flag> flags) {
    }

    /**
     * The keys as COMMAND INFO tells them to clients that know one range only; all 0 where there is none.
     *
     * @param first the first key's argument
     * @param last the last key's argument, negative from the end
     * @param step arguments from one key to the next
     */
    public record Range(int first, int last, int step) {
        static final Range NONE = new Range(0, 0, 0);
    }

    /** The arguments of one key spec's keys; {@code invalid} when the arguments do not fit. */
    private record Span(int first, int last, int step, boolean absent, boolean invalid) {
        static final Span ABSENT = new Span(0, 0, 0, true, false);
        static final Span INVALID = new Span(0, 0, 0, false, true);
    }

    private KeyFinder() {
    }

    /** Whether the command has arguments that are keys. */
    public static boolean hasKeys(CommandSpec spec) {
        return spec.keySpecs().stream().anyMatch(k -> !k.flags().contains(KeySpec.Flag.NOT_KEY));
    }

    /**
     * The keys of a command, in the order of its key specs.
     *
     * @param args the whole command, its number of arguments already checked against the arity
     * @return the keys, which may be none, or nothing when the arguments contradict the key specs
     */
    public static Optional<List<Key>> find(CommandSpec spec, Args args) {
        List<Key> keys = new ArrayList<>();
        for (KeySpec k : spec.keySpecs()) {
            if (k.flags().contains(KeySpec.Flag.NOT_KEY)) {
                continue;
            }
            Span span = span(spec, k, args);
            if (span.absent) {
                continue;
            }
            if (span.invalid || span.last >= args.size() || span.last < span.first) {
                return Optional.empty();
            }
            Set<KeySpec.Flag> flags = spec.keyFlags(k, args);
            for (long i = span.first; i <= span.last; i += span.step) {
                keys.add(new Key((int) i, flags));
            }
            if (k.flags().contains(KeySpec.Flag.INCOMPLETE)) {
                return Optional.empty();
            }
        }
        return Optional.of(keys);
    }

    private static Span span(CommandSpec spec, KeySpec k, Args args) {
        if (k.begin() instanceof KeySpec.Begin.Unknown) {
            int position = spec.keyPosition(k, args);
            return position < 0 ? Span.INVALID : position == 0 ? Span.ABSENT : new Span(position, position, 1, false, false);
        }
        int begin = switch (k.begin()) {
            case KeySpec.Begin.Index index -> index.position();
            case KeySpec.Begin.Keyword keyword -> afterKeyword(keyword, args);
            case KeySpec.Begin.Unknown _ -> -1;
        };
        if (begin == -1) {
            return Span.INVALID;
        }
        if (begin == 0) {
            return Span.ABSENT;
        }
        return switch (k.find()) {
            case KeySpec.Find.Range range -> new Span(begin, lastOf(range, begin, args.size()), range.step(), false, false);
            case KeySpec.Find.KeyCount count -> counted(count, begin, args);
            case KeySpec.Find.Unknown _ -> Span.INVALID;
        };
    }

    /** The argument after the keyword, 0 when it is not there. */
    private static int afterKeyword(KeySpec.Begin.Keyword keyword, Args args) {
        Token token = Token.of(keyword.keyword());
        int size = args.size();
        boolean forwards = keyword.startFrom() > 0;
        int from = forwards ? keyword.startFrom() : size + keyword.startFrom();
        // the keyword is never the last argument nor the first, as a key follows it and something is before it
        int to = forwards ? size - 1 : 1;
        int step = from <= to ? 1 : -1;
        for (int i = from; i != to && i >= 1 && i < size; i += step) {
            if (args.is(i, token)) {
                return i + 1;
            }
        }
        return 0;
    }

    private static int lastOf(KeySpec.Find.Range range, int begin, int size) {
        if (range.last() >= 0) {
            return begin + range.last();
        }
        return range.limit() == 0 ? size + range.last() : begin + (size - begin) / range.limit() + range.last();
    }

    private static Span counted(KeySpec.Find.KeyCount count, int begin, Args args) {
        int at = begin + count.index();
        if (at >= args.size()) {
            return Span.INVALID;
        }
        Bytes number = args.at(at);
        if (!number.isLong()) {
            return Span.INVALID;
        }
        long keys = number.asLong();
        if (keys < 1 || keys > args.size()) {
            return Span.INVALID;
        }
        int first = begin + count.first();
        return new Span(first, first + (int) (keys - 1) * count.step(), count.step(), false, false);
    }

    /** The one range of keys that old clients understand. */
    public static Range range(CommandSpec spec) {
        List<KeySpec> specs = spec.keySpecs();
        if (specs.size() == 1 && specs.getFirst().begin() instanceof KeySpec.Begin.Index index
                && specs.getFirst().find() instanceof KeySpec.Find.Range r) {
            return new Range(index.position(), absolute(r, index), r.step());
        }
        int first = Integer.MAX_VALUE;
        int last = 0;
        for (KeySpec k : specs) {
            if (!(k.begin() instanceof KeySpec.Begin.Index index) || !(k.find() instanceof KeySpec.Find.Range r)) {
                continue;
            }
            if (r.step() != 1 || last != 0 && last != index.position() - 1) {
                continue;
            }
            first = Math.min(first, index.position());
            int end = absolute(r, index);
            // one that counts from the end is beyond all others
            last = Integer.compareUnsigned(last, end) < 0 ? end : last;
        }
        return first == Integer.MAX_VALUE ? Range.NONE : new Range(first, last, 1);
    }

    private static int absolute(KeySpec.Find.Range range, KeySpec.Begin.Index index) {
        return range.last() < 0 ? range.last() : index.position() + range.last();
    }
}
