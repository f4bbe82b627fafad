package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.cairn.api.command.CommandFlag.PROTECTED;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Ticket;
import dev.cairn.api.command.Token;
import dev.cairn.core.config.Options;
import dev.cairn.core.module.ModuleManager;
import dev.cairn.core.module.PluginLayer;
import dev.cairn.core.os.WorkingDirectory;
import dev.cairn.core.server.ServerIdentity;

/**
 * MODULE and its subcommands, over the server's {@link ModuleManager}. Main thread.
 *
 * <p>Reading jars and making classes takes tens of milliseconds, so a thread of its own does that while the client waits and others are
 * served; only what touches the server, registration and start, is done by main.
 */
public final class ModuleCommands {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleCommands.class);
    private static final Token CONFIG = Token.of("CONFIG");
    private static final Token ARGS = Token.of("ARGS");
    private static final CommandError UNBLOCKED = CommandError.of("UNBLOCKED", "the module is still being read; see MODULE LIST");

    private final ModuleManager modules;

    /** Makes the commands for a server's modules. */
    public ModuleCommands(ModuleManager modules) {
        this.modules = modules;
    }

    /** Declares the commands. */
    public void register(Registrar r) {
        r.container(CommandSpec.of("MODULE", -2).group(CommandGroup.SERVER).since("4.0.0").complexity("Depends on subcommand.")
                .summary("A container for commands on the modules of the server."));
        r.command(CommandSpec.of("MODULE|LIST", 2).group(CommandGroup.SERVER).flags(ADMIN, NOSCRIPT).since("4.0.0")
                .complexity("O(N) where N is the number of modules.").tips("nondeterministic_output_order")
                .summary("Tells the modules that the server has."), this::list);
        r.command(changing("MODULE|LOAD", -3).since("4.0.0").summary("Loads a module from a jar or from a folder of jars.")
                .syntax("path [arg...]"), this::load);
        r.command(changing("MODULE|LOADEX", -3).since("7.0.0").summary("Loads a module with values for its options.")
                .syntax("path [CONFIG configs=(name value)]... [ARGS args...]"), this::loadWithOptions);
        r.command(changing("MODULE|UNLOAD", 3).since("4.0.0").summary("Unloads a module that was loaded by path.").syntax("name"),
                this::unload);
        r.command(changing("MODULE|UPGRADE", -4).since("7.0.0").complexity("O(N) where N is the number of keys of the module's data types.")
                .summary("Puts a newer version of a module in its place, and hands over its keys.")
                .syntax("name path [CONFIG configs=(name value)]... [ARGS args...]"), this::upgrade);
        r.command(CommandSpec.of("MODULE|HELP", 2).group(CommandGroup.SERVER).flags(LOADING, STALE).since("5.0.0").complexity("O(1)")
                .summary("Explains the subcommands of MODULE."),
                HelpText.of("MODULE", "LIST", "    Show the modules.", "LOAD <path> [<arg> ...]",
                        "    Load a module from the jar or the folder <path>, and give it the arguments.",
                        "LOADEX <path> [CONFIG <name> <value> ...] [ARGS <arg> ...]",
                        "    The same, with values for options of the module, whose names begin with the module's.", "UNLOAD <name>",
                        "    Unload a module that was loaded by path.",
                        "UPGRADE <name> <path> [CONFIG <name> <value> ...] [ARGS <arg> ...]",
                        "    Put the version in the jar or the folder <path> in the place of a module that was loaded by path, with its keys."));
    }

    private static CommandSpec.Builder changing(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER).flags(NO_ASYNC_LOADING, ADMIN, NOSCRIPT, PROTECTED)
                .complexity("O(1)");
    }

    private void list(Call call, Args args, Reply out) {
        write(modules.loaded(), out);
    }

    /** Replies with modules, as MODULE LIST and HELLO show them. */
    static void write(Collection<ServerIdentity.Loaded> all, Reply out) {
        out.array(all.size());
        for (ServerIdentity.Loaded m : all) {
            out.map(4);
            out.bulk("name").bulk(m.info().name());
            out.bulk("ver").integer(m.info().version());
            out.bulk("path").bulk(m.path());
            out.bulk("args").array(m.arguments().size());
            m.arguments().forEach(out::bulk);
        }
    }

    private void load(Call call, Args args, Reply out) {
        load(call, out, args.at(2).text(), texts(args, 3), List.of());
    }

    private void loadWithOptions(Call call, Args args, Reply out) {
        Extras extras = extras(args, 3);
        load(call, out, args.at(2).text(), extras.arguments().orElse(List.of()), extras.values());
    }

    /** What follows a path: values for options, and arguments where they are given. */
    private record Extras(List<Options.Entry> values, Optional<List<String>> arguments) {
    }

    private static Extras extras(Args args, int from) {
        List<Options.Entry> values = new ArrayList<>();
        int i = from;
        while (i < args.size() && args.is(i, CONFIG)) {
            if (i + 2 >= args.size()) {
                throw CommandError.SYNTAX;
            }
            values.add(new Options.Entry(args.at(i + 1).text(), args.at(i + 2).text()));
            i += 3;
        }
        if (i == args.size()) {
            return new Extras(values, Optional.empty());
        }
        if (!args.is(i, ARGS)) {
            throw CommandError.SYNTAX;
        }
        return new Extras(values, Optional.of(texts(args, i + 1)));
    }

    private static List<String> texts(Args args, int from) {
        List<String> texts = new ArrayList<>();
        for (int i = from; i < args.size(); i++) {
            texts.add(args.at(i).text());
        }
        return texts;
    }

    private void load(Call call, Reply out, String path, List<String> arguments, List<Options.Entry> values) {
        if (call.inTransaction()) {
            finish(read(path), arguments, values, out);
            return;
        }
        Ticket ticket = suspend(call);
        inBackground(() -> {
            Read read = read(path);
            read.layer().ifPresent(ModuleManager::rehearse);
            ticket.complete((c, o) -> {
                finish(read, arguments, values, o);
                return true;
            });
        });
    }

    /** Has the client wait; one that is unblocked is told that the modules change nevertheless. */
    private static Ticket suspend(Call call) {
        return call.suspend(new Suspension(0, List.of(), false, (c, o) -> false, (c, o) -> {
            o.error(UNBLOCKED);
            return true;
        }, () -> {
        }));
    }

    private static void inBackground(Runnable work) {
        Thread reader = new Thread(work, "module_load");
        reader.setDaemon(true);
        reader.start();
    }

    private void upgrade(Call call, Args args, Reply out) {
        String name = args.at(2).text();
        String path = args.at(3).text();
        Extras extras = extras(args, 4);
        if (call.inTransaction()) {
            upgrade(name, read(path), extras, true, failure -> replyUpgrade(failure, out));
            return;
        }
        Ticket ticket = suspend(call);
        inBackground(() -> {
            Read read = read(path);
            read.layer().ifPresent(ModuleManager::rehearse);
            modules.post(() -> upgrade(name, read, extras, false, failure -> ticket.complete((c, o) -> {
                replyUpgrade(failure, o);
                return true;
            })));
        });
    }

    /** Upgrades a module to what was read in; says of a failure why, and else nothing. */
    private void upgrade(String name, Read read, Extras extras, boolean atOnce, Consumer<String> outcome) {
        if (read.layer().isPresent()) {
            modules.upgrade(name, read.layer().get(), extras.arguments().orElse(null), extras.values(), atOnce,
                    rejected -> outcome.accept(rejected.map(e -> String.valueOf(e.getMessage())).orElse("")));
        } else {
            outcome.accept(read.failure());
        }
    }

    private static void replyUpgrade(String failure, Reply out) {
        if (failure.isEmpty()) {
            out.ok();
        } else {
            LOG.warn("Error upgrading module: {}", failure);
            out.error(CommandError.err("Error upgrading module: " + failure));
        }
    }

    /** A module that was read in, or why it could not be. */
    private record Read(Optional<PluginLayer> layer, String failure) {
    }

    private static Read read(String path) {
        try {
            return new Read(Optional.of(PluginLayer.read(WorkingDirectory.resolve(path))), "");
        } catch (ModuleRejected e) {
            return new Read(Optional.empty(), String.valueOf(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Module {} failed to load", path, e);
            return new Read(Optional.empty(), path + ": " + e);
        }
    }

    private void finish(Read read, List<String> arguments, List<Options.Entry> values, Reply out) {
        String failure = read.failure();
        if (read.layer().isPresent()) {
            try {
                modules.load(read.layer().get(), arguments, values);
                out.ok();
                return;
            } catch (ModuleRejected e) {
                failure = String.valueOf(e.getMessage());
            }
        }
        LOG.warn("Error loading the extension: {}", failure);
        out.error(CommandError.err("Error loading the extension. " + failure));
    }

    private void unload(Call call, Args args, Reply out) {
        try {
            modules.unload(args.at(2).text());
            out.ok();
        } catch (ModuleRejected e) {
            LOG.warn("Error unloading module {}: {}", args.at(2).text(), e.getMessage());
            throw CommandError.err("Error unloading module: " + e.getMessage());
        }
    }
}
