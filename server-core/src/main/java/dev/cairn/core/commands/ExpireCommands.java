package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.RW;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;
import static dev.cairn.core.commands.GenericSpecs.CONSTANT;
import static dev.cairn.core.commands.GenericSpecs.generic;

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
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.ReplyWriter;

/** The commands on when keys expire: EXPIRE and TTL with their variants, PERSIST. Main thread. */
final class ExpireCommands {
    private static final Token NX = Token.of("NX");
    private static final Token XX = Token.of("XX");
    private static final Token GT = Token.of("GT");
    private static final Token LT = Token.of("LT");

    private static final Token EXPIRE_EVENT = Token.of("expire");
    private static final Token PERSIST_EVENT = Token.of("persist");
    private static final Token DEL_EVENT = Token.of("del");

    private static final Bytes PEXPIREAT = Bytes.of("PEXPIREAT");
    private static final Bytes DEL = Bytes.of("DEL");

    private static final CommandError NX_WITH_OTHERS = CommandError
            .err("NX and XX, GT or LT options at the same time are not compatible");
    private static final CommandError GT_WITH_LT = CommandError.err("GT and LT options at the same time are not compatible");

    /** The conditions of EXPIRE, as bits. */
    private static final int IF_NONE = 1;
    private static final int IF_ANY = 1 << 1;
    private static final int IF_LATER = 1 << 2;
    private static final int IF_EARLIER = 1 << 3;

    /** What TTL replies for a key that does not exist, and for one that does not expire. */
    private static final long NO_KEY = -2;
    private static final long NO_TTL = -1;

    ExpireCommands() {
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(expiring("EXPIRE", "1.0.0", "seconds:integer").summary("Sets after how many seconds a key expires."),
                (call, args, out) -> expire(call, args, call.now(), 1000, out));
        r.command(expiring("PEXPIRE", "2.6.0", "milliseconds:integer").summary("Sets after how many milliseconds a key expires."),
                (call, args, out) -> expire(call, args, call.now(), 1, out));
        r.command(expiring("EXPIREAT", "1.2.0", "unix-time-seconds:unix-time").summary("Sets at which second since 1970 a key expires."),
                (call, args, out) -> expire(call, args, 0, 1000, out));
        r.command(
                expiring("PEXPIREAT", "2.6.0", "unix-time-milliseconds:unix-time")
                        .summary("Sets at which millisecond since 1970 a key expires."),
                (call, args, out) -> expire(call, args, 0, 1, out));
        r.command(remaining("TTL", "1.0.0").summary("Tells in how many seconds a key expires.").changed("2.8.0", "The reply -2.")
                .tips("nondeterministic_output"), (call, args, out) -> remaining(call, args, call.now(), 1000, out));
        r.command(remaining("PTTL", "2.6.0").summary("Tells in how many milliseconds a key expires.").changed("2.8.0", "The reply -2.")
                .tips("nondeterministic_output"), (call, args, out) -> remaining(call, args, call.now(), 1, out));
        r.command(remaining("EXPIRETIME", "7.0.0").summary("Tells at which second since 1970 a key expires."),
                (call, args, out) -> remaining(call, args, 0, 1000, out));
        r.command(remaining("PEXPIRETIME", "7.0.0").summary("Tells at which millisecond since 1970 a key expires."),
                (call, args, out) -> remaining(call, args, 0, 1, out));
        r.command(generic("PERSIST", 2).since("2.2.0").summary("Makes a key one that does not expire.").complexity(CONSTANT)
                .flags(WRITE, FAST).keys(KeySpec.at(1, RW, UPDATE)).syntax("key"), this::persist);
    }

    private static CommandSpec.Builder expiring(String name, String since, String time) {
        return generic(name, -3).since(since).complexity(CONSTANT).changed("7.0.0", "Options `NX`, `XX`, `GT` and `LT`.").flags(WRITE, FAST)
                .keys(KeySpec.at(1, RW, UPDATE)).syntax("key " + time + " condition=[NX|XX|GT|LT]@7.0.0");
    }

    private static CommandSpec.Builder remaining(String name, String since) {
        return generic(name, 2).since(since).complexity(CONSTANT).flags(READONLY, FAST).keys(KeySpec.at(1, RO, ACCESS)).syntax("key");
    }

