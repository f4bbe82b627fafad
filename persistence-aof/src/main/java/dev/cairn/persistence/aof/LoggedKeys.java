package dev.cairn.persistence.aof;

import java.util.List;
import java.util.Locale;

import dev.cairn.api.command.Bytes;
import dev.cairn.resp.Glob;

/**
 * Where the keys are in a command as the log has it. The log has only commands that write, and of each the form that repeats best, so the
 * few shapes below are all; a command that is not known counts as one whose first argument is its key. Safe on any thread.
 */
final class LoggedKeys {
    private LoggedKeys() {
    }

    /** Whether a command names a key that matches, or concerns all keys. */
    static boolean any(Command command, Glob pattern) {
        List<byte[]> words = command.words();
        int size = words.size();
        return switch (command.name().toUpperCase(Locale.ROOT)) {
            case "FLUSHALL", "FLUSHDB", "SWAPDB" -> true;
            case "MULTI", "EXEC", "SELECT" -> false;
            case "DEL", "UNLINK", "SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE", "PFMERGE" -> any(words, 1, size, 1, pattern);
            case "MSET", "MSETNX" -> any(words, 1, size, 2, pattern);
            case "RENAME", "RENAMENX", "COPY", "SMOVE", "LMOVE", "BLMOVE", "RPOPLPUSH", "BRPOPLPUSH", "ZRANGESTORE", "GEOSEARCHSTORE" ->
                    any(words, 1, 3, 1, pattern);
            case "BITOP" -> any(words, 2, size, 1, pattern);
            case "XGROUP" -> any(words, 2, 3, 1, pattern);
            default -> any(words, 1, 2, 1, pattern);
        };
    }

    private static boolean any(List<byte[]> words, int from, int to, int step, Glob pattern) {
        for (int i = from; i < Math.min(to, words.size()); i += step) {
            if (pattern.matchesAll() || pattern.matches(Bytes.of(words.get(i)))) {
                return true;
            }
        }
        return false;
    }
}
