package dev.cairn.types.hash;

import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.types.hash.Specs.hash;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Slot;
import dev.cairn.resp.Glob;
import dev.cairn.resp.ScanCursor;

/** The commands that walk over a hash: HGETALL, HKEYS, HVALS, HSCAN, HRANDFIELD. Main thread. */
final class WalkCommands {
    private static final String WHOLE = "O(N) where N is the number of fields of the hash.";

    private static final Token MATCH = Token.of("MATCH");
    private static final Token COUNT = Token.of("COUNT");
    private static final Token NOVALUES = Token.of("NOVALUES");
    private static final Token WITHVALUES = Token.of("WITHVALUES");

    private static final long DEFAULT_COUNT = 10;
    private static final int STEPS_PER_FIELD = 10;

    private final HashType type;
    private final RandomFields randomFields = new RandomFields();
    private final Emitter emitter = new Emitter();

    WalkCommands(HashType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(whole("HGETALL").summary("Returns all fields of a hash and their values."), this::hgetall);
        r.command(whole("HKEYS").summary("Returns all fields of a hash."), (call, args, out) -> list(call, args, true, out));
        r.command(whole("HVALS").summary("Returns the values of all fields of a hash."), (call, args, out) -> list(call, args, false, out));
        r.command(hash("HSCAN", -3).since("2.8.0").summary("Returns some fields of a hash and their values, and where to go on for others.")
                .complexity("O(1) for each call; O(N) for a whole iteration, where N is the number of fields of the hash.")
                .tips("nondeterministic_output").flags(READONLY).keys(KeySpec.at(1, RO, ACCESS))
                .syntax("key cursor:integer [MATCH pattern] [COUNT count:integer] [NOVALUES]"), this::hscan);
        r.command(hash("HRANDFIELD", -2).since("6.2.0").summary("Returns random fields of a hash.")
                .complexity("O(N) where N is the number of fields that are returned.").tips("nondeterministic_output").flags(READONLY)
                .keys(KeySpec.at(1, RO, ACCESS)).syntax("key options=[count:integer [WITHVALUES]]"), this::hrandfield);
    }

    private static CommandSpec.Builder whole(String name) {
        return hash(name, 2).since("2.0.0").complexity(WHOLE).tips("nondeterministic_output_order").flags(READONLY)
                .keys(KeySpec.at(1, RO, ACCESS)).syntax("key");
    }

    /** Replies with the current fields of a hash, as long as there are any to skip; used again and again. */
    private static final class Emitter implements Hash.Visitor {
        private Reply out;
        private boolean fields;
        private boolean values;
        private boolean skipDue;
        private @Nullable Glob pattern;
        private int emitted;

        @SuppressWarnings("NullAway.Init")
        Emitter() {
        }

        Emitter begin(Reply to, boolean withFields, boolean withValues, boolean skip, @Nullable Glob match) {
            out = to;
            fields = withFields;
            values = withValues;
            skipDue = skip;
            pattern = match;
            emitted = 0;
            return this;
        }

        @Override
        public void visit(Hash hash) {
            if (skipDue && hash.isDue()) {
                return;
            }
            PackReader r = hash.read();
            if (pattern != null && !pattern.matches(r.field())) {
                return;
            }
            if (fields) {
                out.bulk(r.field());
            }
            if (values) {
                out.bulk(r.value());
            }
            emitted++;
        }
    }

    private void hgetall(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (!slot.exists()) {
            out.map(0);
            return;
        }
        Hash hash = type.open(call.keyspace(), slot);
        if (hash.hasDue()) {
            int mark = out.begin(Reply.Shape.MAP);
            hash.forEach(emitter.begin(out, true, true, true, null));
            out.end(mark, emitter.emitted);
        } else {
            out.map(Math.toIntExact(hash.size()));
            hash.forEach(emitter.begin(out, true, true, false, null));
        }
    }

