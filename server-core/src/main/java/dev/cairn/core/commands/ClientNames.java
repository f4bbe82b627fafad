package dev.cairn.core.commands;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.CommandError;

/** What clients may call themselves, so that the fields of CLIENT LIST can be told apart. */
final class ClientNames {
    private static final String RULE = " cannot contain spaces, newlines or special characters.";
    private static final CommandError BAD_NAME = CommandError.err("Client names" + RULE);

    private ClientNames() {
    }

    /**
     * The name in the argument, which may be empty.
     *
     * @throws CommandError when it has a character that is not printable ASCII
     */
    static String name(Bytes given) {
        if (!isPrintable(given)) {
            throw BAD_NAME;
        }
        return given.text();
    }

    /**
     * The value of an attribute, which may be empty.
     *
     * @throws CommandError when it has a character that is not printable ASCII
     */
    static String attribute(Bytes attribute, Bytes given) {
        if (!isPrintable(given)) {
            throw CommandError.err(attribute.text() + RULE);
        }
        return given.text();
    }

    private static boolean isPrintable(Bytes b) {
        for (int i = 0; i < b.length(); i++) {
            if (b.at(i) < '!' || b.at(i) > '~') {
                return false;
            }
        }
        return true;
    }
}
