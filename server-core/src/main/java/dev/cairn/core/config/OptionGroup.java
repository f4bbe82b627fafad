package dev.cairn.core.config;

import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionSpec;

/** Options of one module that are fields, each declared by its initializer. */
abstract class OptionGroup {
    private final Options options;
    private final String module;

    OptionGroup(Options options, String module) {
        this.options = options;
        this.module = module;
    }

    /** Declares an option. */
    final <T> Option<T> declare(OptionSpec<T> spec) {
        return options.declare(spec, module);
    }
}
