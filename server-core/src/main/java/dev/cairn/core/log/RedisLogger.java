package dev.cairn.core.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** An SLF4J logger that writes lines in Redis' format to {@link LogSink}. Any thread may use it. */
final class RedisLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    /** What the parts of the server tell an operator is news; what a library of theirs tells is for who looks closely. */
    private final boolean library;

    RedisLogger(String name) {
        this.name = name;
        this.library = name.startsWith("net.openhft.");
    }

    @Override
    public boolean isTraceEnabled() {
        return LogSink.logs(LogLevel.DEBUG);
    }

    @Override
    public boolean isDebugEnabled() {
        return LogSink.logs(LogLevel.VERBOSE);
    }

    @Override
    public boolean isInfoEnabled() {
        return LogSink.logs(library ? LogLevel.DEBUG : LogLevel.NOTICE);
    }

    @Override
    public boolean isWarnEnabled() {
        return LogSink.logs(LogLevel.WARNING);
    }

    @Override
    public boolean isErrorEnabled() {
        return LogSink.logs(LogLevel.WARNING);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        LogLevel own = switch (level) {
            case TRACE -> LogLevel.DEBUG;
            case DEBUG -> LogLevel.VERBOSE;
            case INFO -> library ? LogLevel.DEBUG : LogLevel.NOTICE;
            case WARN, ERROR -> LogLevel.WARNING;
        };
        String text = arguments == null ? message : MessageFormatter.basicArrayFormat(message, arguments);
        LogSink.log(own, text == null ? "null" : text, thrown);
    }
}
