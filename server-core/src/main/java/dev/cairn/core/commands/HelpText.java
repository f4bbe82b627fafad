package dev.cairn.core.commands;

import java.util.List;

import dev.cairn.api.command.Command;
import dev.cairn.api.command.Reply;

/** The reply of a container's HELP: an array of lines, a subcommand's syntax followed by its indented explanation. Stateless. */
final class HelpText {
    private HelpText() {
    }

    /**
     * The handler of a container's HELP.
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
}