    /**
     * Sets when a key expires; deletes it when that is over already.
     *
     * @param base what the time is relative to, ms since 1970
     * @param unit milliseconds in a unit of the time
     */
    private static void expire(Call call, Args args, long base, int unit, Reply out) {
        int conditions = args.size() > 3 ? conditions(args, 3) : 0;
        long expireAt = time(call, args.integer(2), base, unit);
        WriteSlot slot = call.keyspace().write(args.at(1));
        if (!slot.exists() || conditions != 0 && !holds(conditions, slot.expireAt(), expireAt)) {
            out.integer(0);
            return;
        }
        if (expireAt <= call.now()) {
            slot.delete();
            slot.changed(KeyEventClass.GENERIC, DEL_EVENT);
            call.effects().begin(2).word(DEL).word(args.at(1));
        } else {
            slot.expireAt(expireAt);
            slot.changed(KeyEventClass.GENERIC, EXPIRE_EVENT);
            call.effects().begin(3).word(PEXPIREAT).word(args.at(1)).word(expireAt);
        }
        out.integer(1);
    }

    /**
     * The conditions from argument {@code first} on.
     *
     * @throws CommandError when an argument is none, or two exclude each other
     */
    static int conditions(Args args, int first) {
        int conditions = 0;
        for (int i = first; i < args.size(); i++) {
            if (args.is(i, NX)) {
                conditions |= IF_NONE;
            } else if (args.is(i, XX)) {
                conditions |= IF_ANY;
            } else if (args.is(i, GT)) {
                conditions |= IF_LATER;
            } else if (args.is(i, LT)) {
                conditions |= IF_EARLIER;
            } else {
                throw CommandError.err("Unsupported option " + untilNul(args.at(i)));
            }
        }
        if ((conditions & IF_NONE) != 0 && conditions != IF_NONE) {
            throw NX_WITH_OTHERS;
        }
        if ((conditions & (IF_LATER | IF_EARLIER)) == (IF_LATER | IF_EARLIER)) {
            throw GT_WITH_LT;
        }
        return conditions;
    }

    /** The argument as Redis quotes it in an error: its bytes up to the first NUL. */
    static String untilNul(Bytes argument) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < argument.length() && argument.at(i) != 0; i++) {
            text.append(ReplyWriter.character(argument.at(i)));
        }
        return text.toString();
    }

    /** Whether the conditions allow to replace an expiry by another; a key without one counts as expiring never. */
    static boolean holds(int conditions, long before, long after) {
        boolean none = before == Slot.NO_EXPIRY;
        return !((conditions & IF_NONE) != 0 && !none || (conditions & IF_ANY) != 0 && none
                || (conditions & IF_LATER) != 0 && (none || after <= before) || (conditions & IF_EARLIER) != 0 && !none && after >= before);
    }

    /**
     * The moment that a time argument means, in milliseconds since 1970; negative for one long ago.
     *
     * @throws CommandError when it does not fit 64 bits
     */
    private static long time(Call call, long time, long base, int unit) {
        if (time > Long.MAX_VALUE / unit || time < Long.MIN_VALUE / unit || time * unit > Long.MAX_VALUE - base) {
            throw CommandError.err("invalid expire time in '" + call.command().name().toLowerCase(Locale.ROOT) + "' command");
        }
        return time * unit + base;
    }

    /**
     * Replies when a key expires.
     *
     * @param base what the time is relative to, ms since 1970
     * @param unit milliseconds in a unit of the time, to which it is rounded
     */
    private static void remaining(Call call, Args args, long base, int unit, Reply out) {
        Slot slot = GenericCommands.database(call).look(args.at(1));
        if (!slot.exists()) {
            out.integer(NO_KEY);
            return;
        }
        long expireAt = slot.expireAt();
        if (expireAt == Slot.NO_EXPIRY) {
            out.integer(NO_TTL);
            return;
        }
        long millis = Math.max(0, expireAt - base);
        out.integer(unit == 1 ? millis : seconds(millis));
    }

    /** Milliseconds rounded to seconds, halves up. */
    static long seconds(long millis) {
        return millis / 1000 + (millis % 1000 >= 500 ? 1 : 0);
    }

    private void persist(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1));
        if (!slot.exists() || slot.expireAt() == Slot.NO_EXPIRY) {
            out.integer(0);
            return;
        }
        slot.expireAt(Slot.NO_EXPIRY);
        slot.changed(KeyEventClass.GENERIC, PERSIST_EVENT);
        out.integer(1);
    }
}
