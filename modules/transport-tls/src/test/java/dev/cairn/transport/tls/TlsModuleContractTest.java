package dev.cairn.transport.tls;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ModuleContract;

class TlsModuleContractTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new TlsModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }
}
