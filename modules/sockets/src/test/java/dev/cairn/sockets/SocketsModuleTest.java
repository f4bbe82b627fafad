package dev.cairn.sockets;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class SocketsModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new SocketsModule();
    }
}
