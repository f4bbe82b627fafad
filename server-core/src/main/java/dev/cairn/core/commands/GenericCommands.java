package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.DENYOOM;
import static dev.cairn.api.command.CommandFlag.FAST;
import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.CommandFlag.TOUCHES_ARBITRARY_KEYS;
import static dev.cairn.api.command.CommandFlag.WRITE;
import static dev.cairn.api.command.KeySpec.Flag.ACCESS;
import static dev.cairn.api.command.KeySpec.Flag.DELETE;
import static dev.cairn.api.command.KeySpec.Flag.INSERT;
import static dev.cairn.api.command.KeySpec.Flag.OW;
import static dev.cairn.api.command.KeySpec.Flag.RM;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.api.command.KeySpec.Flag.RW;
import static dev.cairn.api.command.KeySpec.Flag.UPDATE;
import static dev.cairn.core.commands.GenericSpecs.CONSTANT;
import static dev.cairn.core.commands.GenericSpecs.generic;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.AclCategory;
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
import dev.cairn.core.db.Database;
import dev.cairn.core.db.Databases;
import dev.cairn.core.server.Server;
import dev.cairn.resp.Glob;

/** The commands on keys whatever they hold: deleting, asking, renaming, copying, moving and finding them. Main thread. */
final class GenericCommands {
    private static final Token DB = Token.of("DB");
    private static final Token REPLACE = Token.of("REPLACE");
    private static final Token NO_TYPE = Token.of("none");

    private static final Token DEL_EVENT = Token.of("del");
    private static final Token RENAME_FROM_EVENT = Token.of("rename_from");
    private static final Token RENAME_TO_EVENT = Token.of("rename_to");
    private static final Token COPY_TO_EVENT = Token.of("copy_to");
    private static final Token MOVE_FROM_EVENT = Token.of("move_from");
    private static final Token MOVE_TO_EVENT = Token.of("move_to");

