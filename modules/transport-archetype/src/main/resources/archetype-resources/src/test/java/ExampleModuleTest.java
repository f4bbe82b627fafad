package ${package};

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.sockets.SocketsModule;
import dev.cairn.testkit.ModuleContract;

class ExampleModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new ExampleModule();
    }

    @Override
    protected List<ServerModule> needs() {
        return List.of(new SocketsModule());
    }
}
