package ${package};

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.ModuleContract;

class CappedModuleTest extends ModuleContract {
    @Override
    protected ServerModule module() {
        return new CappedModule();
    }
}
