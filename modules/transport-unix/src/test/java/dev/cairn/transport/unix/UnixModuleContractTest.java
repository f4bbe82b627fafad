package dev.cairn.transport.unix;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ModuleContract;

class UnixModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new UnixModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }
}
