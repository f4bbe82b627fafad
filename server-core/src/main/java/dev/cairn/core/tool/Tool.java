package dev.cairn.core.tool;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.log.LogLevel;
import dev.cairn.core.log.LogSink;

/** The program {@code cairn}, as far as the launcher does not start the server or a module's own tool. */
public final class Tool {
    private Tool() {
    }

    /** Runs {@code modules}, {@code doctor} or {@code cache}; the exit code is 0 if all is well, 1 if not, 2 for a wrong command line. */
    public static void main(String[] args) {
        LogSink.level(LogLevel.NOTHING);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<String> words = List.of(args).subList(Math.min(1, args.length), args.length);
        int code;
        try {
            code = switch (args.length == 0 ? "" : args[0]) {
                case "modules" -> ModulesReport.run(words, out);
                case "doctor" -> Doctor.run(words, out);
                case "cache" -> StartCache.run(words, out);
                default -> throw new Usage("modules, doctor or cache is wanted");
            };
        } catch (Usage e) {
            System.err.println("cairn: " + e.getMessage());
            code = 2;
        } catch (BootFailure e) {
            System.err.println("cairn: " + e.getMessage());
            code = 1;
        }
        out.flush();
        Runtime.getRuntime().halt(code);
    }

    /** A command line that makes no sense; the message says what would. */
    static final class Usage extends BootFailure {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message, 2);
        }
    }
}
