package dev.cairn.resp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The grammar of requests written down as plainly as can be, to compare {@link RequestParser} with. */
final class NaiveParser {
    final List<List<String>> commands = new ArrayList<>();
    String error = "";
    private final String s;
    private final long maxBulk;
    private final boolean limited;
    private int at;

    NaiveParser(byte[] bytes, long maxBulk, boolean limited) {
        this.s = new String(bytes, StandardCharsets.ISO_8859_1);
        this.maxBulk = maxBulk;
        this.limited = limited;
        while (at < s.length() && error.isEmpty() && command()) {
            continue;
        }
    }

    int consumed() {
        return at;
    }

    private boolean fail(String text) {
        error = "Protocol error: " + text;
        return false;
    }

    private boolean command() {
        return s.charAt(at) == '*' ? multibulk() : inline();
    }

    private Optional<Long> number(String text) {
        return text.matches("0|-?[1-9][0-9]{0,17}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private boolean multibulk() {
        int cr = s.indexOf('\r', at);
        if (cr < 0 || cr - at > 65536) {
            return s.length() - at > 65536 && fail("too big mbulk count string");
        }
        if (cr + 1 >= s.length()) {
            return false;
        }
        Optional<Long> n = number(s.substring(at + 1, cr));
        if (n.isEmpty() || n.get() > Integer.MAX_VALUE) {
            return fail("invalid multibulk length");
        }
        if (n.get() > 10 && limited) {
            return fail("unauthenticated multibulk length");
        }
        int p = cr + 2;
        List<String> arguments = new ArrayList<>();
        for (long i = 0; i < n.get(); i++) {
            cr = s.indexOf('\r', p);
            if (cr < 0 || cr - p > 65536) {
                return s.length() - p > 65536 && fail("too big bulk count string");
            }
            if (cr + 1 >= s.length()) {
                return false;
            }
            if (s.charAt(p) != '$') {
                return fail("expected '$', got '" + s.charAt(p) + "'");
            }
            Optional<Long> length = number(s.substring(p + 1, cr));
            if (length.isEmpty() || length.get() < 0 || length.get() > maxBulk) {
                return fail("invalid bulk length");
            }
            if (length.get() > 16384 && limited) {
                return fail("unauthenticated bulk length");
            }
            long end = cr + 2 + length.get();
            if (end + 2 > s.length()) {
                return false;
            }
            arguments.add(s.substring(cr + 2, (int) end));
            p = (int) end + 2;
        }
        if (!arguments.isEmpty()) {
            commands.add(arguments);
        }
        at = p;
        return true;
    }

    private boolean inline() {
        int lf = s.indexOf('\n', at);
        if (lf < 0 || lf - at > 65536) {
            return s.length() - at > 65536 && fail("too big inline request");
        }
        String line = s.substring(at, lf > at && s.charAt(lf - 1) == '\r' ? lf - 1 : lf);
        List<String> words = new ArrayList<>();
        int p = 0;
        while (true) {
            while (p < line.length() && space(line.charAt(p))) {
                p++;
            }
            if (p == line.length()) {
                break;
            }
            StringBuilder word = new StringBuilder();
            p = word(line, p, word);
            if (p < 0) {
                return fail("unbalanced quotes in request");
            }
            words.add(word.toString());
        }
        if (!words.isEmpty()) {
            commands.add(words);
        }
        at = lf + 1;
        return true;
    }

    private static boolean space(char c) {
        return " \t\n\u000b\f\r".indexOf(c) >= 0;
    }

    private static int word(String line, int from, StringBuilder word) {
        int p = from;
        char quote = 0;
        while (p < line.length()) {
            char c = line.charAt(p);
            if (quote == 0) {
                if (" \n\r\t".indexOf(c) >= 0) {
                    return p;
                }
                p++;
                if (c == '"' || c == '\'') {
                    quote = c;
                } else {
                    word.append(c);
                }
            } else if (c == quote) {
                return p + 1 < line.length() && !space(line.charAt(p + 1)) ? -1 : p + 1;
            } else if (quote == '"' && line.substring(p).matches("(?s)\\\\x[0-9a-fA-F]{2}.*")) {
                word.append((char) Integer.parseInt(line, p + 2, p + 4, 16));
                p += 4;
            } else if (quote == '"' && c == '\\' && p + 1 < line.length()) {
                char e = line.charAt(p + 1);
                int known = "nrtba".indexOf(e);
                word.append(known < 0 ? e : "\n\r\t\b\u0007".charAt(known));
                p += 2;
            } else if (quote == '\'' && line.startsWith("\\'", p)) {
                word.append('\'');
                p += 2;
            } else {
                word.append(c);
                p++;
            }
        }
        return quote == 0 ? p : -1;
    }
}
