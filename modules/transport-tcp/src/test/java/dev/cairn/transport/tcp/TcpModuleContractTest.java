package dev.cairn.transport.tcp;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class TcpModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new TcpModule();
    }
}
