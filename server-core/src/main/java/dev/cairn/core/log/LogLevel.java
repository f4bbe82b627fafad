package dev.cairn.core.log;

import java.util.Locale;
import java.util.Optional;

/** The levels of the option {@code loglevel}, from the most talkative on. */
public enum LogLevel {
    /** Everything; SLF4J's trace. */
    DEBUG('.', 7),
    /** Much that is rarely useful; SLF4J's debug. */
    VERBOSE('-', 6),
    /** What an operator wants to know in production; SLF4J's info. */
    NOTICE('*', 5),
    /** What matters; SLF4J's warn and error. */
    WARNING('#', 4),
    /** Nothing at all. */
    NOTHING(' ', 0);

    private final char mark;
    private final int severity;

    LogLevel(char mark, int severity) {
        this.mark = mark;
        this.severity = severity;
    }

    /** The mark of a line of this level. */
    char mark() {
        return mark;
    }

    /** The severity that syslog knows for it. */
    int severity() {
        return severity;
    }

    /** The level's name as the option spells it. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The level of an option's value, in any case. */
    public static Optional<LogLevel> of(String name) {
        for (LogLevel level : values()) {
            if (level.name().equalsIgnoreCase(name)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
