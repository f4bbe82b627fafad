package dev.cairn.transport.inprocess;

import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.StopReason;

/**
 * The plug-in that lets the application around an embedded server connect to it. It is not found on the module path: who embeds a server
 * makes one and keeps its {@link #transport}.
 */
public final class InProcessModule implements ServerModule {
    private final InProcessTransport transport = new InProcessTransport();

    /** Makes the module. */
    public InProcessModule() {
    }

    /** The transport to connect by. */
    public InProcessTransport transport() {
        return transport;
    }

    @Override
    public ModuleInfo info() {
        return ModuleInfo.of("transport-inprocess", 1);
    }

    @Override
    public void configure(Registrar registrar) {
        registrar.connectionType(transport);
    }

    @Override
    public void stop(StopReason reason) {
        transport.breakOff();
    }
}