    private void list(Call call, Args args, boolean fields, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        if (!slot.exists()) {
            out.array(0);
            return;
        }
        Hash hash = type.open(call.keyspace(), slot);
        if (hash.hasDue()) {
            int mark = out.begin(Reply.Shape.ARRAY);
            hash.forEach(emitter.begin(out, fields, !fields, true, null));
            out.end(mark, emitter.emitted);
        } else {
            out.array(Math.toIntExact(hash.size()));
            hash.forEach(emitter.begin(out, fields, !fields, false, null));
        }
    }

    private void hscan(Call call, Args args, Reply out) {
        long cursor = ScanCursor.parse(args.at(2));
        Slot slot = call.keyspace().read(args.at(1), type);
        if (!slot.exists()) {
            out.array(2).bulk(0);
            out.array(0);
            return;
        }
        long count = DEFAULT_COUNT;
        Glob pattern = null;
        boolean values = true;
        for (int i = 3; i < args.size(); i++) {
            boolean last = i + 1 == args.size();
            if (args.is(i, NOVALUES)) {
                values = false;
            } else if (args.is(i, COUNT) && !last) {
                count = args.integer(++i);
                if (count < 1) {
                    throw CommandError.SYNTAX;
                }
            } else if (args.is(i, MATCH) && !last) {
                Glob given = Glob.of(args.at(++i));
                pattern = given.matchesAll() ? null : given;
            } else {
                throw CommandError.SYNTAX;
            }
        }
        Hash hash = type.open(call.keyspace(), slot);
        emitter.begin(out, true, values, hash.isTimed(), pattern);
        if (hash.isTable()) {
            scanTable(hash, cursor, count, values, out);
        } else {
            out.array(2).bulk(0);
            int mark = out.begin(Reply.Shape.ARRAY);
            hash.forEach(emitter);
            out.end(mark, values ? 2 * emitter.emitted : emitter.emitted);
        }
    }

    /* The cursor stands before the fields: it is found by a first walk that counts only, which also touches what the second one reads. */
    private void scanTable(Hash hash, long from, long count, boolean values, Reply out) {
        long most = count > Long.MAX_VALUE / STEPS_PER_FIELD ? Long.MAX_VALUE : count * STEPS_PER_FIELD;
        long next = from;
        long steps = 0;
        long seen = 0;
        do {
            next = hash.scanCounting(next);
            seen += hash.counted();
            steps++;
        } while (next != 0 && steps <= most && seen < count);
        out.array(2).bulk(Bytes.of(Long.toUnsignedString(next)));
        int mark = out.begin(Reply.Shape.ARRAY);
        long cursor = from;
        for (long i = 0; i < steps; i++) {
            cursor = hash.scan(cursor, emitter);
        }
        out.end(mark, values ? 2 * emitter.emitted : emitter.emitted);
    }

    private void hrandfield(Call call, Args args, Reply out) {
        int size = args.size();
        long count = 1;
        boolean values = false;
        if (size > 2) {
            count = args.integer(2);
            if (count == Long.MIN_VALUE) {
                throw CommandError.err("value is out of range, value must between -9223372036854775807 and 9223372036854775807");
            }
            if (size > 4 || size == 4 && !args.is(3, WITHVALUES)) {
                throw CommandError.SYNTAX;
            }
            values = size == 4;
            if (values && (count < -Long.MAX_VALUE / 2 || count > Long.MAX_VALUE / 2)) {
                throw CommandError.OUT_OF_RANGE;
            }
        }
        Slot slot = call.keyspace().read(args.at(1), type);
        if (size == 2) {
            if (!slot.exists() || !randomFields.one(type.open(call.keyspace(), slot), out)) {
                out.nil();
            }
        } else if (!slot.exists() || count == 0) {
            out.array(0);
        } else {
            randomFields.reply(type.open(call.keyspace(), slot), count, values, call.client().protocol() > 2, out);
        }
    }
}
