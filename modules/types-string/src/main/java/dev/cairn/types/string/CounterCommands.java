package dev.cairn.types.string;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.RW;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;

import java.nio.charset.StandardCharsets;

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
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.LongDouble;

/** The commands that count: INCR, INCRBY, DECR, DECRBY, INCRBYFLOAT. Main thread. */
final class CounterCommands {
    private static final Token INCRBY = Token.of("incrby");
    private static final Token INCRBYFLOAT = Token.of("incrbyfloat");

    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes KEEPTTL = Bytes.of("KEEPTTL");

    private static final CommandError OVERFLOW = CommandError.err("increment or decrement would overflow");
    private static final CommandError DECREMENT_OVERFLOW = CommandError.err("decrement would overflow");
    private static final CommandError NOT_FINITE = CommandError.err("increment would produce NaN or Infinity");

    /** Declares the commands. */
    void register(Registrar registrar) {
        registrar.command(counter("INCR", 2).since("1.0.0").summary("Adds one to the integer stored at a key; an absent key counts as 0.")
                .complexity("O(1)").syntax("key"), this::incr);
        registrar.command(
                counter("INCRBY", 3).since("1.0.0").summary("Adds a number to the integer stored at a key; an absent key counts as 0.")
                        .complexity("O(1)").syntax("key increment:integer"),
                this::incrBy);
        registrar
                .command(counter("DECR", 2).since("1.0.0").summary("Takes one from the integer stored at a key; an absent key counts as 0.")
                        .complexity("O(1)").syntax("key"), this::decr);
        registrar.command(
                counter("DECRBY", 3).since("1.0.0").summary("Takes a number from the integer stored at a key; an absent key counts as 0.")
                        .complexity("O(1)").syntax("key decrement:integer"),
                this::decrBy);
        registrar.command(
                counter("INCRBYFLOAT", 3).since("2.6.0")
                        .summary("Adds a floating-point number to the one stored at a key; an absent key counts as 0.")
                        .complexity("O(1)").syntax("key increment:double"),
                this::incrByFloat);
    }

    private static CommandSpec.Builder counter(String name, int arity) {
        return Specs.string(name, arity).flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, ACCESS, UPDATE));
    }

    private void incr(Call call, Args args, Reply out) {
        add(call, args.at(1), 1, out);
    }

    private void incrBy(Call call, Args args, Reply out) {
        add(call, args.at(1), args.integer(2), out);
    }

    private void decr(Call call, Args args, Reply out) {
        add(call, args.at(1), -1, out);
    }

    private void decrBy(Call call, Args args, Reply out) {
        long decrement = args.integer(2);
        if (decrement == Long.MIN_VALUE) {
            throw DECREMENT_OVERFLOW;
        }
        add(call, args.at(1), -decrement, out);
    }

    private static void add(Call call, Bytes key, long increment, Reply out) {
        WriteSlot slot = call.keyspace().write(key, StringType.TYPE);
        long before = slot.exists() ? integer(slot) : 0;
        long after = before + increment;
        // the sum of two integers of one sign has their sign, unless it overflowed
        if (((before ^ after) & (increment ^ after)) < 0) {
            throw OVERFLOW;
        }
        slot.putInteger(StringType.TYPE, StringType.INT, after);
        slot.changed(KeyEventClass.STRING, INCRBY);
        out.integer(after);
    }

    private static long integer(WriteSlot slot) {
        if (slot.encoding() == StringType.INT) {
            return slot.integer();
        }
        Bytes value = slot.bytes();
        if (!value.isLong()) {
            throw CommandError.NOT_AN_INTEGER;
        }
        return value.asLong();
    }

    private void incrByFloat(Call call, Args args, Reply out) {
        WriteSlot slot = call.keyspace().write(args.at(1), StringType.TYPE);
        LongDouble before = slot.exists() ? real(slot) : LongDouble.ZERO;
        LongDouble increment = LongDouble.parse(args.at(2));
        if (before == null || increment == null) {
            throw CommandError.NOT_A_FLOAT;
        }
        LongDouble after = before.plus(increment);
        if (after == null) {
            throw NOT_FINITE;
        }
        Bytes text = Bytes.of(after.toString().getBytes(StandardCharsets.US_ASCII));
        slot.put(StringType.TYPE, StringType.encodingOf(text.length()), text);
        slot.changed(KeyEventClass.STRING, INCRBYFLOAT);
        // the sum, not the increment: other processors and libraries round otherwise
        call.effects().begin(4).word(SET).word(args.at(1)).word(text).word(KEEPTTL);
        out.bulk(text);
    }

    private static @Nullable LongDouble real(WriteSlot slot) {
        return slot.encoding() == StringType.INT ? LongDouble.of(slot.integer()) : LongDouble.parse(slot.bytes());
    }
}
