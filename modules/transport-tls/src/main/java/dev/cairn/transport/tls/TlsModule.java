package dev.cairn.transport.tls;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import org.jspecify.annotations.Nullable;

/** The plug-in that lets clients connect by TLS. Main thread. */
public final class TlsModule implements ServerModule {
    private @Nullable TlsType type;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public TlsModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("transport-tls", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        TlsType tls = new TlsType(registrar);
        type = tls;
        registrar.connectionType(tls);
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
