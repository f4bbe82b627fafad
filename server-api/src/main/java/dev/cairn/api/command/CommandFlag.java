package dev.cairn.api.command;

import java.util.Locale;

/** The flags of a command, with Redis' names and meanings. */
public enum CommandFlag {
    /** May change the keyspace. */
    WRITE,
    /** Reads keys and never changes them. */
    READONLY,
    /** May use more memory: refused while the server is over its limit. */
    DENYOOM,
    /** For operators. */
    ADMIN,
    /** Part of publish and subscribe. */
    PUBSUB,
    /** Not from scripts. */
    NOSCRIPT,
    /** May block the client. */
    BLOCKING,
    /** Runs while data is loaded. */
    LOADING,
    /** Runs on a replica whose data is stale. */
    STALE,
    /** Not shown by MONITOR. */
    SKIP_MONITOR,
    /** Not logged by the slow log. */
    SKIP_SLOWLOG,
    /** Runs on an importing cluster slot. */
    ASKING,
    /** Takes constant or logarithmic time. */
    FAST,
    /** Runs before the client is authenticated. */
    NO_AUTH,
    /** May be replicated though it writes no key. */
    MAY_REPLICATE,
    /** Its keys are optional. */
    NO_MANDATORY_KEYS,
    /** Its keys are found by a function or by several key specs. */
    MOVABLEKEYS,
    /** Needs protection by an option before it can be used. */
    PROTECTED,
    /** Not while data is loaded asynchronously. */
    NO_ASYNC_LOADING,
    /** Not inside MULTI. */
    NO_MULTI,
    /** Runs while a script or a module holds the server busy. */
    ALLOW_BUSY,
    /** May touch keys that are not among its arguments. */
    TOUCHES_ARBITRARY_KEYS;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The flag as COMMAND INFO shows it. */
    public String wireName() {
        return wireName;
    }
}
