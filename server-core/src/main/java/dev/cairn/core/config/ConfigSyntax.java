package dev.cairn.core.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The syntax of redis.conf: how a line splits into arguments, how an argument is quoted, how a size is written. Pure functions.
 *
 * <p>Configuration is bytes, not characters. Here a byte string is a {@link String} whose every char is one byte (ISO-8859-1), so a
 * binary password or prefix survives; {@link #text} gives the UTF-8 reading of one, {@link #bytes(String)} its bytes.
 */
public final class ConfigSyntax {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private ConfigSyntax() {}

    /** The bytes of a byte string. */
    public static byte[] bytes(String byteString) {
        return byteString.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The byte string of some bytes. */
    public static String byteString(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The byte string of a text, by UTF-8. */
    public static String byteString(String text) {
        return byteString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text of a byte string, read as UTF-8; for path names and messages. */
    public static String text(String byteString) {
        return new String(bytes(byteString), StandardCharsets.UTF_8);
    }

    /**
     * Splits a line into arguments as Redis does: separated by white space; {@code "…"} with the escapes {@code \n \r \t \b \a \xHH} and
     * {@code \} before any other character; {@code '…'} with {@code \'} alone; a closing quote must end its argument.
     *
     * @return the arguments, or nothing if quotes are unbalanced
     */
    public static Optional<List<String>> split(String line) {
        int end = line.indexOf('\0');
        if (end < 0) {
            end = line.length();
        }
        List<String> args = new ArrayList<>();
        int p = 0;
        while (true) {
            while (p < end && isSpace(line.charAt(p))) {
                p++;
            }
            if (p == end) {
                return Optional.of(args);
            }
            StringBuilder arg = new StringBuilder();
            p = argument(line, p, end, arg);
            if (p < 0) {
                return Optional.empty();
            }
            args.add(arg.toString());
        }
    }

    /** Reads one argument from {@code p} on and returns the position after it, or -1 if its quotes are unbalanced. */
    private static int argument(String line, int p, int end, StringBuilder arg) {
        while (p < end) {
            char c = line.charAt(p);
            switch (c) {
                case ' ', '\n', '\r', '\t' -> {
                    return p + 1;
                }
                case '"', '\'' -> {
                    int close = c == '"' ? doubleQuoted(line, p + 1, end, arg) : singleQuoted(line, p + 1, end, arg);
                    if (close < 0 || (close + 1 < end && !isSpace(line.charAt(close + 1)))) {
                        return -1;
                    }
                    return close + 1;
                }
                default -> {
                    arg.append(c);
                    p++;
                }
            }
        }
        return p;
    }

    /** Reads up to the closing quote and returns its position, or -1 if there is none. */
    private static int doubleQuoted(String line, int p, int end, StringBuilder arg) {
        while (p < end) {
            char c = line.charAt(p);
            if (c == '"') {
                return p;
            }
            if (c == '\\' && p + 1 < end) {
                char escaped = line.charAt(p + 1);
                int high = escaped == 'x' && p + 3 < end ? hex(line.charAt(p + 2)) : -1;
                int low = high >= 0 ? hex(line.charAt(p + 3)) : -1;
                if (low >= 0) {
                    arg.append((char) (high << 4 | low));
                    p += 4;
                    continue;
                }
                arg.append(switch (escaped) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'b' -> '\b';
                    case 'a' -> '\u0007';
                    default -> escaped;
                });
                p += 2;
                continue;
            }
            arg.append(c);
            p++;
        }
        return -1;
    }

    private static int singleQuoted(String line, int p, int end, StringBuilder arg) {
        while (p < end) {
            char c = line.charAt(p);
            if (c == '\'') {
                return p;
            }
            if (c == '\\' && p + 1 < end && line.charAt(p + 1) == '\'') {
                arg.append('\'');
                p += 2;
                continue;
            }
            arg.append(c);
            p++;
        }
        return -1;
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    /** A byte string in double quotes, in printable ASCII, such that {@link #split} gives it back; as CONFIG REWRITE writes values. */
    public static String quote(String byteString) {
        StringBuilder out = new StringBuilder(byteString.length() + 2).append('"');
        for (int i = 0; i < byteString.length(); i++) {
            char c = byteString.charAt(i);
            switch (c) {
                case '\\', '"' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\u0007' -> out.append("\\a");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c >= 0x20 && c < 0x7f) {
                        out.append(c);
                    } else {
                        out.append("\\x").append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    /** A byte string as it is if {@link #split} reads it back as one argument, else in quotes. */
    public static String quoteIfNeeded(String byteString) {
        boolean plain = !byteString.isEmpty() && byteString.charAt(0) != '#';
        for (int i = 0; plain && i < byteString.length(); i++) {
            char c = byteString.charAt(i);
            plain = c > 0x20 && c < 0x7f && c != '"' && c != '\'' && c != '\\';
        }
        return plain ? byteString : quote(byteString);
    }

    /**
     * Reads a memory size in bytes: digits and one of the units b, k (1000), kb (1024), m, mb, g, gb, in any case. As with Redis, no digits
     * at all are zero.
     *
     * @throws NumberFormatException if it is no size, or not below 2^63
     */
    public static long memory(String size) {
        int digits = 0;
        while (digits < size.length() && size.charAt(digits) >= '0' && size.charAt(digits) <= '9') {
            digits++;
        }
        long unit = switch (size.substring(digits).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1L;
            case "k" -> 1000L;
            case "kb" -> 1024L;
            case "m" -> 1000L * 1000;
            case "mb" -> 1024L * 1024;
            case "g" -> 1000L * 1000 * 1000;
            case "gb" -> 1024L * 1024 * 1024;
            default -> throw badMemory(size);
        };
        try {
            return digits == 0 ? 0 : Math.multiplyExact(Long.parseLong(size, 0, digits, 10), unit);
        } catch (ArithmeticException | NumberFormatException e) {
            throw badMemory(size);
        }
    }

    private static NumberFormatException badMemory(String size) {
        return new NumberFormatException("'" + size + "' is not a memory size such as 1024, 100mb or 1gb");
    }

    /** Whether a value is written as a percentage, for the options that allow one. */
    public static boolean isPercentage(String value) {
        return value.length() > 1 && value.charAt(value.length() - 1) == '%';
    }

    /**
     * Reads a percentage such as {@code 20%} and returns its number, 0 or more.
     *
     * @throws NumberFormatException if it is none
     */
    public static int percentage(String value) {
        if (!isPercentage(value) || value.charAt(0) == '-' || value.charAt(0) == '+') {
            throw new NumberFormatException("'" + value + "' is not a percentage such as 20%");
        }
        return Integer.parseInt(value, 0, value.length() - 1, 10);
    }

    /** A size in bytes with the largest unit (gb, mb, kb) that divides it, as CONFIG REWRITE writes sizes. */
    public static String formatMemory(long bytes) {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "gb";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "mb";
        }
        if (bytes != 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "kb";
        }
        return Long.toString(bytes);
    }
}
