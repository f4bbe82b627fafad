package dev.cairn.core.config;

import static dev.cairn.api.config.OptionSpec.choice;
import static dev.cairn.api.config.OptionSpec.flag;
import static dev.cairn.api.config.OptionSpec.integer;
import static dev.cairn.api.config.OptionSpec.memory;
import static dev.cairn.api.config.OptionSpec.of;
import static dev.cairn.api.config.OptionSpec.text;
import static dev.cairn.core.config.CoreTypes.UNSET_IF_EMPTY;

import dev.cairn.api.config.Option;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.config.OptionSpec;
import dev.cairn.api.config.OptionTypes;
import java.util.List;

/**
 * The options of the core. Each that the core reads is a field, documented by the line of its declaration; its value is read by any
 * thread. Those of parts that this server may lack are declared as fallbacks by
 * {@link DataOptions}, {@link PersistenceOptions}, {@link ReplicationOptions}, {@link ClusterOptions}, {@link ConnectionOptions} and
 * {@link RuntimeOptions}.
 */
public final class CoreOptions extends OptionGroup {
    /** The name under which the core declares its options. */
    public static final String MODULE = "core";

    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final String[] PERMISSIONS = {"no", "yes", "local"};

    private CoreHooks hooks = CoreHooks.NONE;

    // The process.
    public final Option<Boolean> daemonize =
            declare(flag("daemonize", false).immutable().doc("Run in the background, detached from the terminal."));
    public final Option<String> pidFile =
            declare(of("pidfile", UNSET_IF_EMPTY, "").immutable().doc("The file that holds the process id while the server runs."));
    public final Option<String> supervised = declare(choice("supervised", "no", "upstart", "systemd", "auto", "no")
            .immutable()
            .doc("Tell this supervisor when the server is ready; auto looks for one in the environment."));
    public final Option<String> dir = declare(of("dir", CoreTypes.DIRECTORY, ".")
            .guarded()
            .onChange(path -> hooks.directory(path))
            .doc("The directory in which the server works and keeps its files."));
    public final Option<Boolean> alwaysShowLogo =
            declare(flag("always-show-logo", false).immutable().doc("Print the logo even if the log is no terminal."));
    public final Option<Boolean> disableThp =
            declare(flag("disable-thp", true).immutable().doc("Turn transparent huge pages off for this process."));
    public final Option<String> oomScoreAdj =
            declare(of("oom-score-adj", CoreTypes.synonym("relative", "yes", OptionTypes.choice("no", "yes", "relative", "absolute")), "no")
                    .onChange(value -> hooks.oomScoreAdjChanged())
                    .doc("Adjust how likely Linux kills this process when memory runs out, from what it was at start or absolutely."));
    public final Option<List<Long>> oomScoreAdjValues = declare(of("oom-score-adj-values", CoreTypes.OOM_SCORES, List.of(0L, 200L, 800L))
            .onChange(values -> hooks.oomScoreAdjChanged())
            .doc("The adjustments for a primary, a replica and a background child, from -2000 to 2000."));
    public final Option<String> serverCpuList = declare(of("server-cpulist", UNSET_IF_EMPTY, "")
            .alias("server_cpulist")
            .immutable()
            .doc("The CPUs on which the main thread runs, such as 0-3:2,7."));
    public final Option<Long> shutdownTimeout =
            declare(integer("shutdown-timeout", 10, 0, INT_MAX).doc("How many seconds a shutdown waits for lagging replicas."));
    public final Option<List<String>> shutdownOnSigint = declare(onSignal("shutdown-on-sigint", "SIGINT"));
    public final Option<List<String>> shutdownOnSigterm = declare(onSignal("shutdown-on-sigterm", "SIGTERM"));
    public final Option<Boolean> crashLogEnabled = declare(flag("crash-log-enabled", true).onChange(on -> hooks.crashLog(on))
            .doc("Write a report to the log when the server crashes."));
    public final Option<Boolean> useExitOnPanic =
            declare(flag("use-exit-on-panic", false).hidden().doc("Exit after a fatal error instead of aborting with a core dump."));
    public final Option<String> localeCollate = declare(text("locale-collate", "").withoutEffect("SORT")
            .doc("The locale by which texts are compared; empty takes the environment's."));

    // The log.
    public final Option<String> logLevel = declare(choice("loglevel", "notice", "debug", "verbose", "notice", "warning", "nothing")
            .onChange(level -> hooks.logLevel(level))
            .doc("The least level that is logged."));
    public final Option<String> logFile = declare(text("logfile", "").immutable().doc("The file to log to; empty is standard output."));
    public final Option<Boolean> syslogEnabled = declare(flag("syslog-enabled", false).immutable().doc("Log to the system's log too."));
    public final Option<String> syslogIdent = declare(text("syslog-ident", "valkey").immutable().doc("The name in the system's log."));
    public final Option<String> syslogFacility = declare(
            choice("syslog-facility", "local0", "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7")
                    .immutable()
                    .doc("The facility of the system's log."));

