package dev.cairn.core.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Path name expansion as {@code glob(3)} does it: wildcards in any part of a path, results in order, hidden files by name only. */
final class Glob {
    private Glob() {}

    /** Whether a path holds a wildcard. */
    static boolean hasWildcard(String path) {
        return path.indexOf('*') >= 0 || path.indexOf('?') >= 0 || path.indexOf('[') >= 0;
    }

    /** The existing paths that match a pattern, relative ones from a directory on, in the order of their names. */
    static List<Path> expand(Path directory, String pattern) {
        List<Path> paths = List.of(pattern.startsWith("/") ? Path.of("/") : directory);
        for (String part : pattern.split("/+")) {
            if (part.isEmpty()) {
                continue;
            }
            List<Path> next = new ArrayList<>();
            for (Path path : paths) {
                if (hasWildcard(part)) {
                    children(path, part, next);
                } else if (Files.exists(path.resolve(part))) {
                    next.add(path.resolve(part));
                }
            }
            paths = next;
        }
        return paths;
    }

    private static void children(Path directory, String pattern, List<Path> into) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path child : stream) {
                String name = String.valueOf(child.getFileName());
                if ((!name.startsWith(".") || pattern.startsWith(".")) && matches(pattern, 0, name, 0)) {
                    found.add(child);
                }
            }
        } catch (IOException e) {
            // As with glob(3), a directory that cannot be read matches nothing.
            return;
        }
        found.sort(null);
        into.addAll(found);
    }

    /** Whether a name from {@code n} on matches a pattern from {@code p} on. */
    static boolean matches(String pattern, int p, String name, int n) {
        while (p < pattern.length()) {
            char c = pattern.charAt(p);
            if (c == '*') {
                for (int skip = n; skip <= name.length(); skip++) {
                    if (matches(pattern, p + 1, name, skip)) {
                        return true;
                    }
                }
                return false;
            }
            if (n == name.length()) {
                return false;
            }
            int close = c == '[' ? closing(pattern, p) : -1;
            if (close > 0) {
                if (!inSet(pattern, p + 1, close, name.charAt(n))) {
                    return false;
                }
                p = close + 1;
            } else {
                if (c == '\\' && p + 1 < pattern.length()) {
                    p++;
                    c = pattern.charAt(p);
                } else if (c == '?') {
                    c = name.charAt(n);
                }
                if (c != name.charAt(n)) {
                    return false;
                }
                p++;
            }
            n++;
        }
        return n == name.length();
    }

    /** The position of the bracket that closes a set; one right after the opening bracket, or its negation, is a member. */
    private static int closing(String pattern, int open) {
        int first = open + 1;
        if (first < pattern.length() && (pattern.charAt(first) == '!' || pattern.charAt(first) == '^')) {
            first++;
        }
        return pattern.indexOf(']', first + 1);
    }

    private static boolean inSet(String pattern, int from, int to, char c) {
        boolean negated = pattern.charAt(from) == '!' || pattern.charAt(from) == '^';
        boolean found = false;
        for (int i = negated ? from + 1 : from; i < to; i++) {
            char low = pattern.charAt(i);
            if (i + 2 < to && pattern.charAt(i + 1) == '-') {
                found |= c >= low && c <= pattern.charAt(i + 2);
                i += 2;
            } else {
                found |= c == low;
            }
        }
        return found != negated;
    }
}
