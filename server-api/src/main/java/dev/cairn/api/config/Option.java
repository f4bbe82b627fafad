package dev.cairn.api.config;

/**
 * The handle of a declared option. Readable on any thread; the value is bound from {@link dev.cairn.api.ServerModule#start} on and holds
 * the default before.
 */
public interface Option<T> {
    /** The declaration. */
    OptionSpec<T> spec();

    /** The value now. */
    T value();
}
