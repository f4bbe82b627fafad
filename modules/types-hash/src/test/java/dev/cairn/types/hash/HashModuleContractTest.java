package dev.cairn.types.hash;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class HashModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new HashModule();
    }
}
