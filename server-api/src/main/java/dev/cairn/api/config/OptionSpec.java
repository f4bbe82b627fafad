package dev.cairn.api.config;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The one declaration of an option: it feeds redis.conf, CONFIG GET, SET and REWRITE, {@code --help} and the sample configuration.
 *
 * <p>Built by one of the factories and then by its modifiers, before registration; not changed afterwards.
 *
 * @param <T> the value's type
 */
public final class OptionSpec<T> {
    /** A further condition on a value. */
    @FunctionalInterface
    public interface Check<T> {
        /** Refuses a value by throwing. */
        void check(T value) throws OptionError;
    }

    /** What makes a changed value effective, on the main thread. */
    @FunctionalInterface
    public interface Apply<T> {
        /** Applies the value; when it throws, the old value is put back and applied. */
        void apply(T value) throws OptionError;
    }

    private final String name;
    private final OptionType<T> type;
    private final T defaultValue;
    private final List<String> aliases = new ArrayList<>();
    private String doc = "";
    private boolean immutable;
    private boolean sensitive;
    private boolean hidden;
    private boolean guarded;
    private boolean rereads;
    private @Nullable Check<T> check;
    private @Nullable Apply<T> apply;
    private @Nullable String missingPart;

    private OptionSpec(String name, OptionType<T> type, T defaultValue) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
    }

    /** An option of a type of one's own. */
    public static <T> OptionSpec<T> of(String name, OptionType<T> type, T defaultValue) {
        return new OptionSpec<>(name, type, defaultValue);
    }

    /** An option that is {@code yes} or {@code no}. */
    public static OptionSpec<Boolean> flag(String name, boolean defaultValue) {
        return of(name, OptionTypes.FLAG, defaultValue);
    }

    /** An option that is an integer from {@code min} to {@code max}. */
    public static OptionSpec<Long> integer(String name, long defaultValue, long min, long max) {
        return of(name, OptionTypes.integer(min, max), defaultValue);
    }

    /** An option that is an amount of memory in bytes, with units such as {@code 64mb}, from {@code min} to {@code max}. */
    public static OptionSpec<Long> memory(String name, long defaultValue, long min, long max) {
        return of(name, OptionTypes.memory(min, max), defaultValue);
    }

    /** An option that is one of some words. */
    public static OptionSpec<String> choice(String name, String defaultValue, String... choices) {
        return of(name, OptionTypes.choice(choices), defaultValue);
    }

    /** An option that is a text of one word. */
    public static OptionSpec<String> text(String name, String defaultValue) {
        return of(name, OptionTypes.TEXT, defaultValue);
    }

    /** An option that is a list of words on one line. */
    public static OptionSpec<List<String>> words(String name, String... defaultValue) {
        return of(name, OptionTypes.WORDS, List.of(defaultValue));
    }

    /** The same option under the name {@code prefix.name}, unless it has that prefix already. Its aliases are prefixed alike. */
    public OptionSpec<T> prefixed(String prefix) {
        OptionSpec<T> copy = new OptionSpec<>(prefixed(prefix, name), type, defaultValue);
        aliases.forEach(a -> copy.aliases.add(prefixed(prefix, a)));
        copy.doc = doc;
        copy.immutable = immutable;
        copy.sensitive = sensitive;
        copy.hidden = hidden;
        copy.guarded = guarded;
        copy.rereads = rereads;
        copy.check = check;
        copy.apply = apply;
        copy.missingPart = missingPart;
        return copy;
    }

    private static String prefixed(String prefix, String name) {
        return name.startsWith(prefix + ".") ? name : prefix + "." + name;
    }

    /** Adds another name for the option. */
    public OptionSpec<T> alias(String other) {
        aliases.add(other);
        return this;
    }

    /** Sets the one line that tells what the option is for. */
    public OptionSpec<T> doc(String line) {
        doc = line;
        return this;
    }

    /** Forbids CONFIG SET. */
    public OptionSpec<T> immutable() {
        immutable = true;
        return this;
    }

    /** Keeps the value out of logs. */
    public OptionSpec<T> sensitive() {
        sensitive = true;
        return this;
    }

    /** Keeps the option out of patterns of CONFIG GET. */
    public OptionSpec<T> hidden() {
        hidden = true;
        return this;
    }

    /** Forbids CONFIG SET unless {@code enable-protected-configs} allows it. */
    public OptionSpec<T> guarded() {
        guarded = true;
        return this;
    }

    /** Applies a value of CONFIG SET also when it is the old one: it names something that may have changed, such as a file. */
    public OptionSpec<T> rereads() {
        rereads = true;
        return this;
    }

    /** Sets a further condition. */
    public OptionSpec<T> check(Check<T> condition) {
        check = condition;
        return this;
    }

    /** Sets what makes a value effective that was changed at run time. */
    public OptionSpec<T> onChange(Apply<T> action) {
        apply = action;
        return this;
    }

    /** Says that the option is only kept, because the given part does not exist in this server yet. */
    public OptionSpec<T> withoutEffect(String part) {
        missingPart = part;
        return this;
    }

    /** The name, lower case. */
    public String name() {
        return name;
    }

    /** How its values are written. */
    public OptionType<T> type() {
        return type;
    }

    /** The value when nothing is configured. */
    public T defaultValue() {
        return defaultValue;
    }

    /** Other names. */
    public List<String> aliases() {
        return List.copyOf(aliases);
    }

    /** One line on what it is for. */
    public String doc() {
        return doc;
    }

    /** Whether CONFIG SET is forbidden. */
    public boolean isImmutable() {
        return immutable;
    }

    /** Whether the value is kept out of logs. */
    public boolean isSensitive() {
        return sensitive;
    }

    /** Whether patterns of CONFIG GET skip it. */
    public boolean isHidden() {
        return hidden;
    }

    /** Whether CONFIG SET needs {@code enable-protected-configs}. */
    public boolean isGuarded() {
        return guarded;
    }

    /** Whether a value is applied also when it is the old one. */
    public boolean isReread() {
        return rereads;
    }

    /** The part that is missing for the option to have an effect, or null when it has one. */
    public @Nullable String missingPart() {
        return missingPart;
    }

    /** Refuses a value that does not meet the further condition. */
    public void check(T value) throws OptionError {
        if (check != null) {
            check.check(value);
        }
    }

    /** Makes a changed value effective. */
    public void apply(T value) throws OptionError {
        if (apply != null) {
            apply.apply(value);
        }
    }
}
