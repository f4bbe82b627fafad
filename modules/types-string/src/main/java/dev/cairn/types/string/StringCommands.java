package dev.cairn.types.string;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.INSERT;
import static dev.cairn.api.command.KeySpec.Flag.OW;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.RW;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;
import static dev.cairn.api.command.KeySpec.Flag.VARIABLE_FLAGS;

import java.util.Locale;
import java.util.Set;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Effects;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;

/**
 * The commands that read and write strings: GET and SET with their variants, the commands on several keys, and those on parts of a
 * string. Main thread.
 */
final class StringCommands {
    private static final Token NX = Token.of("NX");
    private static final Token XX = Token.of("XX");
    private static final Token GET = Token.of("GET");
    private static final Token EX = Token.of("EX");
    private static final Token PX = Token.of("PX");
    private static final Token EXAT = Token.of("EXAT");
    private static final Token PXAT = Token.of("PXAT");
    private static final Token KEEPTTL = Token.of("KEEPTTL");
    private static final Token PERSIST = Token.of("PERSIST");

    private static final Token SET_EVENT = Token.of("set");
    private static final Token EXPIRE_EVENT = Token.of("expire");
    private static final Token PERSIST_EVENT = Token.of("persist");
    private static final Token DEL_EVENT = Token.of("del");
    private static final Token APPEND_EVENT = Token.of("append");
    private static final Token SETRANGE_EVENT = Token.of("setrange");

    /** Words of what is logged in place of a command. */
    private static final Bytes LOG_SET = Bytes.of("SET");
    private static final Bytes LOG_DEL = Bytes.of("DEL");
    private static final Bytes LOG_PXAT = Bytes.of("PXAT");
    private static final Bytes LOG_KEEPTTL = Bytes.of("KEEPTTL");
    private static final Bytes LOG_PEXPIREAT = Bytes.of("PEXPIREAT");
    private static final Bytes LOG_PERSIST = Bytes.of("PERSIST");

    private static final CommandError OFFSET_OUT_OF_RANGE = CommandError.err("offset is out of range");

    /** The options of SET and GETEX, as bits; {@link #EXPIRY} are those that an expiry follows. */
    private static final int IF_ABSENT = 1;
    private static final int IF_PRESENT = 1 << 1;
    private static final int RETURN_OLD = 1 << 2;
    private static final int KEEP_EXPIRY = 1 << 3;
    private static final int DROP_EXPIRY = 1 << 4;
    private static final int SECONDS = 1 << 5;
    private static final int MILLIS = 1 << 6;
    private static final int AT_SECOND = 1 << 7;
    private static final int AT_MILLI = 1 << 8;
    private static final int EXPIRY = SECONDS | MILLIS | AT_SECOND | AT_MILLI;
    private static final int OPTION_BITS = 9;

    private static final Set<KeySpec.Flag> READ_AND_WRITTEN = Set.of(RW, ACCESS, UPDATE);
    private static final Set<KeySpec.Flag> WRITTEN = Set.of(OW, UPDATE);

    private static final String INDEPENDENT = "O(1)";

    private final SizeLimit limit;

    StringCommands(SizeLimit limit) {
        this.limit = limit;
    }

    /** Declares the commands. */
    void register(Registrar registrar) {
        registerWhole(registrar);
        registerVariants(registrar);
        registerMany(registrar);
        registerParts(registrar);
    }

