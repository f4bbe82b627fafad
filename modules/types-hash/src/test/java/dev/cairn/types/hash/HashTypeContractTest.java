package dev.cairn.types.hash;

import java.util.ArrayList;
import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.DataTypeContract;

class HashTypeContractTest extends DataTypeContract {
    @Override
    protected ServerModule module() {
        return new HashModule();
    }

    @Override
    protected String typeName() {
        return "hash";
    }

    @Override
    protected List<List<List<String>>> samples() {
        List<String> timed = List.of("HPEXPIREAT", KEY, "4000000000000", "FIELDS", "2", "f1", "f2");
        return List.of(List.of(fields(1, 3)), List.of(fields(3, 5)), List.of(fields(200, 10)), List.of(fields(513, 10)),
                List.of(fields(3, 65)), List.of(fields(3, 5), timed), List.of(fields(520, 5), timed),
                List.of(List.of("HSET", KEY, "", "", "-9223372036854775808", "9223372036854775807", "012", "-0")));
    }

    private static List<String> fields(int count, int valueLength) {
        List<String> words = new ArrayList<>(List.of("HSET", KEY));
        for (int i = 0; i < count; i++) {
            words.add("f" + i);
            words.add((i + "x".repeat(valueLength)).substring(0, valueLength));
        }
        return words;
    }

    @Override
    protected List<String> change() {
        return List.of("HSET", KEY, "another", "value");
    }
}
