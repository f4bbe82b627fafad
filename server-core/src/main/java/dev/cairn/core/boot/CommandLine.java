package dev.cairn.core.boot;

import dev.cairn.core.config.ConfigFile;
import dev.cairn.core.config.ConfigSyntax;
import dev.cairn.core.config.Directive;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The command line, read as redis-server reads its own.
 *
 * <p>A first argument that does not begin with {@code -} is the configuration file; a lone {@code -} as the first or the last argument
 * stands for configuration on standard input. What follows is turned into lines of configuration: {@code --name} begins a line,
 * anything else is a value. Right after an option's name even {@code --value} is a value, unless the option is {@code save}, whose
 * missing value means none. {@code "--name value"} in one argument is a whole line.
 *
 * @param mode what to do
 * @param configFile the configuration file as it was given
 * @param stdin whether to read configuration from standard input, after the file
 * @param options the options, in order; applied after file and standard input
 * @param megabytes the amount for {@link Mode#TEST_MEMORY}, else 0
 */
public record CommandLine(Mode mode, Optional<String> configFile, boolean stdin, List<Directive> options, int megabytes) {

    /** What a command line asks for. */
    public enum Mode {
        /** Run the server. */
        SERVER,
        /** Print the version. */
        VERSION,
        /** Print the usage. */
        HELP,
        /** Check the system's settings. */
        CHECK_SYSTEM,
        /** Test memory. */
        TEST_MEMORY
    }

    /** Copies the options. */
    public CommandLine {
        options = List.copyOf(options);
    }

    /**
     * Reads a command line.
     *
     * @param program the name by which the server was started, its path or not
     * @throws BootFailure if it asks for what there is not, or an option is malformed
     */
    public static CommandLine parse(String program, String... args) throws BootFailure {
        refuseOtherModes(program, args);
        if (args.length == 0) {
            return new CommandLine(Mode.SERVER, Optional.empty(), false, List.of(), 0);
        }
        switch (args[0]) {
            case "-v", "--version" -> {
                return special(Mode.VERSION, 0);
            }
            case "-h", "--help" -> {
                return special(Mode.HELP, 0);
            }
            case "--check-system" -> {
                return special(Mode.CHECK_SYSTEM, 0);
            }
            case "--test-memory" -> {
                return special(Mode.TEST_MEMORY, megabytes(args));
            }
            default -> {
                return server(args);
            }
        }
    }

    private static CommandLine special(Mode mode, int megabytes) {
        return new CommandLine(mode, Optional.empty(), false, List.of(), megabytes);
    }

    private static int megabytes(String[] args) throws BootFailure {
        if (args.length == 2) {
            try {
                int megabytes = Integer.parseInt(args[1]);
                if (megabytes > 0) {
                    return megabytes;
                }
            } catch (NumberFormatException e) {
                throw new Usage(MEMORY_USAGE, e);
            }
        }
        throw new Usage(MEMORY_USAGE);
    }

    private static final String MEMORY_USAGE = "Please specify the amount of memory to test in megabytes.\n"
            + "Example: cairn-server --test-memory 4096\n";

    private static void refuseOtherModes(String program, String[] args) throws BootFailure {
        String name = program.substring(program.lastIndexOf('/') + 1);
        boolean sentinel = name.contains("-sentinel");
        for (String arg : args) {
            sentinel |= arg.toLowerCase(Locale.ROOT).strip().equals("--sentinel");
        }
        if (sentinel) {
            throw new Usage("Sentinel mode is a part that does not exist in Cairn yet.");
        }
        String first = args.length == 0 ? "" : args[0];
        if (name.contains("-check-rdb") || first.equals("--check-rdb")) {
            throw new Usage("Checking RDB files is a part that does not exist in Cairn yet.");
        }
        if (name.contains("-check-aof") || first.equals("--check-aof")) {
            throw new Usage("Append only files are checked by cairn-check-aof, beside the start script.");
        }
    }

    private static CommandLine server(String[] args) throws BootFailure {
        Optional<String> file = args[0].startsWith("-") ? Optional.empty() : Optional.of(args[0]);
        int last = args.length - 1;
        boolean stdin = false;
        boolean nameMayFollow = true;
        StringBuilder text = new StringBuilder();
        for (int i = file.isPresent() ? 1 : 0; i <= last; i++) {
            String arg = bytes(args[i]);
            if (arg.equals("-") && (i == 0 || i == last)) {
                stdin = true;
            } else if (nameMayFollow && arg.startsWith("--")) {
                if (!text.isEmpty()) {
                    text.append('\n');
                }
                text.append(arg, 2, arg.length()).append(' ');
                boolean alone = ConfigSyntax.split(arg).map(List::size).orElse(0) == 1;
                boolean noValue = i == last || args[i + 1].startsWith("--");
                if (alone && noValue && arg.equalsIgnoreCase("--save")) {
                    text.append("\"\"");
                    nameMayFollow = true;
                } else {
                    nameMayFollow = !alone;
                }
            } else {
                text.append(ConfigSyntax.quote(arg)).append(' ');
                nameMayFollow = true;
            }
        }
        return new CommandLine(Mode.SERVER, file, stdin, options(text.toString()), 0);
    }

    /** The lines of the options; includes among them are left for the one reader that sees all sources. */
    private static List<Directive> options(String text) throws BootFailure {
        List<Directive> options = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            ConfigFile.directive(ConfigFile.COMMAND_LINE, i + 1, lines[i]).ifPresent(options::add);
        }
        return options;
    }

    /** The bytes that the shell passed, as far as the JVM kept them, as a byte string. */
    private static String bytes(String arg) {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        Charset charset = Charset.isSupported(encoding) ? Charset.forName(encoding) : StandardCharsets.UTF_8;
        boolean ascii = charset.equals(StandardCharsets.US_ASCII);
        return ConfigSyntax.byteString(arg.getBytes(ascii ? StandardCharsets.UTF_8 : charset));
    }

    /** What {@code --help} prints. */
    public static String usage() {
        return """
                Usage: cairn-server [/path/to/cairn.conf] [options] [-]
                       cairn-server - (read config from stdin)
                       cairn-server -v or --version
                       cairn-server -h or --help
                       cairn-server --test-memory <megabytes>
                       cairn-server --check-system

                Examples:
                       cairn-server (run the server with default conf)
                       echo 'maxmemory 128mb' | cairn-server -
                       cairn-server /etc/cairn/6379.conf
                       cairn-server --port 7777
                       cairn-server --port 7777 --save ""
                       cairn-server /etc/cairn.conf --loglevel verbose -
                       cairn-server /etc/cairn.conf --loglevel verbose
                """;
    }

    private static final class Usage extends BootFailure {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message);
        }

        Usage(String message, Throwable cause) {
            super(message, 1, cause);
        }

        @Override
        public boolean toStandardError() {
            return true;
        }
    }
}
