package dev.cairn.distribution.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.RespReply.Kind;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Compares what COMMAND INFO and COMMAND DOCS say of every command that Cairn has and redis-server knows.
 *
 * <p>Order within flags, categories, tips and subcommands is free. Summaries are Cairn's own; complexities and histories are prose too.
 */
class CommandTableIT {
    private static final List<String> INFO_FIELDS =
            List.of("name", "arity", "flags", "first key", "last key", "step", "ACL categories", "tips",
                    "key specifications", "subcommands");
    private static final Set<Integer> UNORDERED_FIELDS = Set.of(2, 6, 7);
    private static final List<String> DOCS_FIELDS = List.of("group", "since", "doc_flags", "deprecated_since", "replaced_by", "arguments");

    /** Differences that are meant, as "command: field", each with its reason. */
    private static final List<String> ALLOWED = List.of(
            // Redis 7.2 and Valkey 8 changed facts of these commands.
            "client|setname: tips", "command|getkeys: arity", "command|getkeysandflags: arity", "config|rewrite: tips",
            "config|resetstat: tips", "config|set: tips", "msetnx: tips", "randomkey: tips", "scan: tips", "multi: flags", "watch: flags",
            "psetex: doc_flags", "psetex: deprecated_since", "psetex: replaced_by", "setex: doc_flags", "setex: deprecated_since",
            "setex: replaced_by", "setnx: doc_flags", "setnx: deprecated_since", "setnx: replaced_by", "quit: doc_flags",
            "quit: deprecated_since", "quit: replaced_by",
            // They also renamed arguments, and took up some more.
            "client|reply: arguments", "client|list: arguments", "client|kill: arguments", "command|getkeys: arguments",
            "command|getkeysandflags: arguments", "config|get: arguments", "config|set: arguments", "flushall: arguments",
            "flushdb: arguments", "hello: arguments", "lcs: arguments", "mset: arguments", "msetnx: arguments", "psubscribe: arguments",
            "shutdown: arguments", "client|unblock: arguments", "hmset: arguments", "hset: arguments", "hscan: arguments",
            "lolwut: arguments", "module|loadex: arguments", "sort: arguments", "sort_ro: arguments",
            // Blocking commands may be called by scripts, where they do not block; LATENCY RESET adds its counts up.
            "blmove: flags", "blpop: flags", "brpop: flags", "brpoplpush: flags", "latency|reset: tips", "client|pause: since",
            "latency|histogram: arguments",
            // The SPI has no mark for commands that are not meant for users.
            "debug: doc_flags",
            // The note of a key specification is prose of Cairn's own.
            "getex: key specifications", "set: key specifications",
            "sort: key specifications", "sort_ro: key specifications");

    private ServerProcess reference;
    private ServerProcess candidate;
    private final List<String> differences = new ArrayList<>();

    @BeforeEach
    void start() {
        candidate = ServerProcess.cairn();
    }

    @AfterEach
    void stop() {
        if (candidate != null) {
            candidate.close();
        }
        if (reference != null) {
            reference.close();
        }
    }

    @Test
    void commandInfoEqualsRedisServers() throws IOException {
        reference = ServerProcess.redis();
        try (RespClient first = reference.connect(); RespClient second = candidate.connect()) {
            for (String name : names(second)) {
                RespReply expected = first.call("COMMAND", "INFO", name).elements().get(0);
                if (!expected.isNull()) {
                    compareInfo(name, expected, second.call("COMMAND", "INFO", name).elements().get(0));
                }
            }
        }
        report("COMMAND INFO");
    }

    @Test
    void commandDocsEqualRedisServers() throws IOException {
        reference = ServerProcess.redis();
        try (RespClient first = reference.connect(); RespClient second = candidate.connect()) {
            first.call("HELLO", "3");
            second.call("HELLO", "3");
            for (String name : names(second)) {
                RespReply expected = first.call("COMMAND", "DOCS", name).field(name);
                if (expected.kind() != Kind.NONE) {
                    compareDocs(name, expected, second.call("COMMAND", "DOCS", name).field(name));
                }
            }
        }
        report("COMMAND DOCS");
    }