    // The event loop.
    public final Option<Long> hz = declare(of("hz", CoreTypes.clamped(0, INT_MAX, 1, 500), 10L)
            .onChange(value -> hooks.hz(value))
            .doc("How often a second the background work of the main thread runs, from 1 to 500."));
    public final Option<Boolean> dynamicHz =
            declare(flag("dynamic-hz", true).onChange(on -> hooks.dynamicHz(on)).doc("Let hz rise when many clients are connected."));

    // Clients.
    public final Option<Long> maxClients = declare(integer("maxclients", 10000, 1, 0xffffffffL)
            .onChange(clients -> hooks.maxClients(clients))
            .doc("How many clients may be connected at once."));
    public final Option<Boolean> drainClosedListeners = declare(flag("drain-closed-listeners", false)
            .onChange(on -> hooks.drainClosedListeners(on))
            .doc("Close the clients of a listener that CONFIG SET has closed, once they are idle, instead of keeping them."));
    public final Option<Long> timeout = declare(integer("timeout", 0, 0, INT_MAX)
            .onChange(seconds -> hooks.timeout(seconds))
            .doc("Close a client that was idle for so many seconds; 0 is never."));
    public final Option<Boolean> protectedMode = declare(flag("protected-mode", true)
            .onChange(on -> hooks.protectedMode(on))
            .doc("Refuse clients from other machines as long as the default user has no password."));
    public final Option<String> requirePass = declare(of("requirepass", UNSET_IF_EMPTY, "")
            .sensitive()
            .onChange(password -> hooks.requirePass(password))
            .doc("The password of the default user; empty is none."));
    public final Option<Long> protoMaxBulkLen = declare(memory("proto-max-bulk-len", 512L << 20, 1 << 20, Long.MAX_VALUE)
            .onChange(bytes -> hooks.protoMaxBulkLen(bytes))
            .doc("The size of the largest argument of a command."));
    public final Option<Long> clientQueryBufferLimit = declare(memory("client-query-buffer-limit", 1L << 30, 1 << 20, Long.MAX_VALUE)
            .onChange(bytes -> hooks.queryBufferLimit(bytes))
            .doc("How much a client may send before its commands are executed."));
    public final Option<OutputBufferLimits> clientOutputBufferLimit =
            declare(of("client-output-buffer-limit", CoreTypes.OUTPUT_BUFFER_LIMITS, OutputBufferLimits.DEFAULT)
                    .onChange(limits -> hooks.outputBufferLimits(limits))
                    .doc("Close a client of the class over the hard limit, or over the soft limit for so many seconds; 0 is none."));
    public final Option<String> enableProtectedConfigs = declare(choice("enable-protected-configs", "no", PERMISSIONS)
            .immutable()
            .doc("Who may change protected options by CONFIG SET: nobody, everybody or local clients."));
    public final Option<String> enableDebugCommand = declare(choice("enable-debug-command", "no", PERMISSIONS)
            .immutable()
            .doc("Who may use DEBUG: nobody, everybody or local clients."));
    public final Option<String> enableModuleCommand = declare(choice("enable-module-command", "no", PERMISSIONS)
            .immutable()
            .doc("Who may use MODULE LOAD, UNLOAD and UPGRADE: nobody, everybody or local clients."));

    public final Option<Long> maxMemoryClients = declare(of("maxmemory-clients", CoreTypes.MEMORY_OR_PERCENT, 0L)
            .onChange(limit -> hooks.clientMemoryChanged())
            .doc("How much memory all clients may take, or a share of maxmemory in percent; 0 is no limit. The largest are closed."));
    public final Option<Long> busyReplyThreshold = declare(integer("busy-reply-threshold", 5000, 0, Long.MAX_VALUE)
            .alias("lua-time-limit")
            .onChange(millis -> hooks.busyReplyThreshold(millis))
            .doc("After how many milliseconds of a command other clients are told that the server is busy; 0 is never."));

    // What is remembered for the operator.
    public final Option<Long> slowLogSlowerThan = declare(integer("slowlog-log-slower-than", 10000, -1, Long.MAX_VALUE)
            .onChange(micros -> hooks.monitoringChanged())
            .doc("Log commands that take at least so many microseconds; 0 is all, -1 none. Below 1000 each command is timed alone, which costs a few percent."));
    public final Option<Long> slowLogMaxLen = declare(integer("slowlog-max-len", 128, 0, Long.MAX_VALUE)
            .onChange(length -> hooks.monitoringChanged())
            .doc("How many commands the slow log keeps."));
    public final Option<Long> latencyMonitorThreshold = declare(integer("latency-monitor-threshold", 0, 0, Long.MAX_VALUE)
            .onChange(millis -> hooks.monitoringChanged())
            .doc("Remember delays of at least so many milliseconds; 0 is none."));
    public final Option<Boolean> latencyTracking = declare(flag("latency-tracking", true)
            .onChange(on -> hooks.monitoringChanged())
            .doc("Keep the distribution of the times that each command takes."));
    public final Option<List<Double>> latencyTrackingInfoPercentiles =
            declare(of("latency-tracking-info-percentiles", CoreTypes.PERCENTILES, List.of(50.0, 99.0, 99.9))
                    .onChange(percentiles -> hooks.monitoringChanged())
                    .doc("The percentiles of it that INFO shows."));

