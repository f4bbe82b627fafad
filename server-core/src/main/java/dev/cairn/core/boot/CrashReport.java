package dev.cairn.core.boot;

import dev.cairn.core.log.LogLevel;
import dev.cairn.core.log.LogSink;
import dev.cairn.core.os.Posix;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What the log says when the server dies of an error of its own: everything that a person needs who was not there. Any thread may write
 * one; only the first is written, for an error on the way down tells less than the first.
 */
public final class CrashReport {
    private static final AtomicBoolean WRITTEN = new AtomicBoolean();
    private static volatile Supplier<Map<String, String>> sections = Map::of;

    private CrashReport() {}

    /**
     * Makes an uncaught exception of any thread end the process with a report and exit code 1.
     *
     * @param extra called for the report: titles and texts to add, such as INFO, clients or the configuration file; may fail
     */
    public static void install(Supplier<Map<String, String>> extra) {
        sections = extra;
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            write(thread, thrown, extra);
            Runtime.getRuntime().halt(1);
        });
    }

    /** Writes the report to the log, with the sections of {@link #install}. */
    public static void write(Throwable thrown) {
        write(Thread.currentThread(), thrown, sections);
    }

    /** Writes the report to the log. */
    public static void write(Throwable thrown, Map<String, String> extra) {
        write(Thread.currentThread(), thrown, () -> extra);
    }

    private static void write(Thread thread, Throwable thrown, Supplier<Map<String, String>> extra) {
        if (!WRITTEN.compareAndSet(false, true)) {
            return;
        }
        try {
            LogSink.raw(LogLevel.WARNING, "\n\n=== CAIRN BUG REPORT START: Cut & paste starting from here ===\n");
            LogSink.log(LogLevel.WARNING, "Cairn " + Version.version() + " crashed by " + thrown.getClass().getName() + ": "
                    + thrown.getMessage());
            LogSink.raw(LogLevel.WARNING, report(thread, thrown, extra));
        } catch (OutOfMemoryError e) {
            // What could not be put together is left out; the first lines stand.
            LogSink.raw(LogLevel.WARNING, "\nNot enough memory for the report.\n");
        }
        LogSink.raw(LogLevel.WARNING, """

                === CAIRN BUG REPORT END. Make sure to include from START to END. ===

                       Please report the crash with everything between the two lines.

                  If a module that is no part of Cairn was involved, report it to its authors instead.

                  Suspect RAM error? Use cairn-server --test-memory to verify it.

                  Some other issues could be detected by cairn-server --check-system
                """);
    }

    /** The body of a report. */
    static String report(Thread thread, Throwable thrown, Supplier<Map<String, String>> extra) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        title(out, "STACK TRACE");
        out.println("Thread " + thread.getName() + ":");
        thrown.printStackTrace(out);
        title(out, "THREADS");
        for (Map.Entry<Thread, StackTraceElement[]> other : Thread.getAllStackTraces().entrySet()) {
            Thread t = other.getKey();
            out.println("\"" + t.getName() + "\" " + t.getState().name().toLowerCase(Locale.ROOT) + (t.isDaemon() ? " daemon" : ""));
            for (StackTraceElement frame : other.getValue()) {
                out.println("    at " + frame);
            }
        }
        title(out, "MEMORY");
        Runtime runtime = Runtime.getRuntime();
        out.println("java_heap_used:" + (runtime.totalMemory() - runtime.freeMemory()));
        out.println("java_heap_max:" + runtime.maxMemory());
        procStatus(out);
        title(out, "SYSTEM");
        out.println(Version.line());
        out.println("os:" + System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
        out.println("java:" + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        out.println("processors:" + runtime.availableProcessors());
        out.println("process_id:" + Posix.pid());
        sections(out, extra);
        out.flush();
        return text.toString();
    }

    private static void sections(PrintWriter out, Supplier<Map<String, String>> extra) {
        Map<String, String> more;
        try {
            more = extra.get();
        } catch (RuntimeException | Error e) {
            // The state that the sections describe may be what broke.
            out.println("\nThe state of the server cannot be described: " + e);
            return;
        }
        for (Map.Entry<String, String> section : more.entrySet()) {
            title(out, section.getKey().toUpperCase(Locale.ROOT));
            out.println(section.getValue().stripTrailing());
        }
    }

    private static void procStatus(PrintWriter out) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Vm") || line.startsWith("Rss") || line.startsWith("Threads")) {
                    out.println(line);
                }
            }
        } catch (IOException e) {
            out.println("/proc/self/status: " + e.getMessage());
        }
    }

    private static void title(PrintWriter out, String title) {
        out.println();
        out.println("------ " + title + " ------");
    }

    /** Lets another report be written; for tests. */
    static void reset() {
        WRITTEN.set(false);
    }
}
