package dev.cairn.core.commands;

import static dev.cairn.api.command.CommandFlag.LOADING;
import static dev.cairn.api.command.CommandFlag.STALE;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.cairn.api.Registrar;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Argument;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.Command;
import dev.cairn.api.command.CommandError;
import dev.cairn.api.command.CommandGroup;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.core.server.CommandEntry;
import dev.cairn.core.server.CommandTable;
import dev.cairn.core.server.Server;

/**
 * The reply of a container's HELP: an array of lines, a subcommand's syntax followed by its indented explanation. Stateless.
 *
 * <p>{@link #declare} makes it of the declarations of the subcommands, so that no text says twice what a command takes.
 */
final class HelpText {
    private HelpText() {
    }

    /** Declares the HELP of a container of the group server, whose lines follow from the other subcommands' declarations. */
    static void declare(Registrar r, Server server, String container, String since) {
        declare(r, server, container, CommandSpec.of(container + "|HELP", 2).group(CommandGroup.SERVER).since(since));
    }

    /** Declares the HELP of a container with what is given of its declaration. */
    static void declare(Registrar r, Server server, String container, CommandSpec.Builder spec) {
        r.command(spec.flags(LOADING, STALE).complexity("O(1)").summary("Explains the subcommands of " + container + "."),
                (call, args, out) -> write(out, container, lines(server, container)));
    }

    /**
     * The handler of a container's HELP with lines of its own.
     *
     * @param container the container's name in capitals
     * @param lines the lines between the head and HELP's own
     */
    static Command of(String container, String... lines) {
        List<String> fixed = List.of(lines);
        return (call, args, out) -> write(out, container, fixed);
    }

    /** Replies with the text. */
    static void write(Reply out, String container, List<String> lines) {
        out.array(lines.size() + 3);
        out.simple(container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (String line : lines) {
            out.simple(line);
        }
        out.simple("HELP");
        out.simple("    Print this help.");
    }

    /** The error for a subcommand that exists, with arguments that it does not take. */
    static CommandError wrongForm(Call call, Args args) {
        String name = call.command().name();
        return CommandError.err("unknown subcommand or wrong number of arguments for '" + args.at(1).text() + "'. Try "
                + name.substring(0, name.indexOf('|')) + " HELP.");
    }

    private static List<String> lines(Server server, String container) {
        List<String> lines = new ArrayList<>();
        CommandEntry e = server.originalCommands().find(container);
        CommandTable subcommands = e == null ? null : e.subcommands();
        if (subcommands != null) {
            for (CommandEntry sub : subcommands.all()) {
                CommandSpec spec = sub.spec();
                String name = spec.name().substring(container.length() + 1);
                if (!name.equals("HELP")) {
                    lines.add(syntax(new StringBuilder(name), spec.arguments()).toString());
                    lines.add("    " + spec.summary());
                }
            }
        }
        return lines;
    }

    private static StringBuilder syntax(StringBuilder out, List<Argument> arguments) {
        for (Argument a : arguments) {
            out.append(out.isEmpty() || "([ ".indexOf(out.charAt(out.length() - 1)) >= 0 ? "" : " ");
            out.append(a.optional() ? "[" : "");
            one(out, a);
            if (a.multiple()) {
                out.append(a.optional() ? " ..." : " [");
                if (!a.optional()) {
                    one(out, a).append(" ...]");
                }
            }
            out.append(a.optional() ? "]" : "");
        }
        return out;
    }

    private static StringBuilder one(StringBuilder out, Argument a) {
        String token = a.token();
        if (token != null && !token.isEmpty()) {
            out.append(token).append(a.type() == Argument.Type.PURE_TOKEN ? "" : " ");
        }
        return switch (a.type()) {
            case PURE_TOKEN -> out;
            case BLOCK -> syntax(out, a.parts());
            case ONEOF -> choices(out, a);
            default -> out.append('<').append(a.name().toLowerCase(Locale.ROOT)).append('>');
        };
    }

    private static StringBuilder choices(StringBuilder out, Argument a) {
        out.append(a.optional() && a.token() == null ? "" : "(");
        for (int i = 0; i < a.parts().size(); i++) {
            out.append(i == 0 ? "" : "|");
            one(out, a.parts().get(i));
        }
        return out.append(a.optional() && a.token() == null ? "" : ")");
    }
}
