package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.of;
import static dev.cairn.api.config.OptionSpec.text;
import static dev.cairn.core.config.CoreTypes.UNSET_IF_EMPTY;

import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import java.util.List;

/** Options of scripting, the log and the process whose parts this server lacks. */
final class RuntimeOptions {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final String JEMALLOC = "jemalloc";
    private static final String LOG_FORMATS = "other log formats";
    private static final String BIO = "background threads";
    private static final String DEBUGGING = "debugging aid";
    private static final List<String> VARIABLES =
            List.of("title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file");

    private RuntimeOptions() {}

    /** The fallbacks. */
    static List<OptionSpec<?>> all() {
        return List.of(
                flag("set-proc-title", true).immutable().doc("Let the process show what it serves in its title."),
                text("proc-title-template", "{title} {listen-addr} {server-mode}")
                        .check(RuntimeOptions::titleTemplate)
                        .doc("What the title of the process shows."),
                flag("jemalloc-bg-thread", true)
                        .withoutEffect(JEMALLOC)
                        .doc("Let the allocator give memory back from a thread of its own."),
                choice("log-format", "legacy", "legacy", "logfmt").withoutEffect(LOG_FORMATS).doc("How lines of the log are laid out."),
                choice("log-timestamp-format", "legacy", "legacy", "iso8601", "milliseconds")
                        .withoutEffect(LOG_FORMATS)
                        .doc("How the log writes the time."),
                flag("hide-user-data-from-log", true).withoutEffect("user data in the log").doc("Keep keys and values out of the log."),
                of("bio-cpulist", UNSET_IF_EMPTY, "")
                        .alias("bio_cpulist")
                        .immutable()
                        .withoutEffect(BIO)
                        .doc("The CPUs on which background threads run."),
                text("ignore-warnings", "")
                        .withoutEffect("check for the copy-on-write bug of ARM64")
                        .doc("Which checks of the system may fail at start."),
                text("availability-zone", "")
                        .withoutEffect("availability zone in its replies")
                        .doc("Where the server stands, for clients that prefer a near one."),
                flag("extended-redis-compatibility", false)
                        .withoutEffect("extended compatibility mode")
                        .doc("Call itself redis in more places."),
                flag("crash-memcheck-enabled", true).withoutEffect("memory check after a crash").doc("Check the memory after a crash."),
                integer("watchdog-period", 0, 0, INT_MAX)
                        .hidden()
                        .withoutEffect(DEBUGGING)
                        .doc("Log what the main thread does when it is stuck for so many milliseconds."),
                flag("enable-debug-assert", false).immutable().hidden().withoutEffect(DEBUGGING).doc("Check more assertions."),
                text("debug-context", "").hidden().withoutEffect(DEBUGGING).doc("A text for the report of a crash."));
    }

    /** Refuses a template that is blank or has a variable that does not exist. */
    private static void titleTemplate(String template) throws OptionError {
        String rest = template;
        for (String variable : VARIABLES) {
            rest = rest.replace('{' + variable + '}', "x");
        }
        if (rest.isBlank() || rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
            throw new OptionError("template format is invalid or contains unknown variables");
        }
    }
}
