package dev.cairn.core.config;

import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import java.util.List;

/** An option with its value and the module it belongs to. The value is read by any thread and written by the main thread. */
final class DeclaredOption<T> implements Option<T> {
    private final OptionSpec<T> spec;
    private final String module;
    private volatile T value;
    private boolean configured;

    DeclaredOption(OptionSpec<T> spec, String module) {
        this.spec = spec;
        this.module = module;
        value = spec.defaultValue();
    }

    @Override
    public OptionSpec<T> spec() {
        return spec;
    }

    @Override
    public T value() {
        return value;
    }

    /** The module that declared it. */
    String module() {
        return module;
    }

    /** Whether a configuration file or the command line has set it. */
    boolean configured() {
        return configured;
    }

    /** The value as CONFIG GET shows it. */
    String formatted() {
        return spec.type().format(value);
    }

    /** The lines of the value for CONFIG REWRITE. */
    List<List<String>> lines() {
        return spec.type().lines(value);
    }

    /** The lines that the default value would have. */
    List<List<String>> defaultLines() {
        return spec.type().lines(spec.defaultValue());
    }

    /** Takes a line of configuration. */
    void load(List<String> words) throws OptionError {
        T line = checked(words);
        value = configured ? spec.type().add(value, line) : line;
        configured = true;
    }

    /** Sets a value of CONFIG SET, without applying it, and returns what undoes it. */
    Change<T> set(String text) throws OptionError {
        T before = value;
        T after = checked(spec.type().splitsWords() ? words(text) : List.of(text));
        value = after;
        return new Change<>(this, before, spec.isReread() || !after.equals(before));
    }

    /** Whether its value is not just the default that nobody has chosen. */
    boolean wasSet() {
        return configured || !value.equals(spec.defaultValue());
    }

    /** Takes over the value of another option, as far as it can be said in words. */
    void take(DeclaredOption<?> other) throws OptionError {
        value = checked(spec.type().splitsWords() ? words(other.formatted()) : List.of(other.formatted()));
        configured = other.configured;
    }

    private T checked(List<String> words) throws OptionError {
        T parsed = spec.type().parse(words, value);
        spec.check(parsed);
        return parsed;
    }

    /** The words between single spaces; two spaces have an empty word between them, an empty text has none at all. */
    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }

    /** A value that CONFIG SET has replaced. */
    record Change<T>(DeclaredOption<T> option, T before, boolean matters) {
        /** Makes the new value effective, unless it is the old one and that says nothing new. */
        void apply() throws OptionError {
            if (matters) {
                option.spec.apply(option.value);
            }
        }

        /** Puts the old value back. */
        void restore() {
            option.value = before;
        }
    }
}
