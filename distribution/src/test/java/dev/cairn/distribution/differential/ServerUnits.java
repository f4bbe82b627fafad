package dev.cairn.distribution.differential;

import java.util.List;

/** Random commands of the server group and questions to the command table. */
final class ServerUnits {
    /** Options whose default a stock redis-server and Cairn share. */
    private static final String[] OPTIONS = {"maxclients", "timeout", "tcp-keepalive", "hz", "dynamic-hz", "databases",
            "proto-max-bulk-len",
            "client-query-buffer-limit", "maxmemory", "maxmemory-policy", "maxmemory-samples", "requirepass", "active-expire-effort",
            "lfu-log-factor",
            "lfu-decay-time", "slowlog-log-slower-than", "slowlog-max-len", "save", "client-output-buffer-limit", "notify-keyspace-events",
            "appendonly", "appendfsync", "lazyfree-lazy-expire", "tcp-backlog"};

    private final Dice dice;

    ServerUnits(Dice dice) {
        this.dice = dice;
    }

    Unit next() {
        return switch (dice.below(16)) {
            case 0, 1 -> Words.of("SWAPDB").add(dice.database()).add(dice.database()).unit();
            case 2 -> flush();
            // A full SCAN first removes the keys that are expired but still counted.
            case 3, 4 -> Unit.of(Step.of("SCAN", "0", "COUNT", "100000").compared(Comparison.SCAN), Step.of("DBSIZE"));
            case 5, 6 -> configGet();
            case 7 -> configErrors();
            case 8 -> Unit.of(Step.of("TIME").compared(Comparison.SHAPE));
            case 9, 10 -> getKeys();
            case 11 -> commandList();
            case 12 -> commandErrors();
            case 13, 14 -> observation();
            default -> info();
        };
    }

    private Unit flush() {
        Words words = Words.of(dice.chance(0.8) ? "FLUSHDB" : "FLUSHALL");
        words.addAll(dice.some(0.2, "ASYNC", "SYNC", "BOGUS"));
        return words.unit();
    }

    private Unit configGet() {
        return switch (dice.below(5)) {
            case 0, 1, 2 -> Unit.of(Step.of("CONFIG", "GET", dice.anyCase(dice.pick(OPTIONS))).compared(Comparison.UNORDERED));
            case 3 -> Unit.of(Step.of("CONFIG", "GET", "nosuchoption", dice.pick("nosuch*", "[", "")).compared(Comparison.UNORDERED));
            default -> Unit.of(Step.of("CONFIG", "GET", "lfu-*", "maxmemory-sam*", "slowlog-ma?-len").compared(Comparison.UNORDERED));
        };
    }

    private Unit configErrors() {
        return Unit.of(dice.pick(List.of(
                Step.of("CONFIG", "SET", "nosuchoption", "1"), Step.of("CONFIG", "SET", "hz", "abc"),
                Step.of("CONFIG", "SET", "maxmemory", "-1"),
                Step.of("CONFIG", "SET", "maxmemory", "abc"), Step.of("CONFIG", "SET", "databases", "4"),
                Step.of("CONFIG", "SET", "timeout", "-1"),
                Step.of("CONFIG", "SET", "maxmemory-policy", "bogus"), Step.of("CONFIG", "SET", "dynamic-hz", "maybe"),
                Step.of("CONFIG", "SET", "timeout", "0", "timeout", "0"), Step.of("CONFIG", "SET", "timeout", "0", "tcp-keepalive"),
                Step.of("CONFIG", "SET", "timeout", "0", "nosuchoption", "1"), Step.of("CONFIG", "SET", "active-expire-effort", "11"),
                Step.of("CONFIG", "SET", "timeout", "0"), Step.of("CONFIG", "SET", "proto-max-bulk-len", "1"), Step.of("CONFIG", "BOGUS"),
                Step.of("CONFIG", "RESETSTAT"), Step.of("CONFIG", "SET", "tcp-backlog", "10"),
                Step.of("CONFIG", "SET", "maxmemory-samples", "0"),
                Step.of("CONFIG", "SET", "client-output-buffer-limit", "bogus 0 0 0"),
                Step.of("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0"),
                Step.of("CONFIG", "HELP").compared(Comparison.TYPE))));
    }

    private Unit getKeys() {
        String sub = dice.pick("GETKEYS", "GETKEYSANDFLAGS");
        return Unit.of(dice.pick(List.of(
                Step.of("COMMAND", sub, "SET", "k", "v"), Step.of("COMMAND", sub, "SET", "k", "v", "GET"),
                Step.of("COMMAND", sub, "GET", "k"),
                Step.of("COMMAND", sub, "MSET", "a", "1", "b", "2"), Step.of("COMMAND", sub, "MGET", "a", "b", "c"),
                Step.of("COMMAND", sub, "COPY", "a", "b"), Step.of("COMMAND", sub, "RENAME", "a", "b"),
                Step.of("COMMAND", sub, "LCS", "a", "b"),
                Step.of("COMMAND", sub, "GETEX", "a", "PERSIST"), Step.of("COMMAND", sub, "OBJECT", "ENCODING", "a"),
                Step.of("COMMAND", sub, "DEL", "a", "b"), Step.of("COMMAND", sub, "WATCH", "a", "b"),
                Step.of("COMMAND", sub, "APPEND", "a", "b"),
                Step.of("COMMAND", sub, "PING"), Step.of("COMMAND", sub, "GET"), Step.of("COMMAND", sub, "NOSUCHCOMMAND", "a"),
                Step.of("COMMAND", sub, "OBJECT", "NOSUCH", "a"), Step.of("COMMAND", sub), Step.of("COMMAND", sub, "CONFIG", "GET", "a"),
                Step.of("COMMAND", sub, "get", "k"), Step.of("COMMAND", sub, "EXPIRE", "k", "1"),
                Step.of("COMMAND", sub, "SETRANGE", "k", "1", "x"),
                Step.of("COMMAND", sub, "INCR", "k"), Step.of("COMMAND", sub, "MSETNX", "a", "1", "b"), Step.of("COMMAND", sub, "MULTI"))));
    }

