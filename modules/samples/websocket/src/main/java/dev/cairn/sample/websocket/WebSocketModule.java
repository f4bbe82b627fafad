package dev.cairn.sample.websocket;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.SpiVersion;
import dev.cairn.api.StopReason;

/** The module {@code websocket}, which lets clients connect by WebSocket. Main thread. */
public final class WebSocketModule implements ServerModule {
    private @Nullable WebSocketType type;

    /** Makes the module; called by {@link java.util.ServiceLoader}. */
    public WebSocketModule() {
    }

    @Override
    public ModuleInfo info() {
        return new ModuleInfo("websocket", 1, new SpiVersion(1, 0));
    }

    @Override
    public void configure(Registrar registrar) {
        WebSocketType made = new WebSocketType(registrar);
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
