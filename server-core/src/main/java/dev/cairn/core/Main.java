package dev.cairn.core;

import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.boot.BootSequence;
import dev.cairn.core.boot.CommandLine;
import dev.cairn.core.boot.CrashReport;

/** The program {@code cairn-server}. */
public final class Main {
    private Main() {
    }

    /** Runs the server until it is shut down; the exit code is 0 after an orderly end, 1 after a failure. */
    public static void main(String[] args) {
        int code = 0;
        try {
            new BootSequence(CommandLine.parse(System.getProperty("cairn.program", "cairn-server"), args)).run();
        } catch (BootFailure e) {
            BootSequence.report(e);
            code = e.exitCode();
        } catch (Throwable e) {
            CrashReport.write(e);
            code = 1;
        }
        Runtime.getRuntime().halt(code);
    }
}
