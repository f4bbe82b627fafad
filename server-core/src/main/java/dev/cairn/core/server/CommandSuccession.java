package dev.cairn.core.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandSpec;

/**
 * The commands of a newer version of a module, prepared to take the place of those of the older. Main thread.
 *
 * <p>A command of the same name takes over the older's statistics, the names that it was given by {@code rename-command}, and its place in
 * transactions that have queued it, if it would have been queued just so. A transaction with another command of the older version fails.
 */
public final class CommandSuccession {
    private final Server server;
    private final Registration old;
    private final Registration successor;
    private final Map<String, CommandEntry> prepared = new LinkedHashMap<>();

    CommandSuccession(Server server, Registration old, Registration successor) {
        this.server = server;
        this.old = old;
        this.successor = successor;
    }

    /**
     * Prepares a command.
     *
     * @return null, or the command of somebody else that stands at its name
     */
    public @Nullable CommandEntry add(CommandSpec spec, @Nullable Command handler) {
        int bar = spec.name().indexOf('|');
        CommandEntry parent = bar < 0 ? null : container(spec.name().substring(0, bar));
        CommandEntry entry = new CommandEntry(spec, handler, successor, parent);
        prepared.put(entry.wireName(), entry);
        CommandTable table = server.commands();
        if (parent != null) {
            table = parent.container();
            if (parent.registration() == successor) {
                table.add(spec.name().substring(bar + 1), entry);
                return null;
            }
        }
        CommandEntry taken = table.find(spec.name().substring(bar + 1));
        return taken == null || taken.registration() == old ? null : taken;
    }

    /** The name of a command in which a client waits that cannot go on in the successor; null when there is none. */
    public @Nullable String stuck() {
        return server.blocking().stuck(old, this::successorOf);
    }

    /** Ends the waits in the older version's commands, which begin anew before the loop sleeps. */
    public void beginWaitsAnew() {
        server.blocking().beginAnew(old);
    }

    private CommandEntry container(String name) {
        CommandEntry own = prepared.get(name.toLowerCase(Locale.ROOT));
        CommandEntry container = own == null ? server.originalCommands().find(name) : own;
        if (container == null) {
            throw new IllegalStateException("no container '" + name + "'");
        }
        return container;
    }

    /** Exchanges the commands. */
    public void take() {
        for (CommandEntry e : prepared.values()) {
            CommandEntry before = server.originalCommands().findByFullName(e.wireName());
            if (before != null && before.registration() == old) {
                e.inherit(before);
            } else {
                addNew(e);
            }
        }
        for (CommandTable table : List.of(server.commands(), server.originalCommands())) {
            table.succeed(old, this::successorOf);
        }
        server.transactions().commandsSucceeded(old, this::successorOf, server.clients().all());
        for (ServerClient client : server.clients().all()) {
            CommandEntry last = client.lastCommand;
            if (last != null && last.registration() == old) {
                client.lastCommand = successorOf(last);
            }
        }
        server.dispatcher().forgetCommands();
    }

    private void addNew(CommandEntry e) {
        CommandEntry parent = e.parent();
        String name = e.spec().name();
        if (parent == null) {
            server.originalCommands().add(name, e);
            server.commands().add(name, e);
        } else {
            // one of its own container stands there since it was prepared
            parent.container().add(name.substring(name.indexOf('|') + 1), e);
        }
    }

    private @Nullable CommandEntry successorOf(CommandEntry e) {
        return prepared.get(e.wireName());
    }
}
