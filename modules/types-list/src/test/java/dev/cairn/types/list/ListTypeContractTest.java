package dev.cairn.types.list;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.DataTypeContract;

class ListTypeContractTest extends DataTypeContract {
    @Override
    protected ServerModule module() {
        return new ListModule();
    }

    @Override
    protected String typeName() {
        return "list";
    }

    @Override
    protected List<List<List<String>>> samples() {
        List<String> numbers = new ArrayList<>(List.of("RPUSH", KEY));
        for (int i = -100; i < 100; i++) {
            numbers.add(Integer.toString(i * i * i));
        }
        return List.of(push("a"), push(""), push("0", "-1", "127", "128", "9223372036854775807", "abc"), List.of(numbers),
                push("a".repeat(5000), "b".repeat(5000)), push("c".repeat(20_000), "d", "e".repeat(9000)));
    }

    private static List<List<String>> push(String... elements) {
        List<String> words = new ArrayList<>(List.of("RPUSH", KEY));
        words.addAll(List.of(elements));
        return List.of(words);
    }

    @Override
    protected List<String> change() {
        return List.of("LSET", KEY, "0", "another");
    }
}
