package dev.cairn.types.string;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.AllocationContract;

class AllocationTest extends AllocationContract {
    @Override
    protected ServerModule module() {
        return new StringModule();
    }

    @Override
    protected List<String> commands() {
        return List.of("GET key:%d", "GET none:%d", "SET key:%d value-%d-of-some-length", "SET number:%d %d", "SET key:%d value-%d EX 1000",
                "INCR counter:%d", "MGET key:%d number:%d none:%d", "MSET key:%d another-value-%d number:%d %d", "SETRANGE key:%d 2 xyz",
                "EXISTS key:%d none:%d", "PING");
    }
}
