package dev.cairn.sample.websocket;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ModuleContract;

class WebSocketModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new WebSocketModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }
}
