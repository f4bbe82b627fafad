package dev.cairn.core.config;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.Glob;

/** {@link Glob} over strings of one byte a character, as names of options and commands are. */
public final class StringMatch {
    private StringMatch() {
    }

    /** Whether CONFIG GET takes a text for a pattern. */
    static boolean hasWildcard(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    /** Whether a text matches a pattern; takes time in the product of their lengths at most. */
    public static boolean matches(String pattern, String text, boolean ignoreCase) {
        return Glob.of(bytes(pattern, ignoreCase)).matches(bytes(text, ignoreCase));
    }

    private static Bytes bytes(String text, boolean lowerCase) {
        return Bytes.of((lowerCase ? text.toLowerCase(Locale.ROOT) : text).getBytes(StandardCharsets.ISO_8859_1));
    }
}
