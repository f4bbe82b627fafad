package dev.cairn.transport.tcp;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ModuleContract;

class TcpModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new TcpModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }
}
