package dev.cairn.types.hash;

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
import static dev.cairn.types.hash.Specs.EACH_FIELD;
import static dev.cairn.types.hash.Specs.ONE_FIELD;
import static dev.cairn.types.hash.Specs.hash;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Token;
import dev.cairn.api.data.Keyspace;
import dev.cairn.api.data.Slot;
import dev.cairn.api.data.WriteSlot;
import dev.cairn.api.event.KeyEventClass;
import dev.cairn.resp.LongDouble;

/** The commands on fields that are named: HSET and HGET with their variants, HDEL, HEXISTS, HLEN, HSTRLEN, HINCRBY. Main thread. */
final class HashCommands {
    private static final Token HSET_EVENT = Token.of("hset");
    private static final Token HDEL_EVENT = Token.of("hdel");
    private static final Token DEL_EVENT = Token.of("del");
    private static final Token HINCRBY_EVENT = Token.of("hincrby");
    private static final Token HINCRBYFLOAT_EVENT = Token.of("hincrbyfloat");

    private static final Bytes HSET = Bytes.of("HSET");
    private static final Bytes HSETEX = Bytes.of("HSETEX");
    private static final Bytes KEEPTTL = Bytes.of("KEEPTTL");
    private static final Bytes FIELDS = Bytes.of("FIELDS");
    private static final Bytes ONE = Bytes.of("1");

    private static final CommandError NOT_AN_INTEGER = CommandError.err("hash value is not an integer");
    private static final CommandError NOT_A_FLOAT = CommandError.err("hash value is not a float");
    private static final CommandError OVERFLOW = CommandError.err("increment or decrement would overflow");
    private static final CommandError INFINITE = CommandError.err("value is NaN or Infinity");
    private static final CommandError NOT_FINITE = CommandError.err("increment would produce NaN or Infinity");

    private final HashType type;

