package dev.cairn.types.string;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.DataTypeContract;

class StringTypeContractTest extends DataTypeContract {
    @Override
    protected ServerModule module() {
        return new StringModule();
    }

    @Override
    protected String typeName() {
        return "string";
    }

    @Override
    protected List<List<List<String>>> samples() {
        return List.of(set(""), set("0"), set("-9223372036854775808"), set("9223372036854775807"), set("9223372036854775808"), set("abc"),
                set("x".repeat(44)), set("x".repeat(45)), set("x".repeat(20_000)), set("x".repeat(3 << 20)),
                List.of(List.of("SET", KEY, "12"), List.of("APPEND", KEY, "34")),
                List.of(List.of("SET", KEY, "abc"), List.of("SETRANGE", KEY, "10", "\r\n")),
                List.of(List.of("INCRBYFLOAT", KEY, "0.5")));
    }

    private static List<List<String>> set(String value) {
        return List.of(List.of("SET", KEY, value));
    }

    @Override
    protected List<String> change() {
        return List.of("SETRANGE", KEY, "1", "!!");
    }
}
