package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.READONLY;
import static dev.cairn.api.command.KeySpec.Flag.RO;
import static dev.cairn.core.commands.GenericSpecs.CONSTANT;
import static dev.cairn.core.commands.GenericSpecs.generic;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.KeySpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.data.Slot;
import dev.cairn.core.db.AccessClock;
import dev.cairn.core.server.Server;

/** The container OBJECT: how the value of a key is held. Main thread. */
final class ObjectCommands {
    private static final String ADJUST = " Please note that when switching between policies at runtime LRU and LFU data will take some time"
            + " to adjust.";
    private static final CommandError NO_IDLE_TIME = CommandError
            .err("An LFU maxmemory policy is selected, idle time not tracked." + ADJUST);
    private static final CommandError NO_FREQUENCY = CommandError
            .err("An LFU maxmemory policy is not selected, access frequency not tracked." + ADJUST);

    private final Server server;
    private final AccessClock accesses;

    ObjectCommands(Server server) {
        this.server = server;
        accesses = server.databases().accessClock();
    }

    /** Declares the commands. */
    void register(Registrar r) {
        r.container(CommandSpec.of("OBJECT", -2).group(CommandGroup.GENERIC).since("2.2.3")
                .summary("The commands that tell how values are held.").complexity("Depends on the subcommand."));
        r.command(about("ENCODING", "2.2.3").summary("Tells how the value of a key is held."), this::encoding);
        r.command(about("FREQ", "4.0.0").summary("Tells the logarithmic counter of accesses to a key."), this::frequency);
        r.command(about("IDLETIME", "2.2.3").summary("Tells for how many seconds a key was not accessed."), this::idleTime);
        r.command(about("REFCOUNT", "2.2.3").summary("Tells how many references to the value of a key there are."), this::refCount);
        HelpText.declare(r, server, "OBJECT", generic("OBJECT|HELP", 2).since("6.2.0"));
    }

    private static CommandSpec.Builder about(String subcommand, String since) {
        return generic("OBJECT|" + subcommand, 3).since(since).complexity(CONSTANT).tips("nondeterministic_output").flags(READONLY)
                .keys(KeySpec.at(2, RO)).syntax("key");
    }

    private static Slot inspect(Call call, Args args) {
        return GenericCommands.database(call).inspect(args.at(2));
    }

    private void encoding(Call call, Args args, Reply out) {
        Slot slot = inspect(call, args);
        if (slot.exists()) {
            out.bulk(slot.type().encodingName(slot));
        } else {
            out.nil();
        }
    }

    private void frequency(Call call, Args args, Reply out) {
        Slot slot = inspect(call, args);
        if (!slot.exists()) {
            out.nil();
        } else if (!accesses.lfu()) {
            out.error(NO_FREQUENCY);
        } else {
            out.integer(slot.frequency());
        }
    }

    private void idleTime(Call call, Args args, Reply out) {
        Slot slot = inspect(call, args);
        if (!slot.exists()) {
            out.nil();
        } else if (accesses.lfu()) {
            out.error(NO_IDLE_TIME);
        } else {
            out.integer(slot.idleSeconds());
        }
    }

    /** The number of references that OBJECT tells of: one, or the largest number for a shared value. */
    static int references(Slot slot) {
        return slot.type().shared(slot) ? Integer.MAX_VALUE : 1;
    }

    private void refCount(Call call, Args args, Reply out) {
        Slot slot = inspect(call, args);
        if (slot.exists()) {
            out.integer(references(slot));
        } else {
            out.nil();
        }
    }
}