    // The keyspace.
    public final Option<Long> maxMemory = declare(memory("maxmemory", 0, 0, Long.MAX_VALUE)
            .withoutEffect("eviction of keys")
            .onChange(bytes -> hooks.clientMemoryChanged())
            .doc("How much memory the data may take; 0 is no limit."));
    public final Option<Long> databases = declare(integer("databases", 16, 1, INT_MAX).immutable().doc("The number of databases."));
    public final Option<Long> activeExpireEffort = declare(integer("active-expire-effort", 1, 1, 10)
            .onChange(effort -> hooks.activeExpireEffort(effort))
            .doc("How hard the search for expired keys works, from 1 to 10."));
    public final Option<Boolean> activeRehashing = declare(flag("activerehashing", true)
            .onChange(on -> hooks.activeRehashing(on))
            .doc("Resize tables in idle time too, not only when they are used."));
    public final Option<Boolean> lazyFreeExpire = declare(flag("lazyfree-lazy-expire", true)
            .onChange(on -> hooks.lazyFreeChanged())
            .doc("Free large values whose time is over in the background."));
    public final Option<Boolean> lazyFreeServerDel = declare(flag("lazyfree-lazy-server-del", true)
            .onChange(on -> hooks.lazyFreeChanged())
            .doc("Free large values that a command replaces in the background."));
    public final Option<Boolean> lazyFreeUserDel = declare(flag("lazyfree-lazy-user-del", true)
            .onChange(on -> hooks.lazyFreeChanged())
            .doc("Let DEL free large values in the background as UNLINK does."));
    public final Option<Boolean> lazyFreeUserFlush = declare(flag("lazyfree-lazy-user-flush", true)
            .onChange(on -> hooks.lazyFreeChanged())
            .doc("Let FLUSHDB and FLUSHALL free in the background unless SYNC is given."));
    public final Option<String> maxMemoryPolicy = declare(
            choice("maxmemory-policy", "noeviction", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru",
                    "allkeys-lfu", "allkeys-random", "noeviction")
                    .onChange(policy -> hooks.maxMemoryPolicy(policy))
                    .doc("What to evict when memory runs out; keys count their uses under an lfu policy, else the time of the last."));
    public final Option<Long> lfuLogFactor = declare(integer("lfu-log-factor", 10, 0, INT_MAX)
            .onChange(factor -> hooks.lfuChanged())
            .doc("How slowly the counter of a key's uses grows."));
    public final Option<Long> lfuDecayTime = declare(integer("lfu-decay-time", 1, 0, INT_MAX)
            .onChange(minutes -> hooks.lfuChanged())
            .doc("After how many idle minutes the counter of a key's uses falls by one; 0 is never."));

    public final Option<String> notifyKeyspaceEvents = declare(of("notify-keyspace-events", CoreTypes.KEYSPACE_EVENTS, "")
            .onChange(letters -> hooks.notifyKeyspaceEvents(letters))
            .doc("Which events of keys are published, as letters; empty is none."));

    /** Declares all options of the core, and the fallbacks for those of other parts. */
    public CoreOptions(Options options) {
        super(options, MODULE);
        options.declareFallbacks(DataOptions.all());
        options.declareFallbacks(PersistenceOptions.all());
        options.declareFallbacks(ReplicationOptions.all());
        options.declareFallbacks(ClusterOptions.all());
        options.declareFallbacks(ConnectionOptions.all());
        options.declareFallbacks(RuntimeOptions.all());
    }

    /** Sets who is called when CONFIG SET changes an option. */
    public void hooks(CoreHooks newHooks) {
        hooks = newHooks;
    }

    private static OptionSpec<List<String>> onSignal(String name, String signal) {
        return of(name, CoreTypes.flags("default", "save", "nosave", "now", "force"), List.of())
                .check(CoreOptions::saveOrNot)
                .doc("How the server shuts down on " + signal + "; the words are those of SHUTDOWN.");
    }

    private static void saveOrNot(List<String> flags) throws OptionError {
        if (flags.contains("save") && flags.contains("nosave")) {
            throw new OptionError("shutdown options SAVE and NOSAVE can't be used simultaneously");
        }
    }
}