    @Test
    void commandListCountAndInfoAgree() throws IOException {
        try (RespClient client = candidate.connect()) {
            Set<String> names = names(client);
            assertFalse(names.isEmpty());
            assertEquals(names.size(), client.call("COMMAND", "COUNT").number());
            assertEquals(names,
                    client.call("COMMAND").elements().stream().map(info -> info.elements().get(0).text()).collect(Collectors.toSet()));
        }
    }

    /** The commands; COMMAND LIST names subcommands too, which are compared with their containers. */
    private static Set<String> names(RespClient client) throws IOException {
        return client.call("COMMAND", "LIST").elements().stream().map(RespReply::text).filter(name -> name.indexOf('|') < 0)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void report(String what) {
        differences.removeIf(difference -> ALLOWED.stream().anyMatch(difference::startsWith));
        assertTrue(differences.isEmpty(), () -> differences.size() + " differences in " + what + ":\n" + String.join("\n", differences));
    }

    private void compareInfo(String name, RespReply expected, RespReply actual) {
        for (int i = 0; i < INFO_FIELDS.size() - 1; i++) {
            RespReply a = element(expected, i);
            RespReply b = element(actual, i);
            compare(name, INFO_FIELDS.get(i), UNORDERED_FIELDS.contains(i) ? sorted(a) : i == 8 ? flagsSorted(a) : a,
                    UNORDERED_FIELDS.contains(i) ? sorted(b) : i == 8 ? flagsSorted(b) : b);
        }
        for (RespReply subcommand : element(actual, 9).elements()) {
            String full = subcommand.elements().get(0).text();
            element(expected, 9).elements().stream().filter(other -> other.elements().get(0).text().equals(full)).findFirst()
                    .ifPresent(other -> compareInfo(full, other, subcommand));
        }
    }

    private void compareDocs(String name, RespReply expected, RespReply actual) {
        for (String field : DOCS_FIELDS) {
            compareDocsValue(name, field, expected.field(field), actual.field(field));
        }
        RespReply subcommands = actual.field("subcommands");
        for (int i = 0; i + 1 < subcommands.elements().size(); i += 2) {
            String full = subcommands.elements().get(i).text();
            RespReply other = expected.field("subcommands").field(full);
            if (other.kind() != Kind.NONE) {
                compareDocs(full, other, subcommands.elements().get(i + 1));
            }
        }
    }

    /** Compares arguments one by one and field by field; of newer fields, such as display_text, redis-server 7.0 knows nothing. */
    private void compareDocsValue(String name, String field, RespReply expected, RespReply actual) {
        if (expected.kind() == Kind.ARRAY && actual.kind() == Kind.ARRAY && expected.elements().size() == actual.elements().size()) {
            for (int i = 0; i < expected.elements().size(); i++) {
                compareDocsValue(name, field + '[' + i + ']', expected.elements().get(i), actual.elements().get(i));
            }
        } else if (expected.kind() == Kind.MAP && actual.kind() == Kind.MAP) {
            for (int i = 0; i + 1 < expected.elements().size(); i += 2) {
                String key = expected.elements().get(i).text();
                compareDocsValue(name, field + '.' + key, expected.elements().get(i + 1), actual.field(key));
            }
        } else {
            compare(name, field, expected, actual);
        }
    }

    private void compare(String name, String field, RespReply expected, RespReply actual) {
        if (!expected.equals(actual)) {
            differences.add(name + ": " + field + "\n    reference: " + expected + "\n    candidate: " + actual);
        }
    }

    private static RespReply element(RespReply reply, int index) {
        return index < reply.elements().size() ? reply.elements().get(index) : RespReply.scalar(Kind.NONE, "no element " + index);
    }

    private static RespReply sorted(RespReply reply) {
        return RespReply.aggregate(reply.kind(), reply.elements().stream().sorted(Comparator.comparing(RespReply::text)).toList());
    }

    /** Key specifications keep their order; the flags within each are a set. */
    private static RespReply flagsSorted(RespReply specifications) {
        return RespReply.aggregate(specifications.kind(), specifications.elements().stream().map(specification -> {
            List<RespReply> fields = new ArrayList<>(specification.elements());
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                if (fields.get(i).text().equals("flags")) {
                    fields.set(i + 1, sorted(fields.get(i + 1)));
                }
            }
            return RespReply.aggregate(specification.kind(), fields);
        }).toList());
    }
}
