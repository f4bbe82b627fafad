package ${package};

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.SpiVersion;
import dev.cairn.api.StopReason;
import org.jspecify.annotations.Nullable;

/** The module that brings the transport. Main thread. */
public final class ExampleModule implements ServerModule {
    private @Nullable ExampleType type;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public ExampleModule() {
    }

    @Override
    public ModuleInfo info() {
        return new ModuleInfo("${artifactId}", 1, new SpiVersion(1, 0));
    }

    @Override
    public void configure(Registrar registrar) {
        ExampleType made = new ExampleType(registrar);
        registrar.connectionType(made);
        type = made;
    }

    @Override
    public void start(ModuleContext context) {
        if (type != null) {
            type.start(context);
        }
    }

    @Override
    public void stop(StopReason reason) {
        if (type != null) {
            type.stop();
        }
    }
}
