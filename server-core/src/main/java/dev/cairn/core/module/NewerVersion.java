package dev.cairn.core.module;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.ServerModule;

/**
 * What is to take a running module's place.
 *
 * @param module the newer version
 * @param origin where it comes from, for messages
 * @param layer the layer that it was read into, null if it has none of its own
 */
record NewerVersion(ServerModule module, String origin, @Nullable PluginLayer layer) {
    static NewerVersion of(PluginLayer layer) {
        return new NewerVersion(layer.module(), layer.origin().toString(), layer);
    }

    /** Lets go of its layer. */
    void close() {
        if (layer != null) {
            layer.close();
        }
    }
}
