package dev.cairn.types.list;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class ListModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new ListModule();
    }
}