    HashCommands(HashType type) {
        this.type = type;
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.command(hash("HSET", -4).since("2.0.0").summary("Sets fields of a hash to values.")
                .complexity("O(N) where N is the number of fields that are set.").changed("4.0.0", "More than one field.")
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, UPDATE)).syntax("key data=(field value)..."), this::hset);
        r.command(hash("HMSET", -4).since("2.0.0").summary("Sets fields of a hash to values.").deprecated("4.0.0",
                "`HSET` with multiple field-value pairs").complexity("O(N) where N is the number of fields that are set.")
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, UPDATE)).syntax("key data=(field value)..."), this::hmset);
        r.command(hash("HSETNX", 4).since("2.0.0").summary("Sets a field of a hash to a value if it is not there.").complexity(ONE_FIELD)
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, INSERT)).syntax("key field value"), this::hsetnx);
        r.command(hash("HGET", 3).since("2.0.0").summary("Returns the value of a field of a hash.").complexity(ONE_FIELD)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO, ACCESS)).syntax("key field"), this::hget);
        r.command(hash("HMGET", -3).since("2.0.0").summary("Returns the values of fields of a hash.").complexity(EACH_FIELD)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO, ACCESS)).syntax("key field..."), this::hmget);
        r.command(hash("HDEL", -3).since("2.0.0").summary("Deletes fields of a hash, and the key with its last field.")
                .complexity(EACH_FIELD).changed("2.4.0", "More than one field.").flags(WRITE, FAST).keys(KeySpec.at(1, RW, DELETE))
                .syntax("key field..."), this::hdel);
        r.command(hash("HEXISTS", 3).since("2.0.0").summary("Tells whether a field is in a hash.").complexity(ONE_FIELD)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key field"), this::hexists);
        r.command(hash("HLEN", 2).since("2.0.0").summary("Returns the number of fields of a hash.").complexity(ONE_FIELD)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key"), this::hlen);
        r.command(hash("HSTRLEN", 3).since("3.2.0").summary("Returns the length of the value of a field of a hash.").complexity(ONE_FIELD)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key field"), this::hstrlen);
        r.command(hash("HINCRBY", 4).since("2.0.0")
                .summary("Adds a number to the integer in a field of a hash; an absent field counts as 0.").complexity(ONE_FIELD)
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, ACCESS, UPDATE)).syntax("key field increment:integer"), this::hincrby);
        r.command(hash("HINCRBYFLOAT", 4).since("2.6.0")
                .summary("Adds a floating-point number to the one in a field of a hash; an absent field counts as 0.").complexity(ONE_FIELD)
                .flags(WRITE, DENYOOM, FAST).keys(KeySpec.at(1, RW, ACCESS, UPDATE)).syntax("key field increment:double"),
                this::hincrbyfloat);
    }

    private void hset(Call call, Args args, Reply out) {
        out.integer(set(call, args));
    }

    private void hmset(Call call, Args args, Reply out) {
        set(call, args);
        out.ok();
    }

    /** Sets the fields and returns how many are new. */
    private int set(Call call, Args args) {
        int size = args.size();
        if ((size & 1) != 0) {
            throw call.wrongArity();
        }
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        Hash hash = type.edit(keyspace, slot);
        hash.expect(args, 2);
        int created = 0;
        for (int i = 2; i < size; i += 2) {
            created += hash.put(args.at(i), args.at(i + 1), false) ? 1 : 0;
        }
        hash.changed();
        slot.changed(KeyEventClass.HASH, HSET_EVENT, (size - 2) / 2);
        return created;
    }

    private void hsetnx(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        Hash hash = type.edit(keyspace, slot);
        boolean there = hash.seek(args.at(2));
        if (there && !hash.isDue()) {
            out.integer(0);
            return;
        }
        hash.put(args.at(2), args.at(3), false);
        hash.changed();
        if (there) {
            // who repeats the log without a clock finds the field
            call.effects().command(HSET, args.at(1), args.at(2), args.at(3));
        }
        slot.changed(KeyEventClass.HASH, HSET_EVENT);
        out.integer(1);
    }

    private void hget(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        Slot slot = keyspace.read(args.at(1), type);
        if (slot.exists()) {
            replyValue(keyspace, args.at(1), type.open(keyspace, slot), args.at(2), out);
        } else {
            out.nil();
        }
    }

    private void replyValue(Keyspace keyspace, Bytes key, Hash hash, Bytes field, Reply out) {
        if (FieldExpiry.seek(type, keyspace, key, hash, field)) {
            hash.replyValue(out);
        } else {
            out.nil();
        }
    }

    private void hmget(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        Slot slot = keyspace.read(args.at(1), type);
        int size = args.size();
        out.array(size - 2);
        if (!slot.exists()) {
            for (int i = 2; i < size; i++) {
                out.nil();
            }
            return;
        }
        Hash hash = type.open(keyspace, slot);
        for (int i = 2; i < size; i++) {
            replyValue(keyspace, args.at(1), hash, args.at(i), out);
        }
    }

    private void hdel(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        int deleted = 0;
        if (slot.exists()) {
            Hash hash = type.edit(keyspace, slot);
            for (int i = 2; i < args.size() && hash.size() > 0; i++) {
                if (hash.seek(args.at(i))) {
                    hash.remove();
                    deleted++;
                }
            }
            if (deleted > 0) {
                deleted(slot, hash, deleted);
            }
        }
        out.integer(deleted);
    }

    /** Ends and reports a change that deleted fields. */
    static void deleted(WriteSlot slot, Hash hash, int fields) {
        boolean gone = hash.changed();
        slot.changed(KeyEventClass.HASH, HDEL_EVENT, fields);
        if (gone) {
            slot.changed(KeyEventClass.GENERIC, DEL_EVENT, 0);
        }
    }

    private void hexists(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        Slot slot = keyspace.read(args.at(1), type);
        boolean there = slot.exists() && FieldExpiry.seek(type, keyspace, args.at(1), type.open(keyspace, slot), args.at(2));
        out.integer(there ? 1 : 0);
    }

    private void hlen(Call call, Args args, Reply out) {
        Slot slot = call.keyspace().read(args.at(1), type);
        out.integer(slot.exists() ? type.open(call.keyspace(), slot).size() : 0);
    }

    private void hstrlen(Call call, Args args, Reply out) {
        Keyspace keyspace = call.keyspace();
        Slot slot = keyspace.read(args.at(1), type);
        int length = 0;
        if (slot.exists()) {
            Hash hash = type.open(keyspace, slot);
            length = FieldExpiry.seek(type, keyspace, args.at(1), hash, args.at(2)) ? hash.read().value().length() : 0;
        }
        out.integer(length);
    }

    private void hincrby(Call call, Args args, Reply out) {
        long increment = args.integer(3);
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        Hash hash = type.edit(keyspace, slot);
        boolean there = hash.seek(args.at(2));
        boolean due = there && hash.isDue();
        long before = there && !due ? integer(hash.read().value()) : 0;
        long after = before + increment;
        // the sum of two integers of one sign has their sign, unless it overflowed
        if (((before ^ after) & (increment ^ after)) < 0) {
            throw OVERFLOW;
        }
        hash.put(args.at(2), after);
        hash.changed();
        if (due) {
            call.effects().command(HSET, args.at(1), args.at(2), Bytes.of(Long.toString(after)));
        }
        slot.changed(KeyEventClass.HASH, HINCRBY_EVENT);
        out.integer(after);
    }

    private static long integer(Bytes value) {
        if (!value.isLong()) {
            throw NOT_AN_INTEGER;
        }
        return value.asLong();
    }

    private void hincrbyfloat(Call call, Args args, Reply out) {
        LongDouble increment = LongDouble.parse(args.at(3));
        if (increment == null) {
            throw CommandError.NOT_A_FLOAT;
        }
        if (increment.isInfinite()) {
            throw INFINITE;
        }
        Keyspace keyspace = call.keyspace();
        WriteSlot slot = keyspace.write(args.at(1), type);
        Hash hash = type.edit(keyspace, slot);
        boolean there = hash.seek(args.at(2)) && !hash.isDue();
        LongDouble after = (there ? real(hash.read().value()) : LongDouble.ZERO).plus(increment);
        if (after == null) {
            throw NOT_FINITE;
        }
        Bytes text = Bytes.of(after.toString().getBytes(StandardCharsets.US_ASCII));
        hash.put(args.at(2), text, true);
        hash.changed();
        // logged with the result, since sums of floating-point numbers are not the same everywhere
        if (there && hash.isTimed()) {
            call.effects().command(HSETEX, args.at(1), KEEPTTL, FIELDS, ONE, args.at(2), text);
        } else {
            call.effects().command(HSET, args.at(1), args.at(2), text);
        }
        slot.changed(KeyEventClass.HASH, HINCRBYFLOAT_EVENT);
        out.bulk(text);
    }

    private static LongDouble real(Bytes value) {
        @Nullable LongDouble number = LongDouble.parse(value);
        if (number == null) {
            throw NOT_A_FLOAT;
        }
        return number;
    }
}
