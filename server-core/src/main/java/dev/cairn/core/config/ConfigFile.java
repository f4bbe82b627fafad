package dev.cairn.core.config;

import dev.cairn.core.boot.BootFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads configuration into directives: comments and blank lines left out, arguments split, {@code include} replaced by what it includes.
 *
 * <p>An {@code include} may hold the wildcards {@code * ? [ ]}; then the matching files are read in the order of their names, and none is
 * no error. Without a wildcard the file must exist. A relative path starts at the working directory, which each {@code dir} before it
 * has moved, as in Redis; so one reader must see all sources in their order.
 */
public final class ConfigFile {
    /** The source of directives that came from standard input. */
    public static final String STDIN = "stdin";
    /** The source of directives that came from the command line. */
    public static final String COMMAND_LINE = "command line";

    private static final int MAX_DEPTH = 32;

    private final Deque<Path> reading = new ArrayDeque<>();
    private final List<Directive> directives = new ArrayList<>();
    private Path directory;

    private ConfigFile(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** A reader that resolves relative paths from a directory on. */
    public static ConfigFile reader(Path directory) {
        return new ConfigFile(directory);
    }

    /**
     * Reads a file, or all files that match its wildcards.
     *
     * @param path a path, absolute or from the directory on
     * @throws BootFailure if it cannot be read, or a {@link ConfigError} if a line is malformed
     */
    public static List<Directive> load(String path, Path directory) throws BootFailure {
        return new ConfigFile(directory).file(path).directives();
    }

    /** Reads a text such as standard input gave. */
    public static List<Directive> parse(String source, byte[] bytes, Path directory) throws BootFailure {
        return new ConfigFile(directory).text(source, ConfigSyntax.byteString(bytes)).directives();
    }

    /** What has been read so far, in order. */
    public List<Directive> directives() {
        return List.copyOf(directives);
    }

    /** The working directory after what has been read so far. */
    public Path directory() {
        return directory;
    }

    /** Reads a file, or all files that match its wildcards. */
    public ConfigFile file(String path) throws BootFailure {
        if (!Glob.hasWildcard(path)) {
            read(directory.resolve(path));
            return this;
        }
        for (Path match : Glob.expand(directory, path)) {
            if (!Files.isDirectory(match)) {
                read(match);
            }
        }
        return this;
    }

    /** Reads a byte string of lines. */
    public ConfigFile text(String source, String text) throws BootFailure {
        int number = 0;
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            if (end < 0) {
                end = text.length();
            }
            number++;
            Optional<Directive> directive = directive(source, number, text.substring(from, end));
            if (directive.isPresent()) {
                accept(directive.get());
            }
            from = end + 1;
        }
        return this;
    }

    /**
     * The directive of a single line, or nothing if it is blank or a comment. An {@code include} is returned as it is.
     *
     * @throws ConfigError if its quotes are unbalanced
     */
    public static Optional<Directive> directive(String source, int number, String rawLine) throws ConfigError {
        String line = trim(rawLine);
        if (line.isEmpty() || line.charAt(0) == '#') {
            return Optional.empty();
        }
        List<String> args = ConfigSyntax.split(line)
                .orElseThrow(() -> new ConfigError(source, number, line, "Unbalanced quotes in configuration line"));
        if (args.isEmpty()) {
            return Optional.empty();
        }
        args.set(0, args.get(0).toLowerCase(Locale.ROOT));
        return Optional.of(new Directive(source, number, line, args));
    }

    /** Takes directives that were parsed elsewhere, such as those of the command line, and expands their includes. */
    public ConfigFile add(Collection<Directive> parsed) throws BootFailure {
        for (Directive directive : parsed) {
            accept(directive);
        }
        return this;
    }

    private void accept(Directive directive) throws BootFailure {
        if (directive.name().equals("include") && directive.args().size() == 2) {
            include(directive);
            return;
        }
        if (directive.name().equals("dir") && directive.args().size() == 2) {
            directory = directory.resolve(ConfigSyntax.text(directive.values().get(0))).normalize();
        }
        directives.add(directive);
    }

    private void include(Directive directive) throws BootFailure {
        if (reading.size() >= MAX_DEPTH) {
            throw directive.error("Includes are nested more than " + MAX_DEPTH + " deep");
        }
        String path = ConfigSyntax.text(directive.values().get(0));
        List<Path> files = Glob.hasWildcard(path) ? Glob.expand(directory, path) : List.of(directory.resolve(path));
        for (Path file : files) {
            if (reading.contains(identity(file))) {
                throw directive.error("File '" + file + "' includes itself, directly or through another file");
            }
            if (Files.isReadable(file) || !Glob.hasWildcard(path)) {
                if (!Files.isRegularFile(file) && Glob.hasWildcard(path)) {
                    continue;
                }
                read(file);
            } else {
                throw cannotOpen(file, "Permission denied");
            }
        }
    }

    private void read(Path file) throws BootFailure {
        Path identity = identity(file);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw cannotOpen(file, reason(file, e));
        }
        reading.push(identity);
        String text = ConfigSyntax.byteString(bytes);
        text(file.toAbsolutePath().normalize().toString(), text);
        reading.pop();
    }

    private static BootFailure cannotOpen(Path file, String reason) {
        return new BootFailure("Fatal error, can't open config file '" + file + "': " + reason);
    }

    private static String reason(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (Files.isDirectory(file)) {
            return "Is a directory";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.toString() : reason;
    }

    private static Path identity(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize();
        }
    }

    /** A line without blanks, tabs, carriage returns and line feeds around it. */
    static String trim(String line) {
        int nul = line.indexOf('\0');
        int end = nul < 0 ? line.length() : nul;
        int start = 0;
        while (start < end && isBlank(line.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