    private static final CommandError SAME_OBJECT = CommandError.err("source and destination objects are the same");
    private static final CommandError NOT_AN_INT = CommandError
            .err("value is out of range, value must between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE);

    private static final String PER_KEY = "O(N) where N is the number of keys.";
    private static final String MULTI_SHARD = "request_policy:multi_shard";
    private static final String SUM = "response_policy:agg_sum";

    private final Databases databases;

    GenericCommands(Server server) {
        databases = server.databases();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        registerDeletion(r);
        registerQuestions(r);
        registerRenaming(r);
        registerCopying(r);
        registerFinding(r);
    }

    private void registerDeletion(Registrar r) {
        r.command(generic("DEL", -2).since("1.0.0").summary("Deletes keys.")
                .complexity("O(N) where N is the number of keys, and for each large value the number of its allocations.")
                .tips(MULTI_SHARD, SUM).flags(WRITE).keys(KeySpec.range(1, -1, 1, RM, DELETE)).syntax("key..."), this::del);
        r.command(generic("UNLINK", -2).since("4.0.0").summary("Deletes keys and frees their values later, in the background.")
                .complexity("O(1) for each key; the values are freed outside of the main thread.").tips(MULTI_SHARD, SUM).flags(WRITE, FAST)
                .keys(KeySpec.range(1, -1, 1, RM, DELETE)).syntax("key..."), this::unlink);
    }

    private void registerQuestions(Registrar r) {
        r.command(generic("EXISTS", -2).since("1.0.0").summary("Counts how many of the keys exist.").complexity(PER_KEY)
                .changed("3.0.3", "More than one key.").tips(MULTI_SHARD, SUM).flags(READONLY, FAST).keys(KeySpec.range(1, -1, 1, RO))
                .syntax("key..."), this::exists);
        r.command(generic("TOUCH", -2).since("3.2.1").summary("Counts how many of the keys exist, as an access to each of them.")
                .complexity(PER_KEY).tips(MULTI_SHARD, SUM).flags(READONLY, FAST).keys(KeySpec.range(1, -1, 1, RO)).syntax("key..."),
                this::touch);
        r.command(generic("TYPE", 2).since("1.0.0").summary("Tells the type of the value stored at a key.").complexity(CONSTANT)
                .flags(READONLY, FAST).keys(KeySpec.at(1, RO)).syntax("key"), this::type);
    }

    private void registerRenaming(Registrar r) {
        r.command(renaming("RENAME").summary("Gives a key another name, which loses what it held.")
                .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, OW, UPDATE)), this::rename);
        r.command(renaming("RENAMENX").summary("Gives a key another name if no key has that name.").flags(FAST)
                .changed("3.2.0", "The same name twice is not an error.")
                .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, OW, INSERT)), this::renameNx);
    }

    private static CommandSpec.Builder renaming(String name) {
        return generic(name, 3).since("1.0.0").complexity(CONSTANT).flags(WRITE).syntax("key newkey:key");
    }

    private void registerCopying(Registrar r) {
        r.command(generic("COPY", -3).since("6.2.0").summary("Copies the value of a key, and its expiry, to another key.")
                .complexity("O(1) for a short string, else O(N) where N is the size of the value.").flags(WRITE, DENYOOM)
                .keys(KeySpec.at(1, RO, ACCESS), KeySpec.at(2, OW, UPDATE))
                .syntax("source:key destination:key [DB destination-db:integer] [REPLACE]"), this::copy);
        r.command(generic("MOVE", 3).since("1.0.0").summary("Moves a key to another database.").complexity(CONSTANT).flags(WRITE, FAST)
                .keys(KeySpec.at(1, RW, ACCESS, UPDATE)).syntax("key db:integer"), this::move);
    }

    private void registerFinding(Registrar r) {
        r.command(generic("RANDOMKEY", 1).since("1.0.0").summary("Returns the name of some key.").complexity(CONSTANT)
                .tips("request_policy:all_shards", "response_policy:special", "nondeterministic_output")
                .flags(READONLY, TOUCHES_ARBITRARY_KEYS), this::randomKey);
        r.command(generic("KEYS", 2).since("1.0.0").summary("Returns the names of all keys that match a pattern.")
                .complexity("O(N) where N is the number of keys in the database.").acl(AclCategory.DANGEROUS)
                .tips("request_policy:all_shards", "nondeterministic_output_order").flags(READONLY).syntax("pattern"), this::keys);
    }

    /** The client's database, with what the core alone may do to it. */
    static Database database(Call call) {
        return (Database) call.keyspace();
    }

    private void del(Call call, Args args, Reply out) {
        delete(database(call), args, databases.lazyFree().deleted, out);
    }

    private void unlink(Call call, Args args, Reply out) {
        delete(database(call), args, true, out);
    }

    private void delete(Database database, Args args, boolean lazily, Reply out) {
        long deleted = 0;
        int mark = databases.slotMark();
        for (int i = 1; i < args.size(); i++) {
            WriteSlot slot = database.write(args.at(i));
            if (database.delete(slot, lazily)) {
                slot.changed(KeyEventClass.GENERIC, DEL_EVENT);
                deleted++;
            }
            databases.releaseSlots(mark);
        }
        out.integer(deleted);
    }

    private void exists(Call call, Args args, Reply out) {
        Database database = database(call);
        long found = 0;
        int mark = databases.slotMark();
        for (int i = 1; i < args.size(); i++) {
            if (database.look(args.at(i)).exists()) {
                found++;
            }
            databases.releaseSlots(mark);
        }
        out.integer(found);
    }

    private void touch(Call call, Args args, Reply out) {
        long found = 0;
        int mark = databases.slotMark();
        for (int i = 1; i < args.size(); i++) {
            if (call.keyspace().read(args.at(i)).exists()) {
                found++;
            }
            databases.releaseSlots(mark);
        }
        out.integer(found);
    }

    private void type(Call call, Args args, Reply out) {
        Slot slot = database(call).look(args.at(1));
        if (slot.exists()) {
            out.simple(slot.type().name());
        } else {
            out.simple(NO_TYPE);
        }
    }

    private void rename(Call call, Args args, Reply out) {
        rename(call, args, false);
        out.ok();
    }

    private void renameNx(Call call, Args args, Reply out) {
        out.integer(rename(call, args, true) ? 1 : 0);
    }

    /** Renames a key; false when the new name is its own or, with {@code keep}, taken. */
    private static boolean rename(Call call, Args args, boolean keep) {
        Database database = database(call);
        WriteSlot from = database.write(args.at(1));
        if (!from.exists()) {
            throw CommandError.NO_SUCH_KEY;
        }
        if (args.at(1).equals(args.at(2))) {
            return false;
        }
        WriteSlot to = database.write(args.at(2));
        if (keep && to.exists()) {
            return false;
        }
        database.rename(from, to);
        from.changed(KeyEventClass.GENERIC, RENAME_FROM_EVENT, 0);
        to.changed(KeyEventClass.GENERIC, RENAME_TO_EVENT);
        return true;
    }

    private void copy(Call call, Args args, Reply out) {
        Keyspace source = call.keyspace();
        Keyspace target = source;
        boolean replace = false;
        for (int i = 3; i < args.size(); i++) {
            if (args.is(i, REPLACE)) {
                replace = true;
            } else if (args.is(i, DB) && i + 1 < args.size()) {
                target = keyspace(call, args, ++i);
            } else {
                throw CommandError.SYNTAX;
            }
        }
        if (source == target && args.at(1).equals(args.at(2))) {
            throw SAME_OBJECT;
        }
        out.integer(copy(source.read(args.at(1)), target, args.at(2), replace) ? 1 : 0);
    }

    private static boolean copy(Slot from, Keyspace target, Bytes key, boolean replace) {
        if (!from.exists()) {
            return false;
        }
        WriteSlot to = target.write(key);
        if (to.exists()) {
            if (!replace) {
                return false;
            }
            to.delete();
        }
        from.type().copy(from, to);
        long expireAt = from.expireAt();
        if (expireAt != Slot.NO_EXPIRY) {
            to.expireAt(expireAt);
        }
        to.changed(KeyEventClass.GENERIC, COPY_TO_EVENT);
        return true;
    }

    private void move(Call call, Args args, Reply out) {
        Database source = database(call);
        Keyspace target = keyspace(call, args, 2);
        if (source == target) {
            throw SAME_OBJECT;
        }
        WriteSlot from = source.write(args.at(1));
        WriteSlot to = target.write(args.at(1));
        if (!from.exists() || to.exists()) {
            out.integer(0);
            return;
        }
        source.move(from, to);
        from.changed(KeyEventClass.GENERIC, MOVE_FROM_EVENT, 0);
        to.changed(KeyEventClass.GENERIC, MOVE_TO_EVENT);
        out.integer(1);
    }

    private static Keyspace keyspace(Call call, Args args, int i) {
        long index = args.integer(i);
        if (index != (int) index) {
            throw NOT_AN_INT;
        }
        return call.keyspace((int) index);
    }

    private void randomKey(Call call, Args args, Reply out) {
        Bytes key = call.keyspace().randomKey();
        if (key == null) {
            out.nil();
        } else {
            out.bulk(key);
        }
    }

    private void keys(Call call, Args args, Reply out) {
        Glob pattern = Glob.of(args.at(1));
        if (pattern.isLiteral()) {
            literalKey(call.keyspace().peek(args.at(1)), out);
            return;
        }
        boolean all = pattern.matchesAll();
        int mark = out.begin(Reply.Shape.ARRAY);
        int[] count = new int[1];
        database(call).forEach(slot -> {
            Bytes key = slot.key();
            if (!out.abandoned() && (all || pattern.matches(key))) {
                out.bulk(key);
                count[0]++;
            }
        });
        out.end(mark, count[0]);
    }

    private static void literalKey(Slot slot, Reply out) {
        if (slot.exists()) {
            out.array(1).bulk(slot.key());
        } else {
            out.array(0);
        }
    }
}
