package dev.cairn.api.config;

import java.util.List;

/** How an option's value is written in words of redis.conf and back. Strings hold one byte a character (ISO 8859-1). Stateless. */
public interface OptionType<T> {
    /**
     * Reads a value.
     *
     * @param words the words after the option's name; CONFIG SET gives one, or none or more when {@link #splitsWords}
     * @param before the value before this line, for options of which a line sets only a part
     * @throws OptionError with what is wanted
     */
    T parse(List<String> words, T before) throws OptionError;

    /** The value as CONFIG GET shows it. */
    String format(T value);

    /** The value as lines for CONFIG REWRITE, each the words after the name; one line by default, none to leave it out. */
    default List<List<String>> lines(T value) {
        return List.of(List.of(format(value)));
    }

    /** Whether a single word given by CONFIG SET is split at spaces like a line of a file. */
    default boolean splitsWords() {
        return false;
    }

    /**
     * The value of several lines of a configuration file: of those so far and one more. A line replaces those before it by default; the
     * default value of the option is never among them.
     */
    default T add(T soFar, T line) {
        return line;
    }
}
