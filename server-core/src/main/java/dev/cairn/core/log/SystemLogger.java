package dev.cairn.core.log;

import java.util.MissingResourceException;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** A logger of the JDK that writes to {@link LogSink}. Any thread may use it. */
record SystemLogger(String name) implements System.Logger {
    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isLoggable(Level level) {
        return level != Level.OFF && LogSink.logs(own(level));
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
        if (isLoggable(level)) {
            LogSink.log(own(level), localized(bundle, message), thrown);
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object @Nullable... params) {
        if (isLoggable(level)) {
            String text = localized(bundle, format);
            LogSink.log(own(level), params == null || params.length == 0 ? text : fill(text, params));
        }
    }

    private static LogLevel own(Level level) {
        return switch (level) {
            case ALL, TRACE -> LogLevel.DEBUG;
            case DEBUG -> LogLevel.VERBOSE;
            case INFO -> LogLevel.NOTICE;
            case WARNING, ERROR -> LogLevel.WARNING;
            case OFF -> LogLevel.NOTHING;
        };
    }

    private static String localized(@Nullable ResourceBundle bundle, @Nullable String message) {
        if (bundle != null && message != null) {
            try {
                return bundle.getString(message);
            } catch (MissingResourceException e) {
                return message;
            }
        }
        return String.valueOf(message);
    }

    /** Puts parameters in the place of {@code {0}}, {@code {1}} …; a doubled quote becomes one, as with {@link java.text.MessageFormat}. */
    static String fill(String format, @Nullable Object[] params) {
        StringBuilder out = new StringBuilder(format.length() + 32);
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '\'' && i + 1 < format.length() && format.charAt(i + 1) == '\'') {
                out.append('\'');
                i++;
                continue;
            }
            int close = c == '{' ? format.indexOf('}', i) : -1;
            int index = close < 0 ? -1 : index(format, i + 1, close);
            if (index >= 0 && index < params.length) {
                out.append(params[index]);
                i = close;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** The number between two positions of a format, or -1 if there is none of at most three digits. */
    private static int index(String format, int from, int to) {
        int value = 0;
        if (from == to || to - from > 3) {
            return -1;
        }
        for (int i = from; i < to; i++) {
            int digit = format.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
