package dev.cairn.types.hash;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.AllocationContract;

class AllocationTest extends AllocationContract {
    @Override
    protected ServerModule module() {
        return new HashModule();
    }

    @Override
    protected List<String> commands() {
        return List.of("HSET hash:%d field value-%d number %d", "HGET hash:%d field", "HSET large field:%d a-longer-value-%d",
                "HGET large field:%d", "HMGET hash:%d field number none");
    }
}
