package dev.cairn.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Value;

/** Replies as text and across the versions of the protocol. */
public final class Values {
    private Values() {
    }

    /**
     * A reply as a short text, for comparisons: strings as they are, integers in decimal, errors as their line, no value as {@code nil},
     * arrays, sets and pushes as {@code [a, b]}, maps as <code>{k=v}</code>.
     */
    public static String text(Value value) {
        return switch (value) {
            case Value.Simple v -> v.text();
            case Value.Failure v -> v.text();
            case Value.Int v -> Long.toString(v.value());
            case Value.Bulk v -> v.text();
            case Value.Nil _ -> "nil";
            case Value.NilArray _ -> "nil";
            case Value.Real v -> v.text();
            case Value.Bool v -> Boolean.toString(v.value());
            case Value.BigNumber v -> v.value().toString();
            case Value.Verbatim v -> v.text().text();
            case Value.Array v -> list(v.elements());
            case Value.Set v -> list(v.elements());
            case Value.Push v -> list(v.elements());
            case Value.Map v -> pairs(v.elements());
            case Value.Attributed v -> text(v.value());
        };
    }

    private static String list(List<Value> values) {
        return values.stream().map(Values::text).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String pairs(List<Value> values) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < values.size(); i += 2) {
            pairs.add(text(values.get(i)) + "=" + text(values.get(i + 1)));
        }
        return pairs.stream().collect(Collectors.joining(", ", "{", "}"));
    }

    /** The elements of an array, a set, a push, or the keys and values of a map in turn. */
    public static List<Value> elements(Value value) {
        return switch (value) {
            case Value.Array v -> v.elements();
            case Value.Set v -> v.elements();
            case Value.Push v -> v.elements();
            case Value.Map v -> v.elements();
            case Value.Attributed v -> elements(v.value());
            default -> throw new AssertionError("no aggregate: " + text(value));
        };
    }

    /** What a RESP3 reply is in RESP2. */
    public static Value inResp2(Value value) {
        return switch (value) {
            case Value.NilArray _ -> new Value.Nil();
            case Value.Real v -> Value.Bulk.of(v.text());
            case Value.Bool v -> new Value.Int(v.value() ? 1 : 0);
            case Value.BigNumber v -> Value.Bulk.of(v.value().toString());
            case Value.Verbatim v -> new Value.Bulk(Bytes.of(v.text().toArray()));
            case Value.Array v -> array(v.elements());
            case Value.Set v -> array(v.elements());
            case Value.Push v -> array(v.elements());
            case Value.Map v -> array(v.elements());
            case Value.Attributed v -> inResp2(v.value());
            case Value.Simple _,Value.Failure _,Value.Int _,Value.Bulk _,Value.Nil _ -> value;
        };
    }

    /** Whether a reply has only types of RESP2. */
    public static boolean isResp2(Value value) {
        return switch (value) {
            case Value.Simple _,Value.Failure _,Value.Int _,Value.Bulk _,Value.Nil _,Value.NilArray _ -> true;
            case Value.Array v -> v.elements().stream().allMatch(Values::isResp2);
            default -> false;
        };
    }

    private static Value array(List<Value> elements) {
        return new Value.Array(elements.stream().map(Values::inResp2).toList());
    }
}
