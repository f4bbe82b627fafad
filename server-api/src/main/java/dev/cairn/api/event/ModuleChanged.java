package dev.cairn.api.event;

import dev.cairn.api.ModuleInfo;

/**
 * A module was loaded or unloaded.
 *
 * @param module the module
 * @param loaded true when it was loaded
 */
public record ModuleChanged(ModuleInfo module, boolean loaded) {
}
