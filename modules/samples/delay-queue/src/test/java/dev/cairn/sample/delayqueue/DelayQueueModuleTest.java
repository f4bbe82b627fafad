package dev.cairn.sample.delayqueue;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class DelayQueueModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new DelayQueueModule();
    }
}
