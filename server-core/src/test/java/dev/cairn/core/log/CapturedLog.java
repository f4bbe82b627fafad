package dev.cairn.core.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Takes the log instead of standard output until it is closed, at level debug. */
public final class CapturedLog implements AutoCloseable {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final LogLevel before = LogSink.level();

    /** Starts to take the log. */
    public CapturedLog() {
        LogSink.level(LogLevel.DEBUG);
        LogSink.redirect(bytes, null);
    }

    /** All that was written. */
    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Each line from its level mark on, such as {@code # WARNING …}. */
    public List<String> messages() {
        return text().lines().map(line -> line.replaceFirst("^\\d+:[A-Z] \\d\\d \\w{3} \\d{4} [\\d:.]{12} ", "")).toList();
    }

    @Override
    public void close() {
        LogSink.redirect(null, null);
        LogSink.level(before);
    }
}
