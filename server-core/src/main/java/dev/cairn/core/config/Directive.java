package dev.cairn.core.config;

import java.util.List;

/**
 * One line of configuration with the place it came from.
 *
 * @param source the file's absolute path, {@link ConfigFile#STDIN} or {@link ConfigFile#COMMAND_LINE}
 * @param line its number there, from 1
 * @param text the line without the white space around it, as a byte string
 * @param args the option's name in lower case and its values, as byte strings; at least the name
 */
public record Directive(String source, int line, String text, List<String> args) {
    /** Copies the arguments. */
    public Directive {
        args = List.copyOf(args);
    }

    /** The option's name in lower case. */
    public String name() {
        return args.get(0);
    }

    /** The option's values. */
    public List<String> values() {
        return args.subList(1, args.size());
    }

    /** An error that points to this line. */
    public ConfigError error(String expected) {
        return new ConfigError(source, line, text, expected);
    }
}
