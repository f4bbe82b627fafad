package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.ADMIN;
import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.NOSCRIPT;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.config.Option;
import dev.cairn.api.event.StatisticsReset;
import dev.cairn.core.config.ConfigRewriter;
import dev.cairn.core.config.ConfigSyntax;
import dev.cairn.core.config.OptionSetError;
import dev.cairn.core.config.Options;
import dev.cairn.core.server.CallContext;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.Server;

/** CONFIG and its subcommands, over the server's {@link Options}. Main thread. */
public final class ConfigCommands {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigCommands.class);

    private final Server server;
    private final Options options;

    /** Makes the commands for a server's options. */
    public ConfigCommands(Server server, Options options) {
        this.server = server;
        this.options = options;
    }

    /** Declares the commands. */
    public void register(Registrar r) {
        r.container(CommandSpec.of("CONFIG", -2).group(CommandGroup.SERVER).since("2.0.0").complexity("Depends on subcommand.")
                .summary("A container for commands on the server's configuration."));
        r.command(admin("CONFIG|GET", -3).since("2.0.0").complexity("O(N) where N is the number of options asked for.")
                .summary("Tells the values of the options that match some patterns.")
                .changed("7.0.0", "Takes more than one pattern in a call.").syntax("parameter..."), this::get);
        r.command(admin("CONFIG|SET", -4).since("2.0.0").complexity("O(N) where N is the number of options given.")
                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                .summary("Changes options while the server runs, all that are given or none.")
                .changed("7.0.0", "Sets more than one option in a call.").syntax("data=(parameter value)..."), this::set);
        r.command(admin("CONFIG|REWRITE", 2).since("2.8.0").complexity("O(1)")
                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                .summary("Writes the options as they are to the configuration file."), this::rewrite);
        r.command(admin("CONFIG|RESETSTAT", 2).since("2.0.0").complexity("O(1)")
                .tips("request_policy:all_nodes", "response_policy:all_succeeded").summary("Sets the server's statistics to zero."),
                this::resetStatistics);
        HelpText.declare(r, server, "CONFIG", "5.0.0");
    }

    private static CommandSpec.Builder admin(String name, int arity) {
        return CommandSpec.of(name, arity).group(CommandGroup.SERVER).flags(ADMIN, NOSCRIPT, LOADING, STALE);
    }

    private static String byteString(Bytes b) {
        return ConfigSyntax.byteString(b.toArray());
    }

    private static Bytes bytes(String byteString) {
        return Bytes.of(ConfigSyntax.bytes(byteString));
    }

    private void get(Call call, Args args, Reply out) {
        List<String> patterns = new ArrayList<>(args.size() - 2);
        for (int i = 2; i < args.size(); i++) {
            patterns.add(byteString(args.at(i)));
        }
        List<Options.Entry> found = options.matching(patterns);
        out.map(found.size());
        for (Options.Entry e : found) {
            out.bulk(bytes(e.name())).bulk(bytes(e.value()));
        }
    }

    private void set(Call call, Args args, Reply out) {
        if (args.size() % 2 != 0) {
            throw CommandError.SYNTAX;
        }
        List<Options.Entry> pairs = new ArrayList<>(args.size() / 2);
        for (int i = 2; i < args.size(); i += 2) {
            String name = byteString(args.at(i));
            if (options.isSensitive(name)) {
                call.redact(i + 1);
            }
            pairs.add(new Options.Entry(name, byteString(args.at(i + 1))));
        }
        try {
            options.set(pairs, mayChangeProtected(call));
        } catch (OptionSetError e) {
            throw CommandError.err(e.sentence());
        }
        out.ok();
    }

    private boolean mayChangeProtected(Call call) {
        String allowed = options.find("enable-protected-configs", String.class).map(Option::value).orElse("no");
        return allowed.equals("yes") || allowed.equals("local") && ((CallContext) call).serverClient().connection().loopback();
    }

    private void rewrite(Call call, Args args, Reply out) {
        Path file = server.identity().configFile;
        if (file == null) {
            throw CommandError.err(ConfigRewriter.NO_FILE);
        }
        try {
            new ConfigRewriter(options).rewrite(file);
        } catch (IOException e) {
            LOG.warn("CONFIG REWRITE failed: {}", e.toString());
            throw CommandError.err("Rewriting config file: " + e.getMessage());
        }
        LOG.info("CONFIG REWRITE executed with success.");
        out.ok();
    }

    private void resetStatistics(Call call, Args args, Reply out) {
        server.stats().reset();
        server.databases().stats().reset();
        server.databases().lazyFree().resetFreed();
        server.originalCommands().all().forEach(CommandEntry::resetStatistics);
        server.events().fire(new StatisticsReset());
        out.ok();
    }
}
