package dev.cairn.types.list;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.AllocationContract;

class AllocationTest extends AllocationContract {
    @Override
    protected ServerModule module() {
        return new ListModule();
    }

    @Override
    protected List<String> commands() {
        return List.of("LPUSH long element:%d", "RPOP long", "RPUSH short:%d element", "LPOP short:%d", "LINDEX long 5", "LLEN long",
                "LRANGE long 0 9", "LMOVE long long LEFT RIGHT");
    }
}
