package ${package};

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.AllocationContract;

class CappedAllocationTest extends AllocationContract {
    @Override
    protected ServerModule module() {
        return new CappedModule();
    }

    @Override
    protected List<String> commands() {
        return List.of("${prefix}.ADD key:%d 1", "${prefix}.GET key:%d");
    }
}
