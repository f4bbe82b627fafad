package dev.cairn.sample.delayqueue;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.AllocationContract;

class DelayQueueAllocationTest extends AllocationContract {
    @Override
    protected ServerModule module() {
        return new DelayQueueModule();
    }

    @Override
    protected List<String> commands() {
        return List.of("DQ.LEN queue:%d", "DQ.TAKE queue:%d 1000");
    }
}
