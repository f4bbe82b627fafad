package dev.cairn.types.string;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class StringModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new StringModule();
    }
}
