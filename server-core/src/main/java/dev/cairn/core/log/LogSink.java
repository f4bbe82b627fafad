package dev.cairn.core.log;

import dev.cairn.core.os.Posix;
import dev.cairn.core.os.PosixException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * Where log lines end: standard output or a file, and syslog beside it. Any thread may log and change the settings.
 *
 * <p>A line is {@code PID:ROLE DAY MON YEAR HH:MM:SS.mmm MARK message}, as in Redis: role M (master), S (replica), C (child) or X
 * (sentinel); local time; months in English. It is put together in one buffer under the lock and written by one call, so that lines
 * never mix.
 *
 * <p>Redis opens its log file for each line, so a rotated file is left at once. Here the file stays open, which a process short of file
 * descriptors survives, and before each line its identity is compared with the file of that name: a renamed, deleted or replaced file is
 * reopened, by name, right then.
 */
public final class LogSink {
    private static final byte[] MONTHS = ascii("JanFebMarAprMayJunJulAugSepOctNovDec");
    private static final long HALF_HOUR = 1_800_000;
    private static final String SYSLOG_SOCKET = "/dev/log";
    private static final int LOCAL0 = 16 << 3;

    /** Ordinal of the lowest level that is logged. */
    private static volatile int threshold = LogLevel.NOTICE.ordinal();

    private static final Object LOCK = new Object();
    private static byte[] buffer = new byte[512];
    private static int length;
    private static byte[] pid = new byte[0];
    private static byte role = 'M';
    private static @Nullable OutputStream stdout;

    private static @Nullable Path file;
    private static @Nullable OutputStream open;
    private static @Nullable Object openKey;

    private static @Nullable String syslogIdent;
    private static int syslogFacility = LOCAL0;
    private static String syslogSocket = SYSLOG_SOCKET;

    /** The half hour of the cached offset: no time zone changes its offset inside one. */
    private static long offsetSlot = Long.MIN_VALUE;

    private static long offsetMillis;
    private static final boolean UTC = isUtc();

    private LogSink() {}

    /** The lowest level that is logged. */
    public static LogLevel level() {
        return LogLevel.values()[threshold];
    }

    /** Sets the lowest level that is logged. */
    public static void level(LogLevel level) {
        threshold = level.ordinal();
    }

    /** Whether a message of this level would be logged. */
    public static boolean logs(LogLevel level) {
        return level.ordinal() >= threshold;
    }

    /** Sets the role letter: M for a master, S for a replica, X for a sentinel. */
    public static void role(char letter) {
        synchronized (LOCK) {
            role = (byte) letter;
        }
    }

    /**
     * Logs to a file from now on, appending.
     *
     * @throws IOException if it cannot be opened for appending; the former destination then stays
     */
    public static void file(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        synchronized (LOCK) {
            OutputStream opened = new FileOutputStream(absolute.toFile(), true);
            closeFile();
            file = absolute;
            open = opened;
            openKey = key(absolute);
        }
    }

    /** Logs to standard output from now on, as in the beginning. */
    public static void standardOutput() {
        synchronized (LOCK) {
            closeFile();
            file = null;
        }
    }

    /** The log file, if the log goes to one. */
    public static Optional<Path> file() {
        synchronized (LOCK) {
            return Optional.ofNullable(file);
        }
    }

    /**
     * Sends each line to syslog too from now on.
     *
     * @param ident the name in front of each line
     * @param facility {@code user} or {@code local0} to {@code local7}, in any case
     * @throws IllegalArgumentException for another facility
     */
    public static void syslog(String ident, String facility) {
        int code = facilityCode(facility);
        synchronized (LOCK) {
            syslogIdent = ident;
            syslogFacility = code;
        }
    }

    /** Sends nothing more to syslog. */
    public static void syslogOff() {
        synchronized (LOCK) {
            syslogIdent = null;
        }
    }

    /** Whether lines go to syslog too. */
    public static boolean syslogEnabled() {
        synchronized (LOCK) {
            return syslogIdent != null;
        }
    }

