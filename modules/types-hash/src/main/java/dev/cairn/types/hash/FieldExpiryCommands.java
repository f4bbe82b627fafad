package dev.cairn.types.hash;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.RW;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;
import static dev.cairn.types.hash.Specs.EACH_FIELD;
import static dev.cairn.types.hash.Specs.hash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.structures.Dict;

/**
 * The commands on when fields expire: HEXPIRE and HTTL with their variants, HPERSIST, HGETEX, HSETEX, and HGETDEL. Main thread.
 *
 * <p>Replies, conditions and errors are those of Redis 8. A time that is over deletes the field at once. All of it is logged with absolute
 * times and without conditions, so that who repeats the log comes to the same hash at any time.
 */
final class FieldExpiryCommands {
    private static final Token NX = Token.of("NX");
    private static final Token XX = Token.of("XX");
    private static final Token GT = Token.of("GT");
    private static final Token LT = Token.of("LT");
    private static final Token FIELDS = Token.of("FIELDS");
    private static final Token EX = Token.of("EX");
    private static final Token PX = Token.of("PX");
    private static final Token EXAT = Token.of("EXAT");
    private static final Token PXAT = Token.of("PXAT");
    private static final Token PERSIST = Token.of("PERSIST");
    private static final Token KEEPTTL = Token.of("KEEPTTL");
    private static final Token FNX = Token.of("FNX");
    private static final Token FXX = Token.of("FXX");

    private static final Token HEXPIRE_EVENT = Token.of("hexpire");
    private static final Token HPERSIST_EVENT = Token.of("hpersist");
    private static final Token HSET_EVENT = Token.of("hset");
    private static final Token HDEL_EVENT = Token.of("hdel");
    private static final Token DEL_EVENT = Token.of("del");

    private static final Bytes HPEXPIREAT_WORD = Bytes.of("HPEXPIREAT");
    private static final Bytes HPERSIST_WORD = Bytes.of("HPERSIST");
    private static final Bytes HSET_WORD = Bytes.of("HSET");
    private static final Bytes HSETEX_WORD = Bytes.of("HSETEX");
    private static final Bytes PXAT_WORD = Bytes.of("PXAT");
    private static final Bytes KEEPTTL_WORD = Bytes.of("KEEPTTL");
    private static final Bytes FIELDS_WORD = Bytes.of("FIELDS");

    private static final CommandError NEGATIVE_TIME = CommandError.err("invalid expire time, must be >= 0");
    private static final CommandError NO_FIELDS = CommandError.err("Mandatory argument FIELDS is missing or not at the right position");
    private static final CommandError TOO_FEW_FIELDS = CommandError.err("Number of fields must be a positive integer");
    private static final CommandError NUM_FIELDS = CommandError.err("Parameter `numFields` should be greater than 0");
    private static final CommandError OTHER_COUNT = CommandError.err("The `numfields` parameter must match the number of arguments");
    private static final CommandError INVALID_COUNT = CommandError.err("invalid number of fields");
    private static final CommandError NO_TIME_GIVEN = CommandError.err("missing expire time");
    private static final CommandError TWO_CONDITIONS = CommandError.err("Only one of FXX or FNX arguments can be specified");
    private static final CommandError TWO_TIMES = CommandError
            .err("Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");

    /** The latest time of a field, in milliseconds since 1970: Redis keeps 46 bits. */
    private static final long MAX_TIME = (1L << 46) - 1;

    /** Replies for a field. */
    private static final long NO_FIELD = -2;
    private static final long NO_TIME = -1;
    private static final long NOT_MET = 0;
    private static final long SET = 1;
    private static final long DELETED = 2;

    private enum Condition {
        NONE, NX, XX, GT, LT
    }

    private final HashType type;

