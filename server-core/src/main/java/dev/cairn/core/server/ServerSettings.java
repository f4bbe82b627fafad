package dev.cairn.core.server;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.cairn.api.command.CommandError;

/** What the configuration decides for the server's own work; changed on the main thread only. */
public final class ServerSettings {
    /** What {@link #replyPeakMillis} is at first. */
    public static final long REPLY_PEAK_MILLIS = 5000;
    /** The password of the default user, empty for none; one byte a character. */
    public String password = "";
    /** Whether connections from other hosts are refused while there is no password. */
    public boolean protectedMode = true;
    /** How often the cron runs a second. */
    public int hz = 10;
    /** Whether the cron runs more often with many clients. */
    public boolean dynamicHz = true;
    /** Whether the cron goes on with the growth of indexes. */
    public boolean activeRehashing = true;
    /** Ms after which the cron lets reply buffers shrink to what was used in that time, negative for never. */
    public long replyPeakMillis = REPLY_PEAK_MILLIS;
    /** Whether the cron changes the size of reply buffers. */
    public boolean replyResizing = true;
    /** The percentiles of the times of commands that INFO shows. */
    public List<Double> percentiles = List.of();
    /** Whether the cron does nothing, as DEBUG PAUSE-CRON asks for. */
    public boolean cronPaused;
    /** Ms of a command after which others are served with {@code BUSY} when it lets the server breathe; 0 for never. */
    public long busyReplyMillis = 5000;
    /** Who may use DEBUG: {@code yes}, {@code no} or {@code local}. */
    public String debugCommand = "no";
    /** Who may use MODULE: {@code yes}, {@code no} or {@code local}. */
    public String moduleCommand = "no";

    /** Why a protected command is refused, null when it is allowed. */
    @Nullable
    CommandError protection(CommandEntry e, ServerClient client) {
        boolean debug = e.wireName().startsWith("debug");
        String allowed = debug ? debugCommand : moduleCommand;
        if (allowed.equals("yes") || allowed.equals("local") && client.connection().loopback()) {
            return null;
        }
        String name = debug ? "DEBUG" : "MODULE";
        String option = debug ? "enable-debug-command" : "enable-module-command";
        return CommandError.err(
                name + " command not allowed. If the " + option + " option is set to \"local\", you can run it from a local connection,"
                        + " otherwise you need to set this option in the configuration file, and then restart the server.");
    }
}