    /** Logs a message, if its level is logged. */
    public static void log(LogLevel level, String message) {
        log(level, message, null);
    }

    /** Logs a message and the stack trace of what was thrown, if the level is logged. */
    public static void log(LogLevel level, String message, @Nullable Throwable thrown) {
        if (level == LogLevel.NOTHING || !logs(level)) {
            return;
        }
        String text = thrown == null ? message : message + System.lineSeparator() + trace(thrown);
        synchronized (LOCK) {
            length = 0;
            prefix(System.currentTimeMillis(), level);
            append(text);
            put('\n');
            write();
            if (syslogIdent != null) {
                syslog(syslogIdent, level, text);
            }
        }
    }

    /** Writes text of level notice as it stands, without prefix or line end of its own, and not to syslog. */
    public static void raw(String text) {
        raw(LogLevel.NOTICE, text);
    }

    /** Writes text of a level as it stands, without prefix or line end of its own, and not to syslog. */
    public static void raw(LogLevel level, String text) {
        if (!logs(level)) {
            return;
        }
        synchronized (LOCK) {
            length = 0;
            append(text);
            write();
        }
    }

    /** The stack trace of a throwable, its lines ended but the last. */
    private static String trace(Throwable thrown) {
        StringWriter out = new StringWriter();
        thrown.printStackTrace(new PrintWriter(out));
        return out.toString().stripTrailing();
    }

    /** Replaces standard output and the syslog socket; for tests, null restores them. */
    static void redirect(@Nullable OutputStream out, @Nullable String socket) {
        synchronized (LOCK) {
            stdout = out;
            syslogSocket = socket == null ? SYSLOG_SOCKET : socket;
        }
    }

    private static void write() {
        try {
            destination().write(buffer, 0, length);
        } catch (IOException e) {
            // A full disk or a closed pipe must not stop the server, and there is nowhere to say so.
            length = 0;
        }
        if (buffer.length > 1 << 16) {
            buffer = new byte[512];
        }
    }

    private static OutputStream destination() {
        Path path = file;
        if (path == null) {
            OutputStream out = stdout;
            if (out == null) {
                out = new FileOutputStream(FileDescriptor.out);
                stdout = out;
            }
            return out;
        }
        OutputStream current = Objects.requireNonNull(open);
        Object now = key(path);
        if (now == null || !now.equals(openKey)) {
            try {
                OutputStream fresh = new FileOutputStream(path.toFile(), true);
                closeFile();
                open = fresh;
                openKey = key(path);
                return fresh;
            } catch (IOException e) {
                // The directory may be gone or descriptors may be short: the file that is open still takes the lines.
                return current;
            }
        }
        return current;
    }

