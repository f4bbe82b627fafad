package dev.cairn.sample.lease;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class LeaseModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new LeaseModule();
    }
}
