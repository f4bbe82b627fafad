package dev.cairn.core.config;

import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.boot.Version;

/**
 * A line of the configuration that the server does not accept. The message is the whole block for standard error: where the line stands,
 * the line, and what is wrong with it or was expected.
 */
public final class ConfigError extends BootFailure {
    private static final long serialVersionUID = 1L;
    private final String file;
    private final int line;
    private final String text;
    private final String expected;

    /**
     * An error in a line.
     *
     * @param file the line's source, as in {@link Directive#source}
     * @param line its number, from 1; 0 if the error is in no particular line
     * @param text the line, a byte string
     * @param expected what is wrong and what was expected
     */
    public ConfigError(String file, int line, String text, String expected) {
        super(block(file, line, text, expected));
        this.file = file;
        this.line = line;
        this.text = text;
        this.expected = expected;
    }

    private static String block(String file, int line, String text, String expected) {
        StringBuilder out = new StringBuilder(200);
        out.append("\n*** FATAL CONFIG FILE ERROR (Cairn ").append(Version.version()).append(") ***\n");
        if (line > 0) {
            out.append(
                    switch (file) {
                        case ConfigFile.COMMAND_LINE -> "Reading the configuration of the command line, at option ";
                        case ConfigFile.STDIN -> "Reading the configuration from standard input, at line ";
                        default -> "Reading the configuration file '" + file + "', at line ";
                    });
            out.append(line).append("\n>>> '").append(ConfigSyntax.text(text)).append("'\n");
        }
        return out.append(expected).toString();
    }

    /** The source of the line, as in {@link Directive#source}. */
    public String file() {
        return file;
    }

    /** The line's number, from 1; 0 if the error is in no particular line. */
    public int line() {
        return line;
    }

    /** The line, a byte string. */
    public String text() {
        return text;
    }

    /** What is wrong and what was expected. */
    public String expected() {
        return expected;
    }

    @Override
    public boolean toStandardError() {
        return true;
    }
}
