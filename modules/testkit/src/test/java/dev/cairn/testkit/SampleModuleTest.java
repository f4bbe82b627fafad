package dev.cairn.testkit;

import dev.cairn.api.ServerModule;

class SampleModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new SampleModule();
    }
}
