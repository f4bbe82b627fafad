package dev.cairn.api.command;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * One argument of a command's syntax, as COMMAND DOCS tells it.
 *
 * @param name the argument's name
 * @param type the argument's type
 * @param keySpec the index of the key spec that the argument belongs to, or -1
 * @param token the word that stands before the argument or, for a pure token, is the argument
 * @param optional whether it may be left out
 * @param multiple whether it may be repeated
 * @param multipleToken whether the token is repeated with it
 * @param since the version that brought the argument, where that is not the command's own
 * @param parts the parts of a block or the choices of a oneof
 */
public record Argument(String name, Type type, int keySpec, @Nullable String token, boolean optional, boolean multiple,
        boolean multipleToken, @Nullable String since, List<Argument> parts) {
    /** The types of arguments. */
    public enum Type {
        STRING, INTEGER, DOUBLE, KEY, PATTERN, UNIX_TIME, PURE_TOKEN, ONEOF, BLOCK;

        private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** The type as COMMAND DOCS shows it. */
        public String wireName() {
            return wireName;
        }
    }
}
