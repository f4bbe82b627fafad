package dev.cairn.transport.unix;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;
import dev.cairn.sockets.Sockets;
import org.jspecify.annotations.Nullable;

/** The plug-in that lets clients connect by a Unix socket. Main thread. */
public final class UnixModule implements ServerModule {
    private @Nullable UnixType type;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public UnixModule() {
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("transport-unix", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        UnixType unix = new UnixType(registrar);
        type = unix;
        registrar.connectionType(unix);
    }

    @Override
    public void start(ModuleContext context) {
        if (type != null) {
            type.start(Sockets.of(context), context.directory());
        }
    }

    @Override
    public void stop(StopReason reason) {
        if (type != null) {
            type.stop();
        }
    }
}