    FieldExpiryCommands(HashType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(expiring("HEXPIRE", "seconds:integer").summary("Sets after how many seconds fields of a hash expire."),
                (call, args, out) -> expire(call, args, call.now(), 1000, out));
        r.command(expiring("HPEXPIRE", "milliseconds:integer").summary("Sets after how many milliseconds fields of a hash expire."),
                (call, args, out) -> expire(call, args, call.now(), 1, out));
        r.command(expiring("HEXPIREAT", "unix-time-seconds:unix-time").summary("Sets at which second since 1970 fields of a hash expire."),
                (call, args, out) -> expire(call, args, 0, 1000, out));
        r.command(
                expiring("HPEXPIREAT", "unix-time-milliseconds:unix-time")
                        .summary("Sets at which millisecond since 1970 fields of a hash expire."),
                (call, args, out) -> expire(call, args, 0, 1, out));
        r.command(remaining("HTTL").summary("Tells in how many seconds fields of a hash expire.").tips("nondeterministic_output"),
                (call, args, out) -> remaining(call, args, call.now(), 1000, out));
        r.command(remaining("HPTTL").summary("Tells in how many milliseconds fields of a hash expire.").tips("nondeterministic_output"),
                (call, args, out) -> remaining(call, args, call.now(), 1, out));
        r.command(remaining("HEXPIRETIME").summary("Tells at which second since 1970 fields of a hash expire."),
                (call, args, out) -> remaining(call, args, 0, 1000, out));
        r.command(remaining("HPEXPIRETIME").summary("Tells at which millisecond since 1970 fields of a hash expire."),
                (call, args, out) -> remaining(call, args, 0, 1, out));
        r.command(hash("HPERSIST", -5).since("7.4.0").summary("Makes fields of a hash ones that do not expire.").complexity(EACH_FIELD)
                .flags(WRITE, FAST).keys(KeySpec.at(1, RW, UPDATE)).syntax("key fields=(FIELDS numfields:integer field...)"),
                this::hpersist);
        r.command(hash("HGETEX", -5).since("8.0.0").summary("Returns the values of fields of a hash, and sets when they expire.")
                .complexity(EACH_FIELD).flags(WRITE, FAST).keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                .syntax("key expiration=[EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time"
                        + "|PXAT unix-time-milliseconds:unix-time|PERSIST] fields=(FIELDS numfields:integer field...)"),
                this::hgetex);
        r.command(hash("HSETEX", -6).since("8.0.0").summary("Sets fields of a hash to values, and when they expire.")
                .complexity(EACH_FIELD).flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, UPDATE))
                .syntax("key condition=[FNX|FXX] expiration=[EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time"
                        + "|PXAT unix-time-milliseconds:unix-time|KEEPTTL] fields=(FIELDS numfields:integer data=(field value)...)"),
                this::hsetex);
        r.command(hash("HGETDEL", -5).since("8.0.0").summary("Returns the values of fields of a hash and deletes them.")
                .complexity(EACH_FIELD).flags(WRITE, FAST).keys(KeySpec.at(1, RW, ACCESS, DELETE))
                .syntax("key fields=(FIELDS numfields:integer field...)"), this::hgetdel);
    }

    private static CommandSpec.Builder expiring(String name, String time) {
        return hash(name, -6).since("7.4.0").complexity(EACH_FIELD).flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, UPDATE))
                .syntax("key " + time + " condition=[NX|XX|GT|LT] fields=(FIELDS numfields:integer field...)");
    }

    private static CommandSpec.Builder remaining(String name) {
        return hash(name, -5).since("7.4.0").complexity(EACH_FIELD).flags(READONLY, FAST).keys(KeySpec.at(1, RO, ACCESS))
                .syntax("key fields=(FIELDS numfields:integer field...)");
    }

    /* Arguments. */

    /**
     * Checks that FIELDS and their number stand at an argument, with as many fields behind.
     *
     * @return the argument of the first field
     */
    private static int fields(Args args, int at, CommandError tooFew) {
        if (at >= args.size() || !args.is(at, FIELDS)) {
            throw NO_FIELDS;
        }
        if (at + 1 >= args.size() || !args.at(at + 1).isLong() || args.integer(at + 1) < 1) {
            throw tooFew;
        }
        if (args.integer(at + 1) != args.size() - at - 2) {
            throw OTHER_COUNT;
        }
        return at + 2;
    }

    /** The time that an argument means, in milliseconds since 1970. */
    private static long time(Call call, Args args, int at, long base, int unit) {
        long given = args.integer(at);
        if (given < 0) {
            throw NEGATIVE_TIME;
        }
        if (given > MAX_TIME / unit || given * unit > MAX_TIME - base) {
            throw CommandError.err("invalid expire time in '" + call.command().name().toLowerCase(Locale.ROOT) + "' command");
        }
        return given * unit + base;
    }

    /** The time that an option and its argument mean, or -1 when the word is no such option. */
    private static long optionTime(Call call, Args args, int at) {
        boolean seconds = args.is(at, EX) || args.is(at, EXAT);
        boolean relative = args.is(at, EX) || args.is(at, PX);
        if (!seconds && !relative && !args.is(at, PXAT)) {
            return -1;
        }
        if (at + 1 >= args.size()) {
            throw NO_TIME_GIVEN;
        }
        return time(call, args, at + 1, relative ? call.now() : 0, seconds ? 1000 : 1);
    }

    /* Whether a field that gets the time is deleted instead. */
    private static boolean isPast(Keyspace keyspace, long time) {
        return keyspace.isOver(time - 1);
    }

    /* HEXPIRE and the like. */

    private void expire(Call call, Args args, long base, int unit, Reply out) {
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        long time = time(call, args, 2, base, unit);
        Condition condition = condition(args, 3);
        int first = fields(args, condition == Condition.NONE ? 3 : 4, NUM_FIELDS);
        out.array(args.size() - first);
        if (!slot.exists()) {
            for (int i = first; i < args.size(); i++) {
                out.integer(NO_FIELD);
            }
            return;
        }
        Hash hash = type.edit(keyspace, slot);
        boolean past = isPast(keyspace, time);
        List<Bytes> changed = new ArrayList<>();
        for (int i = first; i < args.size(); i++) {
            long result = expire(keyspace, args, i, hash, condition, time, past);
            if (result == SET || result == DELETED) {
                changed.add(args.at(i));
            }
            out.integer(result);
        }
        if (!changed.isEmpty()) {
            report(slot, hash, past ? HDEL_EVENT : HEXPIRE_EVENT, changed.size());
            log(call, args.at(1), time, past, changed);
        }
    }

    private long expire(Keyspace keyspace, Args args, int field, Hash hash, Condition condition, long time, boolean past) {
        if (hash.size() == 0 || !FieldExpiry.seek(type, keyspace, args.at(1), hash, args.at(field))) {
            return NO_FIELD;
        }
        if (!holds(condition, hash.time(), time)) {
            return NOT_MET;
        }
        if (past) {
            hash.remove();
            return DELETED;
        }
        hash.time(time);
        return SET;
    }

    private static Condition condition(Args args, int at) {
        return args.is(at, NX) ? Condition.NX
                : args.is(at, XX) ? Condition.XX : args.is(at, GT) ? Condition.GT : args.is(at, LT) ? Condition.LT : Condition.NONE;
    }

    /* A field without a time counts as one that never expires. */
    private static boolean holds(Condition condition, long before, long after) {
        return switch (condition) {
            case NONE -> true;
            case NX -> before == Dict.NO_TIME;
            case XX -> before != Dict.NO_TIME;
            case GT -> after > before;
            case LT -> after < before;
        };
    }

    private static void report(WriteSlot slot, Hash hash, Token event, int fields) {
        boolean gone = hash.changed();
        slot.changed(KeyEventClass.HASH, event, fields);
        if (gone) {
            slot.changed(KeyEventClass.GENERIC, DEL_EVENT, 0);
        }
    }

    /** Logs that fields got a time, or that they were deleted because it is past. */
    private static void log(Call call, Bytes key, long time, boolean past, List<Bytes> fields) {
        List<Bytes> words = new ArrayList<>(fields.size() + 5);
        if (past) {
            words.add(FieldExpiry.HDEL);
            words.add(key);
        } else {
            words.add(HPEXPIREAT_WORD);
            words.add(key);
            words.add(number(time));
            words.add(FIELDS_WORD);
            words.add(number(fields.size()));
        }
        words.addAll(fields);
        call.effects().command(words.toArray(Bytes[]::new));
    }

    private static Bytes number(long value) {
        return Bytes.of(Long.toString(value));
    }

    /* HTTL and the like. */

    private void remaining(Call call, Args args, long base, int unit, Reply out) {
        Keyspace keyspace = call.keyspace();
        Slot slot = keyspace.read(args.at(1), type);
        int first = fields(args, 2, TOO_FEW_FIELDS);
        out.array(args.size() - first);
        Hash hash = slot.exists() ? type.open(keyspace, slot) : null;
        for (int i = first; i < args.size(); i++) {
            if (hash == null || !hash.seek(args.at(i)) || hash.isDue()) {
                out.integer(NO_FIELD);
            } else if (hash.time() == Dict.NO_TIME) {
                out.integer(NO_TIME);
            } else {
                long millis = hash.time() - base;
                out.integer(unit == 1 ? millis : (millis + 999) / 1000);
            }
        }
    }

    private void hpersist(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        int first = fields(args, 2, TOO_FEW_FIELDS);
        out.array(args.size() - first);
        int changed = 0;
        Hash hash = type.edit(keyspace, slot);
        for (int i = first; i < args.size(); i++) {
            if (hash.size() == 0 || !FieldExpiry.seek(type, keyspace, args.at(1), hash, args.at(i))) {
                out.integer(NO_FIELD);
            } else if (hash.time() == Dict.NO_TIME) {
                out.integer(NO_TIME);
            } else {
                hash.time(Dict.NO_TIME);
                out.integer(SET);
                changed++;
            }
        }
        if (changed > 0) {
            report(slot, hash, HPERSIST_EVENT, changed);
        }
    }

    /* HGETEX, HSETEX, HGETDEL. */

    private void hgetex(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.readWrite(args.at(1), type);
        boolean persist = args.is(2, PERSIST);
        boolean timed = args.is(2, EX) || args.is(2, PX) || args.is(2, EXAT) || args.is(2, PXAT);
        int first = fields(args, persist ? 3 : timed ? 4 : 2, TOO_FEW_FIELDS);
        long time = timed ? optionTime(call, args, 2) : Dict.NO_TIME;
        boolean past = timed && isPast(keyspace, time);
        out.array(args.size() - first);
        Hash hash = type.edit(keyspace, slot);
        List<Bytes> changed = new ArrayList<>();
        for (int i = first; i < args.size(); i++) {
            if (hash.size() == 0 || !FieldExpiry.seek(type, keyspace, args.at(1), hash, args.at(i))) {
                out.nil();
                continue;
            }
            hash.replyValue(out);
            if (past) {
                hash.remove();
                changed.add(args.at(i));
            } else if (timed || persist && hash.time() != Dict.NO_TIME) {
                hash.time(time);
                changed.add(args.at(i));
            }
        }
        if (!changed.isEmpty()) {
            report(slot, hash, past ? HDEL_EVENT : persist ? HPERSIST_EVENT : HEXPIRE_EVENT, changed.size());
            if (persist) {
                List<Bytes> words = new ArrayList<>(List.of(HPERSIST_WORD, args.at(1), FIELDS_WORD, number(changed.size())));
                words.addAll(changed);
                call.effects().command(words.toArray(Bytes[]::new));
            } else {
                log(call, args.at(1), time, past, changed);
            }
        }
    }

    /** The options of HSETEX. */
    private static final class SetOptions {
        private boolean onlyNew;
        private boolean onlyOld;
        private boolean keepTime;
        private long time = Dict.NO_TIME;
        private int first;

        SetOptions(Call call, Args args) {
            int i = 2;
            while (first == 0) {
                if (i >= args.size()) {
                    throw call.wrongArity();
                }
                i = option(call, args, i);
            }
        }

        /* Reads the option at an argument and returns where the next one is. */
        private int option(Call call, Args args, int at) {
            if (args.is(at, FIELDS)) {
                fields(call, args, at);
                return at;
            }
            if (args.is(at, FNX) || args.is(at, FXX)) {
                if (onlyNew || onlyOld) {
                    throw TWO_CONDITIONS;
                }
                onlyNew = args.is(at, FNX);
                onlyOld = !onlyNew;
                return at + 1;
            }
            boolean keep = args.is(at, KEEPTTL);
            if (!keep && !args.is(at, EX) && !args.is(at, PX) && !args.is(at, EXAT) && !args.is(at, PXAT)) {
                throw CommandError.err("unknown argument: " + args.at(at).text());
            }
            if (keepTime || time != Dict.NO_TIME) {
                throw TWO_TIMES;
            }
            keepTime = keep;
            if (!keep) {
                time = optionTime(call, args, at);
            }
            return keep ? at + 1 : at + 2;
        }

        private void fields(Call call, Args args, int at) {
            if (at >= args.size() - 3) {
                throw call.wrongArity();
            }
            if (!args.at(at + 1).isLong() || args.integer(at + 1) < 1 || args.integer(at + 1) > Integer.MAX_VALUE) {
                throw INVALID_COUNT;
            }
            int remaining = args.size() - at - 2;
            if (remaining % 2 != 0 || args.integer(at + 1) != remaining / 2) {
                throw call.wrongArity();
            }
            first = at + 2;
        }
    }

    private void hsetex(Call call, Args args, Reply out) {
        SetOptions options = new SetOptions(call, args);
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        Hash hash = type.edit(keyspace, slot);
        if (!holds(hash, args, options)) {
            out.integer(0);
            return;
        }
        boolean timed = options.time != Dict.NO_TIME;
        boolean past = timed && isPast(keyspace, options.time);
        hash.expect(args, options.first);
        for (int i = options.first; i < args.size(); i += 2) {
            hash.put(args.at(i), args.at(i + 1), options.keepTime);
            if (past || timed) {
                hash.seek(args.at(i));
                if (past) {
                    hash.remove();
                } else {
                    hash.time(options.time);
                }
            }
        }
        boolean gone = hash.changed();
        slot.changed(KeyEventClass.HASH, HSET_EVENT, (args.size() - options.first) / 2);
        if (timed) {
            slot.changed(KeyEventClass.HASH, past ? HDEL_EVENT : HEXPIRE_EVENT, 0);
        }
        if (gone) {
            slot.changed(KeyEventClass.GENERIC, DEL_EVENT, 0);
        }
        logSet(call, args, options, past);
        out.integer(1);
    }

    private static boolean holds(Hash hash, Args args, SetOptions options) {
        if (!options.onlyNew && !options.onlyOld) {
            return true;
        }
        for (int i = options.first; i < args.size(); i += 2) {
            boolean there = hash.seek(args.at(i)) && !hash.isDue();
            if (there == options.onlyNew) {
                return false;
            }
        }
        return true;
    }

    private static void logSet(Call call, Args args, SetOptions options, boolean past) {
        List<Bytes> words = new ArrayList<>(args.size() + 2);
        boolean plain = !options.keepTime && options.time == Dict.NO_TIME;
        words.add(past ? FieldExpiry.HDEL : plain ? HSET_WORD : HSETEX_WORD);
        words.add(args.at(1));
        if (!past && !plain) {
            if (options.keepTime) {
                words.add(KEEPTTL_WORD);
            } else {
                words.add(PXAT_WORD);
                words.add(number(options.time));
            }
            words.add(FIELDS_WORD);
            words.add(args.at(options.first - 1));
        }
        for (int i = options.first; i < args.size(); i += past ? 2 : 1) {
            words.add(args.at(i));
        }
        call.effects().command(words.toArray(Bytes[]::new));
    }

    private void hgetdel(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.readWrite(args.at(1), type);
        int first = fields(args, 2, TOO_FEW_FIELDS);
        out.array(args.size() - first);
        Hash hash = type.edit(keyspace, slot);
        List<Bytes> words = new ArrayList<>(List.of(FieldExpiry.HDEL, args.at(1)));
        for (int i = first; i < args.size(); i++) {
            if (hash.size() > 0 && FieldExpiry.seek(type, keyspace, args.at(1), hash, args.at(i))) {
                hash.replyValue(out);
                hash.remove();
                words.add(args.at(i));
            } else {
                out.nil();
            }
        }
        if (words.size() > 2) {
            HashCommands.deleted(slot, hash, words.size() - 2);
            call.effects().command(words.toArray(Bytes[]::new));
        }
    }
}
