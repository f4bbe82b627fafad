package dev.cairn.api.command;

import java.util.Locale;

/** The group of commands that a command is documented with. */
public enum CommandGroup {
    GENERIC,
    STRING,
    LIST,
    SET,
    SORTED_SET,
    HASH,
    PUBSUB,
    TRANSACTIONS,
    CONNECTION,
    SERVER,
    SCRIPTING,
    HYPERLOGLOG,
    CLUSTER,
    GEO,
    STREAM,
    BITMAP,
    MODULE;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The group as COMMAND DOCS shows it. */
    public String wireName() {
        return wireName;
    }
}
