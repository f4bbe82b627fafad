package dev.cairn.testkit;

import java.util.List;

import dev.cairn.api.ServerModule;

class SampleTypeTest extends DataTypeContract {
    @Override
    protected ServerModule module() {
        return new SampleModule();
    }

    @Override
    protected String typeName() {
        return "box";
    }

    @Override
    protected List<List<List<String>>> samples() {
        return List.of(List.of(List.of("BOX.PUT", KEY, "")), List.of(List.of("BOX.PUT", KEY, "abc")),
                List.of(List.of("BOX.PUT", KEY, "x".repeat(100_000))));
    }

    @Override
    protected List<String> change() {
        return List.of("BOX.PUT", KEY, "other");
    }
}
