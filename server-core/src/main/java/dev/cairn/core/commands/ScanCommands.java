package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.TOUCHES_ARBITRARY_KEYS;
import static dev.cairn.core.commands.GenericSpecs.generic;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.core.db.Databases;
import dev.cairn.core.server.Server;
import dev.cairn.resp.Glob;
import dev.cairn.resp.NativeBytes;
import dev.cairn.resp.ScanCursor;

/**
 * The command SCAN. Main thread.
 *
 * <p>One call looks at about COUNT keys, those that the options filter out and those whose time is over included, and at no more than
 * {@value #STEPS_PER_KEY} times as many places of the index, so that neither a sparse index nor a rare pattern makes it long.
 */
final class ScanCommands {
    private static final Token MATCH = Token.of("MATCH");
    private static final Token COUNT = Token.of("COUNT");
    private static final Token TYPE = Token.of("TYPE");

    private static final long DEFAULT_COUNT = 10;
    private static final int STEPS_PER_KEY = 10;

    /** The types that every client knows; there are none of them where the part that brings the type is absent. */
    private static final Set<String> USUAL_TYPES = Set.of("string", "list", "set", "zset", "hash", "stream");

    private final Databases databases;

    ScanCommands(Server server) {
        databases = server.databases();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(generic("SCAN", -2).since("2.8.0").summary("Returns the names of some keys, and where to go on for the others.")
                .complexity("O(1) for each call; O(N) for a whole iteration, where N is the number of keys in the database.")
                .changed("6.0.0", "Option `TYPE`.")
                .tips("nondeterministic_output", "request_policy:special", "response_policy:special")
                .flags(READONLY, TOUCHES_ARBITRARY_KEYS)
                .syntax("cursor:integer [MATCH pattern] [COUNT count:integer] [TYPE type@6.0.0]"), this::scan);
    }

    private void scan(Call call, Args args, Reply out) {
        long cursor = ScanCursor.parse(args.at(1));
        Found found = new Found();
        long count = DEFAULT_COUNT;
        for (int i = 2; i < args.size(); i += 2) {
            if (i + 1 == args.size()) {
                throw CommandError.SYNTAX;
            } else if (args.is(i, COUNT)) {
                count = args.integer(i + 1);
                if (count < 1) {
                    throw CommandError.SYNTAX;
                }
            } else if (args.is(i, MATCH)) {
                Glob pattern = Glob.of(args.at(i + 1));
                found.pattern = pattern.matchesAll() ? null : pattern;
            } else if (args.is(i, TYPE)) {
                found.type = type(args.at(i + 1));
            } else {
                throw CommandError.SYNTAX;
            }
        }
        reply(scan(call.keyspace(), cursor, count, found), found, out);
    }

    private Token type(Bytes argument) {
        Token name = Token.of(argument.text());
        String lower = name.text().toLowerCase(Locale.ROOT);
        if (!USUAL_TYPES.contains(lower) && databases.types().stream().noneMatch(t -> t.name().equalsIgnoreCase(lower))) {
            throw CommandError.err("unknown type name '" + ExpireCommands.untilNul(argument) + "'");
        }
        return name;
    }

    private long scan(Keyspace keyspace, long from, long count, Found found) {
        long cursor = from;
        long steps = count > Long.MAX_VALUE / STEPS_PER_KEY ? Long.MAX_VALUE : count * STEPS_PER_KEY;
        do {
            cursor = keyspace.scan(cursor, found);
        } while (cursor != 0 && steps-- > 0 && found.seen < count);
        return cursor;
    }

    private static void reply(long cursor, Found found, Reply out) {
        out.array(2).bulk(cursor);
        out.array(found.size);
        NativeBytes key = new NativeBytes();
        for (int i = 0; i < found.size; i++) {
            out.bulk(key.set(found.addresses[i], found.lengths[i]));
        }
    }

    /**
     * Collects the keys that a scan finds and the options let pass, by their places in the records: these stay where they are until the
     * reply is written, because only keys are deleted meanwhile that were not found.
     */
    private static final class Found implements Keyspace.Visitor {
        private @Nullable Glob pattern;
        private @Nullable Token type;
        private long[] addresses = new long[16];
        private int[] lengths = new int[16];
        private int size;
        private long seen;

        @Override
        public void visit(Slot slot) {
            seen++;
            if (!passes(slot)) {
                return;
            }
            NativeBytes key = (NativeBytes) slot.key();
            if (size == addresses.length) {
                addresses = Arrays.copyOf(addresses, 2 * size);
                lengths = Arrays.copyOf(lengths, 2 * size);
            }
            addresses[size] = key.address();
            lengths[size++] = key.length();
        }

        /* As in Redis, a key that is over stays when it would not be returned. */
        @Override
        public boolean deletesDue(Slot slot) {
            seen++;
            return passes(slot);
        }

        private boolean passes(Slot slot) {
            return (type == null || type.text().equalsIgnoreCase(slot.type().name())) && (pattern == null || pattern.matches(slot.key()));
        }
    }
}
