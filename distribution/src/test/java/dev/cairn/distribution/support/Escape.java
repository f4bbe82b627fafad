package dev.cairn.distribution.support;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints bytes so that a person can read them and paste them into a redis-cli session. */
public final class Escape {
    private Escape() {
    }

    /** ISO 8859-1 text with everything unprintable escaped, cut after that many characters. */
    public static String text(String latin1, int limit) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < latin1.length() && i < limit; i++) {
            char c = latin1.charAt(i);
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c >= ' ' && c < 127) {
                        out.append(c);
                    } else {
                        out.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
                    }
                }
            }
        }
        return latin1.length() > limit ? out + "… (" + latin1.length() + " bytes)" : out.toString();
    }

    /** Bytes, escaped as {@link #text} does. */
    public static String bytes(byte[] bytes, int limit) {
        return text(new String(bytes, StandardCharsets.ISO_8859_1), limit);
    }

    /** A command with each argument in quotes where it needs them. */
    public static String command(List<byte[]> arguments) {
        return arguments.stream().map(Escape::argument).collect(Collectors.joining(" "));
    }

    private static String argument(byte[] argument) {
        String printed = bytes(argument, 120);
        boolean plain = !printed.isEmpty() && printed.chars().noneMatch(c -> c == ' ' || c == '\\' || c == '"' || c == '\'' || c == '(');
        return plain ? printed : '"' + printed + '"';
    }
}
