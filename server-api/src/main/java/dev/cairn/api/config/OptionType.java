package dev.cairn.api.config;

import java.util.List;

/** How an option's value is written in words of redis.conf and back. Strings hold one byte a character (ISO 8859-1). Stateless. */
public interface OptionType<T> {
    /**
     * Reads a value.
     *
     * @param words the words after the option's name; one for CONFIG SET, where {@link #splitsWords} says what becomes of spaces
     * @param before the value before this line, for options that add up over several lines
     * @throws OptionError with what is wanted
     */
    T parse(List<String> words, T before) throws OptionError;

    /** The value as CONFIG GET shows it. */
    String format(T value);

    /** The value as lines for CONFIG REWRITE, each the words after the name; one line by default. */
    default List<List<String>> lines(T value) {
        return List.of(List.of(format(value)));
    }

    /** Whether a single word given by CONFIG SET is split at spaces like a line of a file. */
    default boolean splitsWords() {
        return false;
    }

    /** Whether lines of a configuration file add to the value instead of replacing it, once the first has replaced the default. */
    default boolean accumulates() {
        return false;
    }
}