    private Unit commandList() {
        Step step = switch (dice.below(4)) {
            case 0 -> Step.of("COMMAND", "LIST", "FILTERBY", "PATTERN",
                    dice.pick("set", "setn*", "getr*", "incr*", "mset*", "echo", "pexpire*", "nosuch*", "SET", "[uw]nwatch", ""));
            case 1 -> Step.of("COMMAND", "LIST", "FILTERBY", "ACLCAT", dice.pick("transaction", "nosuchcategory", ""));
            case 2 -> Step.of("COMMAND", "LIST", "FILTERBY", "MODULE", "nosuchmodule");
            default -> Step.of("COMMAND", "LIST", "FILTERBY", "BOGUS", "x");
        };
        return Unit.of(step.compared(Comparison.UNORDERED));
    }

    private Unit commandErrors() {
        return Unit.of(dice.pick(List.of(
                Step.of("COMMAND", "BOGUS"), Step.of("COMMAND", "INFO", "nosuchcommand"), Step.of("COMMAND", "INFO", "nosuch", "alsonot"),
                Step.of("COMMAND", "DOCS", "nosuchcommand"), Step.of("COMMAND", "LIST", "BOGUS"), Step.of("COMMAND", "LIST", "FILTERBY"),
                Step.of("COMMAND", "LIST", "FILTERBY", "PATTERN"), Step.of("COMMAND", "COUNT", "x"),
                Step.of("COMMAND", "INFO", "config|nosuch"),
                Step.of("COMMAND", "HELP").compared(Comparison.TYPE), Step.of("COMMAND", "COUNT").compared(Comparison.TYPE))));
    }

    /** What a server tells of its own work: the forms and the errors, for the figures are each server's own. */
    private Unit observation() {
        return Unit.of(dice.pick(List.of(
                Step.of("SLOWLOG", "GET").compared(Comparison.TYPE), Step.of("SLOWLOG", "GET", "0"), Step.of("SLOWLOG", "GET", "-2"),
                Step.of("SLOWLOG", "GET", "x"), Step.of("SLOWLOG", "GET", "1", "2"), Step.of("SLOWLOG", "LEN").compared(Comparison.TYPE),
                Step.of("SLOWLOG", "LEN", "x"), Step.of("SLOWLOG", "RESET"), Step.of("SLOWLOG", "BOGUS"), Step.of("SLOWLOG"),
                Step.of("LATENCY", "LATEST"), Step.of("LATENCY", "HISTORY", "nosuch"), Step.of("LATENCY", "HISTORY"),
                Step.of("LATENCY", "GRAPH", "nosuch"), Step.of("LATENCY", "RESET"), Step.of("LATENCY", "RESET", "a", "b"),
                Step.of("LATENCY", "DOCTOR").compared(Comparison.TYPE), Step.of("LATENCY", "HISTOGRAM", "nosuch", "config|nosuch"),
                Step.of("LATENCY", "HISTOGRAM").compared(Comparison.TYPE), Step.of("LATENCY", "BOGUS"),
                Step.of("MEMORY", "USAGE", "nosuchkey"), Step.of("MEMORY", "USAGE", "nosuchkey", "SAMPLES", "5"),
                Step.of("MEMORY", "USAGE", "nosuchkey", "SAMPLES", dice.pick("-1", "x", "99999999999999999999")),
                Step.of("MEMORY", "USAGE", "nosuchkey", dice.pick("SAMPLES", "BOGUS")), Step.of("MEMORY", "USAGE"),
                Step.of("MEMORY", "STATS").compared(Comparison.TYPE), Step.of("MEMORY", "DOCTOR").compared(Comparison.TYPE),
                Step.of("MEMORY", "MALLOC-STATS").compared(Comparison.TYPE), Step.of("MEMORY", "PURGE"), Step.of("MEMORY", "BOGUS"),
                Step.of("LOLWUT").compared(Comparison.TYPE), Step.of("LOLWUT", "VERSION", "5").compared(Comparison.TYPE),
                Step.of("LOLWUT", "VERSION", "x"))));
    }

    private Unit info() {
        if (dice.chance(0.1)) {
            return Unit.of(Step.of("ROLE"));
        }
        return Unit
                .of(dice.chance(0.5) ? Step.of("INFO", "nosuchsection") : Step.of("INFO", dice.pick("server", "clients", "keyspace", "all"))
                        .compared(Comparison.TYPE));
    }
}