    private static @Nullable Object key(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static void closeFile() {
        OutputStream out = open;
        open = null;
        openKey = null;
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                // Nothing is buffered, so nothing is lost.
                return;
            }
        }
    }

    private static void prefix(long utcMillis, LogLevel level) {
        if (pid.length == 0) {
            pid = ascii(Long.toString(Posix.pid()));
        }
        put(pid, 0, pid.length);
        put(':');
        put(role);
        put(' ');
        time(utcMillis + offset(utcMillis));
        put(' ');
        put(level.mark());
        put(' ');
    }

    /** Appends a local time in milliseconds as {@code 21 Nov 2026 10:31:11.123}. */
    private static void time(long localMillis) {
        long days = Math.floorDiv(localMillis, 86_400_000L);
        int ms = (int) Math.floorMod(localMillis, 86_400_000L);
        // Civil date of a day number, by counting from 1 March 0000 in eras of 400 years (Howard Hinnant, chrono-compatible dates).
        long z = days + 719_468;
        long era = Math.floorDiv(z, 146_097L);
        int doe = (int) (z - era * 146_097);
        int yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        int mp = (5 * doy + 2) / 153;
        int day = doy - (153 * mp + 2) / 5 + 1;
        int month = mp < 10 ? mp + 3 : mp - 9;
        int year = (int) (yoe + era * 400) + (month <= 2 ? 1 : 0);
        two(day);
        put(' ');
        put(MONTHS, 3 * (month - 1), 3);
        put(' ');
        two(year / 100);
        two(year % 100);
        put(' ');
        two(ms / 3_600_000);
        put(':');
        two(ms / 60_000 % 60);
        put(':');
        two(ms / 1000 % 60);
        put('.');
        put('0' + ms / 100 % 10);
        two(ms % 100);
    }

    /** A point in time as a log line has it; for tests. */
    static String format(long localMillis) {
        synchronized (LOCK) {
            length = 0;
            time(localMillis);
            return new String(buffer, 0, length, StandardCharsets.US_ASCII);
        }
    }

    private static long offset(long utcMillis) {
        if (UTC) {
            return 0;
        }
        long slot = Math.floorDiv(utcMillis, HALF_HOUR);
        if (slot != offsetSlot) {
            offsetMillis = TimeZone.getDefault().getOffset(utcMillis);
            offsetSlot = slot;
        }
        return offsetMillis;
    }

    /** Whether local time is plainly UTC, which spares the start-up the loading of the time zone data. */
    private static boolean isUtc() {
        if (System.getProperty("user.timezone", "").length() > 0) {
            return false;
        }
        String tz = System.getenv("TZ");
        if (tz != null && !tz.isEmpty()) {
            return tz.equals("UTC") || tz.equals(":UTC") || tz.equals("UTC0") || tz.equals("Etc/UTC");
        }
        Path localtime = Path.of("/etc/localtime");
        if (!Files.exists(localtime)) {
            return true;
        }
        try {
            return Files.isSymbolicLink(localtime) && Files.readSymbolicLink(localtime).endsWith("UTC");
        } catch (IOException e) {
            return false;
        }
    }

    private static void syslog(String ident, LogLevel level, String text) {
        StringBuilder line = new StringBuilder(text.length() + 64);
        line.append('<').append(syslogFacility | level.severity()).append('>');
        length = 0;
        long now = System.currentTimeMillis();
        time(now + offset(now));
        String stamp = new String(buffer, 0, length, StandardCharsets.US_ASCII);
        line.append(stamp, 3, 6)
                .append(' ')
                .append(stamp.charAt(0) == '0' ? ' ' : stamp.charAt(0))
                .append(stamp.charAt(1))
                .append(stamp, 11, 20);
        line.append(' ')
                .append(ident)
                .append('[')
                .append(new String(pid, StandardCharsets.US_ASCII))
                .append("]: ")
                .append(text);
        try {
            Posix.sendDatagram(syslogSocket, line.toString().getBytes(StandardCharsets.UTF_8), true);
        } catch (PosixException e) {
            // As with syslog(3), a line is lost if nobody listens or the listener is behind.
            return;
        }
    }

    private static int facilityCode(String facility) {
        String name = facility.toLowerCase(Locale.ROOT);
        if (name.equals("user")) {
            return 1 << 3;
        }
        if (name.length() == 6 && name.startsWith("local") && name.charAt(5) >= '0' && name.charAt(5) <= '7') {
            return LOCAL0 + ((name.charAt(5) - '0') << 3);
        }
        throw new IllegalArgumentException("Invalid syslog facility '" + facility + "', expected user or local0 to local7");
    }

    private static void append(String text) {
        int n = text.length();
        reserve(n);
        for (int i = 0; i < n; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                put(rest, 0, rest.length);
                return;
            }
            buffer[length++] = (byte) c;
        }
    }

    private static void two(int value) {
        put('0' + value / 10);
        put('0' + value % 10);
    }

    private static void put(int c) {
        reserve(1);
        buffer[length++] = (byte) c;
    }

    private static void put(byte[] bytes, int from, int n) {
        reserve(n);
        System.arraycopy(bytes, from, buffer, length, n);
        length += n;
    }

    private static void reserve(int n) {
        if (buffer.length - length < n) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + n));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