    private void registerWhole(Registrar registrar) {
        registrar.command(Specs.string("GET", 2).since("1.0.0").summary("Returns the string stored at a key.").complexity(INDEPENDENT)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO, ACCESS)).syntax("key"), this::get);
        registrar.command(Specs.string("SET", -3).since("1.0.0")
                .summary("Stores a string at a key, whatever the key holds, and says when it expires.")
                .complexity(INDEPENDENT).changed("2.6.12", "Options `EX`, `PX`, `NX` and `XX`.").changed("6.0.0", "Option `KEEPTTL`.")
                .changed("6.2.0", "Options `GET`, `EXAT` and `PXAT`.").changed("7.0.0", "`NX` and `GET` may be used together.")
                .flags(WRITE, DENYOOM)
                .brief()
                .keys(KeySpec.at(1, RW, ACCESS, UPDATE, VARIABLE_FLAGS).notes("Without option `GET` the value is overwritten unread."))
                .keyFlags((spec, args) -> returnsOld(args) ? READ_AND_WRITTEN : WRITTEN)
                .syntax("key value condition=[NX|XX]@2.6.12 [GET@6.2.0] expiration=[EX seconds:integer@2.6.12|PX milliseconds:integer@2.6.12"
                        + "|EXAT unix-time-seconds:unix-time@6.2.0|PXAT unix-time-milliseconds:unix-time@6.2.0|KEEPTTL@6.0.0]"),
                this::set);
        registrar.command(Specs.string("STRLEN", 2).since("2.2.0").summary("Returns the length of the string stored at a key.")
                .complexity(INDEPENDENT).flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key"), this::strlen);
    }

    private static boolean returnsOld(Args args) {
        for (int i = 3; i < args.size(); i++) {
            if (args.is(i, GET)) {
                return true;
            }
        }
        return false;
    }

    private void registerVariants(Registrar registrar) {
        registrar.command(Specs.string("SETNX", 3).since("1.0.0").summary("Stores a string at a key that does not exist yet.")
                .complexity(INDEPENDENT).deprecated("2.6.12", "`SET` with the `NX` argument").flags(WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, OW, INSERT)).syntax("key value"), this::setNx);
        registrar
                .command(Specs.string("SETEX", 4).since("2.0.0").summary("Stores a string at a key that expires after a number of seconds.")
                        .complexity(INDEPENDENT).deprecated("2.6.12", "`SET` with the `EX` argument").flags(WRITE, DENYOOM).brief()
                        .keys(KeySpec.at(1, OW, UPDATE)).syntax("key seconds:integer value"), this::setEx);
        registrar.command(
                Specs.string("PSETEX", 4).since("2.6.0").summary("Stores a string at a key that expires after a number of milliseconds.")
                        .complexity(INDEPENDENT).deprecated("2.6.12", "`SET` with the `PX` argument").flags(WRITE, DENYOOM).brief()
                        .keys(KeySpec.at(1, OW, UPDATE)).syntax("key milliseconds:integer value"),
                this::pSetEx);
        registrar.command(Specs.string("GETSET", 3).since("1.0.0").summary("Stores a string at a key and returns the one before.")
                .complexity(INDEPENDENT).deprecated("6.2.0", "`SET` with the `!GET` argument").flags(WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, RW, ACCESS, UPDATE)).syntax("key value"), this::getSet);
        registrar.command(Specs.string("GETDEL", 2).since("6.2.0").summary("Returns the string stored at a key and deletes the key.")
                .complexity(INDEPENDENT).flags(WRITE, FAST).keys(KeySpec.at(1, RW, ACCESS, DELETE)).syntax("key"), this::getDel);
        registrar.command(
                Specs.string("GETEX", -2).since("6.2.0").summary("Returns the string stored at a key and says when the key expires.")
                        .complexity(INDEPENDENT).flags(WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE).notes("The value stays; what may change is the expiry."))
                        .syntax("key expiration=[EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time"
                                + "|PXAT unix-time-milliseconds:unix-time|PERSIST]"),
                this::getEx);
    }

    private void registerMany(Registrar registrar) {
        registrar.command(
                Specs.string("MGET", -2).since("1.0.0").summary("Returns the strings stored at some keys, nil where there is none.")
                        .complexity("O(N) where N is the number of keys.").tips("request_policy:multi_shard").flags(READONLY, FAST)
                        .keys(KeySpec.range(1, -1, 1, RO, ACCESS)).syntax("key..."),
                this::mGet);
        registrar.command(Specs.string("MSET", -3).since("1.0.1").summary("Stores strings at some keys, all in one step.")
                .complexity("O(N) where N is the number of keys.").tips("request_policy:multi_shard", "response_policy:all_succeeded")
                .flags(WRITE, DENYOOM).keys(KeySpec.range(1, -1, 2, OW, UPDATE)).syntax("data=(key value)..."), this::mSet);
        registrar.command(Specs.string("MSETNX", -3).since("1.0.1").summary("Stores strings at some keys if none of them exists yet.")
                .complexity("O(N) where N is the number of keys.").flags(WRITE, DENYOOM).keys(KeySpec.range(1, -1, 2, OW, INSERT))
                .syntax("data=(key value)..."), this::mSetNx);
    }

    private void registerParts(Registrar registrar) {
        registrar.command(Specs.string("APPEND", 3).since("2.0.0")
                .summary("Puts bytes at the end of the string stored at a key, which may be absent.")
                .complexity("O(1) amortized: a string that grows often is given room ahead.").flags(WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, RW, INSERT)).syntax("key value"), this::append);
        registrar.command(
                Specs.string("SETRANGE", 4).since("2.2.0").summary("Overwrites a part of the string stored at a key, which may be absent.")
                        .complexity("O(1) for a short value; O(M) where M is the length of the value.").flags(WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, UPDATE)).syntax("key offset:integer value"),
                this::setRange);
        registrar.command(range("GETRANGE", "2.4.0"), this::getRange);
        registrar.command(range("SUBSTR", "1.0.0").deprecated("2.0.0", "`GETRANGE`"), this::getRange);
    }

    private static CommandSpec.Builder range(String name, String since) {
        return Specs.string(name, 4).since(since).summary("Returns a part of the string stored at a key.")
                .complexity("O(N) where N is the length of what is returned.").flags(READONLY).keys(KeySpec.at(1, RO, ACCESS))
                .syntax("key start:integer end:integer");
    }

    private void get(Call call, Args args, Reply out) {
        StringType.reply(call.keyspace().read(args.at(1), StringType.TYPE), out);
    }

    private void set(Call call, Args args, Reply out) {
        if (args.size() > 3) {
            setWithOptions(call, args, out);
            return;
        }
        store(call.keyspace().write(args.at(1)), args.at(2), Slot.NO_EXPIRY);
        out.ok();
    }

    private void setWithOptions(Call call, Args args, Reply out) {
        long parsed = options(args, 3, IF_ABSENT | IF_PRESENT | RETURN_OLD | KEEP_EXPIRY | EXPIRY);
        int options = (int) parsed & (1 << OPTION_BITS) - 1;
        long expireAt = (options & EXPIRY) == 0 ? Slot.NO_EXPIRY : expiry(call, args.at((int) (parsed >>> OPTION_BITS)), options);
        boolean returnOld = (options & RETURN_OLD) != 0;
        Bytes key = args.at(1);
        WriteSlot slot = returnOld ? call.keyspace().readWrite(key, StringType.TYPE) : call.keyspace().write(key);
        boolean present = slot.exists();
        boolean refused = (options & (present ? IF_ABSENT : IF_PRESENT)) != 0;
        if (returnOld) {
            StringType.reply(slot, out);
        }
        if (!refused) {
            boolean kept = (options & KEEP_EXPIRY) != 0;
            store(call, slot, args.at(2), present && kept ? slot.expireAt() : expireAt, (options & EXPIRY) != 0);
            if ((options & EXPIRY) == 0) {
                logSet(call, args.at(1), args.at(2), kept);
            }
        }
        if (!returnOld) {
            if (refused) {
                out.nil();
            } else {
                out.ok();
            }
        }
    }

    /** Has a SET logged without what decided whether it is done and what it replies. */
    private static void logSet(Call call, Bytes key, Bytes value, boolean keepExpiry) {
        Effects effects = call.effects().begin(keepExpiry ? 4 : 3).word(LOG_SET).word(key).word(value);
        if (keepExpiry) {
            effects.word(LOG_KEEPTTL);
        }
    }

    /** Stores the value and reports it. */
    private static void store(WriteSlot slot, Bytes value, long expireAt) {
        StringType.replace(slot, value, expireAt);
        slot.changed(KeyEventClass.STRING, SET_EVENT);
    }

    /** Stores the value and reports it, unless it was given an expiry that is over: the key is deleted then. */
    private static void store(Call call, WriteSlot slot, Bytes value, long expireAt, boolean expiryGiven) {
        if (!expiryGiven) {
            store(slot, value, expireAt);
        } else if (expireAt > call.now()) {
            store(slot, value, expireAt);
            slot.changed(KeyEventClass.GENERIC, EXPIRE_EVENT, 0);
            call.effects().begin(5).word(LOG_SET).word(slot.key()).word(value).word(LOG_PXAT).word(expireAt);
        } else if (slot.exists()) {
            delete(call, slot);
        }
    }

    private static void delete(Call call, WriteSlot slot) {
        slot.delete();
        slot.changed(KeyEventClass.GENERIC, DEL_EVENT);
        call.effects().begin(2).word(LOG_DEL).word(slot.key());
    }

    /**
     * Reads the options from argument {@code first} on.
     *
     * @param allowed the options that the command has
     * @return the options as bits and, above {@link #OPTION_BITS}, the index of the argument that is the expiry
     * @throws CommandError when an argument is none of them or contradicts one before it
     */
    private static long options(Args args, int first, int allowed) {
        int options = 0;
        int expiry = 0;
        for (int i = first; i < args.size(); i++) {
            int option = option(args, i) & allowed;
            if (option == 0 || (options & contradicting(option)) != 0) {
                throw CommandError.SYNTAX;
            }
            if ((option & EXPIRY) != 0) {
                expiry = ++i;
                if (i == args.size()) {
                    throw CommandError.SYNTAX;
                }
            }
            options |= option;
        }
        return options | (long) expiry << OPTION_BITS;
    }

    private static int option(Args args, int i) {
        if (args.is(i, EX)) {
            return SECONDS;
        } else if (args.is(i, PX)) {
            return MILLIS;
        } else if (args.is(i, NX)) {
            return IF_ABSENT;
        } else if (args.is(i, XX)) {
            return IF_PRESENT;
        } else if (args.is(i, GET)) {
            return RETURN_OLD;
        } else if (args.is(i, KEEPTTL)) {
            return KEEP_EXPIRY;
        } else if (args.is(i, EXAT)) {
            return AT_SECOND;
        } else if (args.is(i, PXAT)) {
            return AT_MILLI;
        } else if (args.is(i, PERSIST)) {
            return DROP_EXPIRY;
        }
        return 0;
    }

    /** The options that must not stand beside the given one; an option may be repeated. */
    private static int contradicting(int option) {
        return switch (option) {
            case IF_ABSENT -> IF_PRESENT;
            case IF_PRESENT -> IF_ABSENT;
            case RETURN_OLD -> 0;
            default -> (EXPIRY | KEEP_EXPIRY | DROP_EXPIRY) & ~option;
        };
    }

    /**
     * The moment that an expiry argument means, in milliseconds since 1970.
     *
     * @throws CommandError when it is not an integer, not positive or too far away
     */
    private static long expiry(Call call, Bytes argument, int options) {
        if (!argument.isLong()) {
            throw CommandError.NOT_AN_INTEGER;
        }
        long time = argument.asLong();
        boolean seconds = (options & (SECONDS | AT_SECOND)) != 0;
        if (time <= 0 || seconds && time > Long.MAX_VALUE / 1000) {
            throw invalidExpiry(call);
        }
        if (seconds) {
            time *= 1000;
        }
        if ((options & (SECONDS | MILLIS)) != 0) {
            time += call.now();
        }
        if (time <= 0) {
            throw invalidExpiry(call);
        }
        return time;
    }

    private static CommandError invalidExpiry(Call call) {
        return CommandError.err("invalid expire time in '" + call.command().name().toLowerCase(Locale.ROOT) + "' command");
    }

    private void strlen(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), StringType.TYPE);
        out.integer(slot.exists() ? StringType.length(slot) : 0);
    }

    private void setNx(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1));
        if (slot.exists()) {
            out.integer(0);
            return;
        }
        store(slot, args.at(2), Slot.NO_EXPIRY);
        out.integer(1);
    }

    private void setEx(Call call, Args args, Reply out) {
        setExpiring(call, args, SECONDS, out);
    }

    private void pSetEx(Call call, Args args, Reply out) {
        setExpiring(call, args, MILLIS, out);
    }

    private static void setExpiring(Call call, Args args, int unit, Reply out) {
        long expireAt = expiry(call, args.at(2), unit);
        store(call, call.keyspace().write(args.at(1)), args.at(3), expireAt, true);
        out.ok();
    }

    private void getSet(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().readWrite(args.at(1), StringType.TYPE);
        StringType.reply(slot, out);
        store(slot, args.at(2), Slot.NO_EXPIRY);
        logSet(call, args.at(1), args.at(2), false);
    }

    private void getDel(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().readWrite(args.at(1), StringType.TYPE);
        StringType.reply(slot, out);
        if (slot.exists()) {
            delete(call, slot);
        }
    }

    private void getEx(Call call, Args args, Reply out) {
        long parsed = options(args, 2, DROP_EXPIRY | EXPIRY);
        int options = (int) parsed & (1 << OPTION_BITS) - 1;
        WriteSlot slot = call.keyspace().readWrite(args.at(1), StringType.TYPE);
        if (!slot.exists()) {
            out.nil();
            return;
        }
        if ((options & EXPIRY) != 0) {
            long expireAt = expiry(call, args.at((int) (parsed >>> OPTION_BITS)), options);
            StringType.reply(slot, out);
            if (expireAt <= call.now()) {
                delete(call, slot);
            } else {
                slot.expireAt(expireAt);
                slot.changed(KeyEventClass.GENERIC, EXPIRE_EVENT);
                call.effects().begin(3).word(LOG_PEXPIREAT).word(args.at(1)).word(expireAt);
            }
            return;
        }
        StringType.reply(slot, out);
        if ((options & DROP_EXPIRY) != 0 && slot.expireAt() != Slot.NO_EXPIRY) {
            slot.expireAt(Slot.NO_EXPIRY);
            slot.changed(KeyEventClass.GENERIC, PERSIST_EVENT);
            call.effects().begin(2).word(LOG_PERSIST).word(args.at(1));
        }
    }

    private void mGet(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        int size = args.size();
        out.array(size - 1);
        for (int i = 1; i < size; i++) {
            Slot slot = keyspace.read(args.at(i));
            if (slot.exists() && slot.type() != StringType.TYPE) {
                out.nil();
            } else {
                StringType.reply(slot, out);
            }
        }
    }

    private void mSet(Call call, Args args, Reply out) {
        requirePairs(call, args);
        storeAll(call.keyspace(), args);
        out.ok();
    }

    private void mSetNx(Call call, Args args, Reply out) {
        requirePairs(call, args);
        Keyspace keyspace = call.keyspace();
        for (int i = 1; i < args.size(); i += 2) {
            if (keyspace.write(args.at(i)).exists()) {
                out.integer(0);
                return;
            }
        }
        storeAll(keyspace, args);
        out.integer(1);
    }

    private static void requirePairs(Call call, Args args) {
        if ((args.size() & 1) == 0) {
            throw call.wrongArity();
        }
    }

    private static void storeAll(Keyspace keyspace, Args args) {
        int size = args.size();
        for (int i = 1; i < size; i += 2) {
            store(keyspace.write(args.at(i)), args.at(i + 1), Slot.NO_EXPIRY);
        }
    }

    private void append(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1), StringType.TYPE);
        Bytes value = args.at(2);
        int length;
        if (slot.exists()) {
            int before = StringType.length(slot);
            length = limit.sum(before, value.length());
            makeBytes(slot);
            slot.resize(StringType.RAW, length);
            slot.overwrite(before, value);
        } else {
            length = value.length();
            StringType.replace(slot, value, Slot.NO_EXPIRY);
        }
        slot.changed(KeyEventClass.STRING, APPEND_EVENT);
        out.integer(length);
    }

    private void setRange(Call call, Args args, Reply out) {
        long offset = args.integer(2);
        if (offset < 0) {
            throw OFFSET_OUT_OF_RANGE;
        }
        Bytes value = args.at(3);
        WriteSlot slot = call.keyspace().write(args.at(1), StringType.TYPE);
        int before = slot.exists() ? StringType.length(slot) : 0;
        if (value.length() == 0) {
            out.integer(before);
            return;
        }
        int end = limit.sum(offset, value.length());
        int length = Math.max(before, end);
        if (slot.exists()) {
            makeBytes(slot);
        } else {
            slot.put(StringType.TYPE, StringType.RAW, Bytes.EMPTY);
        }
        slot.resize(StringType.RAW, length);
        slot.overwrite((int) offset, value);
        slot.changed(KeyEventClass.STRING, SETRANGE_EVENT);
        out.integer(length);
    }

    /** Turns a string that is held as an integer into bytes. */
    private static void makeBytes(WriteSlot slot) {
        if (slot.encoding() == StringType.INT) {
            slot.put(StringType.TYPE, StringType.RAW, StringType.TYPE.content(slot));
        }
    }

    private void getRange(Call call, Args args, Reply out) {
        long start = args.integer(2);
        long end = args.integer(3);
        Slot slot = call.keyspace().read(args.at(1), StringType.TYPE);
        int length = slot.exists() ? StringType.length(slot) : 0;
        boolean crossed = start < 0 && end < 0 && start > end;
        // an index before the first byte means the first byte, for the end as well
        if (start < 0) {
            start = Math.max(start + length, 0);
        }
        if (end < 0) {
            end = Math.max(end + length, 0);
        }
        end = Math.min(end, length - 1L);
        if (length == 0 || crossed || start > end) {
            out.bulk(Bytes.EMPTY);
        } else {
            out.bulk(StringType.TYPE.content(slot), (int) start, (int) end + 1);
        }
    }
}
