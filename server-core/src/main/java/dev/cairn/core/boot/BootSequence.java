package dev.cairn.core.boot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.cairn.api.ModuleRejected;
import dev.cairn.api.StopReason;
import dev.cairn.api.config.OptionError;
import dev.cairn.api.event.ShutdownBegun;
import dev.cairn.api.io.ConnectionType;
import dev.cairn.core.config.ConfigError;
import dev.cairn.core.config.ConfigFile;
import dev.cairn.core.config.ConfigSyntax;
import dev.cairn.core.config.CoreOptions;
import dev.cairn.core.config.OptionSetError;
import dev.cairn.core.config.Options;
import dev.cairn.core.log.LogLevel;
import dev.cairn.core.log.LogSink;
import dev.cairn.core.module.ModuleManager;
import dev.cairn.core.module.PluginLayer;
import dev.cairn.core.os.MemoryTest;
import dev.cairn.core.os.OpenFilesLimit;
import dev.cairn.core.os.Posix;
import dev.cairn.core.os.SystemChecks;
import dev.cairn.core.os.WorkingDirectory;
import dev.cairn.core.server.Listeners;
import dev.cairn.core.server.Server;
import dev.cairn.structures.CpuAffinity;

/**
 * The start of the server, step by step in Redis' order; {@link #run} reads as the list of the steps. Main thread.
 *
 * <p>Each step's time is logged at level debug. A step that fails throws a {@link BootFailure}, whose message tells the operator what to
 * do and whose code becomes the process's.
 */
public final class BootSequence {
    private static final Logger LOG = LoggerFactory.getLogger(BootSequence.class);

    /** A step of the sequence. */
    @FunctionalInterface
    private interface Step {
        void run() throws BootFailure;
    }

    private final CommandLine commandLine;
    private final ServerAssembly assembly = new ServerAssembly();
    private final Options options = assembly.options();
    private final CoreOptions core = assembly.core();
    private final ModuleManager modules = assembly.modules();
    private @Nullable Path configFile;
    private byte[] configFromStdin = new byte[0];
    private Server server;
    private Supervision supervision = Supervision.NONE;
    private boolean daemonized;
    private int maxClients;

    /** A sequence for the given command line. */
    @SuppressWarnings("NullAway.Init") // the server is made by the step initServer, before any step that uses it
    public BootSequence(CommandLine commandLine) {
        this.commandLine = commandLine;
    }

    /**
     * Boots, serves, and returns after an orderly shutdown.
     *
     * @throws BootFailure when a step fails
     */
    public void run() throws BootFailure {
        step("discover modules", this::discoverModules);
        if (commandLine.mode() != CommandLine.Mode.SERVER) {
            specialMode();
            return;
        }
        step("load configuration", this::loadConfiguration);
        step("load modules", this::loadModules);
        step("open log", this::openLog);
        step("daemonize", this::daemonize);
        if (daemonized) {
            return;
        }
        step("greet", this::greet);
        step("adjust file limit", this::adjustOpenFilesLimit);
        step("init server", this::initServer);
        step("pid file and logo", this::writePidFileAndLogo);
        step("check system", this::checkSystem);
        step("start modules", this::startModules);
        step("listen", this::initListeners);
        step("process title", () -> new ProcessTitle(server, options).keep());
        step("init server last", modules::startLanes);
        step("load data", this::loadData);
        step("warn", this::warn);
        step("affinity and OOM score", this::setAffinityAndOomScore);
        step("ready", this::ready);
        server.run();
        end();
        if (server.failure() != null) {
            throw new BootFailure("", 1);
        }
    }

    /** The server, once it was made. */
    public Server server() {
        return server;
    }

    private static void step(String name, Step step) throws BootFailure {
        long start = System.nanoTime();
        step.run();
        if (LOG.isTraceEnabled()) {
            LOG.trace("Boot: {} took {} us", name, (System.nanoTime() - start) / 1000);
        }
    }

    private void discoverModules() throws BootFailure {
        try {
            DistributionInfo distribution = DistributionInfo.read();
            if (!distribution.loadsModules()) {
                modules.seal(distribution.name());
            }
            modules.discover();
            String home = System.getProperty("cairn.home", "");
            if (!home.isEmpty()) {
                modules.discoverPlugins(Path.of(home, "plugins"));
            }
        } catch (ModuleRejected e) {
            throw new BootFailure("Can't register modules: " + e.getMessage(), 1, e);
        }
    }

    private void specialMode() throws BootFailure {
        switch (commandLine.mode()) {
            case VERSION -> LogSink.raw(Version.line() + "\n");
            case HELP -> LogSink.raw(CommandLine.usage() + "\n" + options.describe());
            case CHECK_SYSTEM -> {
                if (!new SystemChecks().run(System.out)) {
                    throw new BootFailure("", 1);
                }
            }
            case TEST_MEMORY -> {
                if (MemoryTest.run(commandLine.megabytes(), MemoryTest.PASSES, System.out) > 0) {
                    throw new BootFailure("Your memory seems to be broken", 1);
                }
            }
            case SERVER -> throw new IllegalStateException("not a special mode");
        }
    }

    private void loadConfiguration() throws BootFailure {
        ConfigFile reader = ConfigFile.reader(WorkingDirectory.current());
        DistributionInfo.readDefaults(reader);
        if (commandLine.configFile().isPresent()) {
            configFile = WorkingDirectory.resolve(commandLine.configFile().get());
            reader.file(commandLine.configFile().get());
        }
        if (commandLine.stdin()) {
            try {
                configFromStdin = System.in.readAllBytes();
            } catch (IOException e) {
                throw new BootFailure("Can't read the configuration from standard input: " + e.getMessage(), 1, e);
            }
            reader.text(ConfigFile.STDIN, ConfigSyntax.byteString(configFromStdin));
        }
        reader.add(commandLine.options());
        assembly.configure(reader.directives());
        String wrong = WorkingDirectory.change(ConfigSyntax.text(core.dir.value()));
        if (!wrong.isEmpty()) {
            throw new BootFailure("Can't chdir to '" + ConfigSyntax.text(core.dir.value()) + "': " + wrong);
        }
    }

    private void loadModules() throws BootFailure {
        for (List<String> words : options.loadModules()) {
            String path = ConfigSyntax.text(words.getFirst());
            try {
                modules.load(PluginLayer.read(WorkingDirectory.resolve(path)), words.subList(1, words.size()).stream()
                        .map(ConfigSyntax::text).toList(), List.of());
            } catch (ModuleRejected e) {
                throw new BootFailure("Can't load module from " + path + ": " + e.getMessage() + "; server aborting", 1, e);
            }
        }
        options.checkModular();
    }

    private void openLog() throws BootFailure {
        LogLevel.of(core.logLevel.value()).ifPresent(LogSink::level);
        String file = ConfigSyntax.text(core.logFile.value());
        if (!file.isEmpty()) {
            try {
                LogSink.file(WorkingDirectory.resolve(file));
            } catch (IOException e) {
                throw new BootFailure("Can't open the log file: " + e.getMessage(), 1, e);
            }
        }
        if (core.syslogEnabled.value()) {
            LogSink.syslog(core.syslogIdent.value(), core.syslogFacility.value());
        }
    }

    private void greet() {
        LOG.info("oO0OoO0OoO0Oo Cairn is starting oO0OoO0OoO0Oo");
        LOG.info("Cairn version={}, bits=64, commit={}, modified={}, pid={}, just started", Version.version(), Version.sha(),
                Version.dirty() ? 1 : 0, Posix.pid());
        if (commandLine.configFile().isEmpty() && !commandLine.stdin() && commandLine.options().isEmpty()) {
            LOG.warn("Warning: no config file specified, using the default config. In order to specify a config file use"
                    + " cairn-server /path/to/cairn.conf");
        } else {
            LOG.info("Configuration loaded");
        }
        List<String> without = options.withoutEffect();
        if (!without.isEmpty()) {
            LOG.warn("Options that are kept but have no effect yet, because their part does not exist in this server: {}",
                    String.join(", ", without));
        }
    }

    private void daemonize() throws BootFailure {
        supervision = Supervision.detect(core.supervised.value());
        if (Daemonizer.isChild()) {
            Daemonizer.enterChild();
        } else if (core.daemonize.value() && supervision == Supervision.NONE) {
            Daemonizer.launch(configFromStdin);
            daemonized = true;
        }
    }

    private void adjustOpenFilesLimit() throws BootFailure {
        maxClients = OpenFilesLimit.adjust(core.maxClients.value().intValue());
    }

    private void initServer() throws BootFailure {
        server = assembly.makeServer();
        server.identity().executable = System.getProperty("cairn.program", "");
        server.identity().configFile = configFile;
        server.identity().supervised = core.supervised.value();
        reduceMaxClients();
        Signals.install(() -> server.loop().post(this::shutDown));
        CrashReport.install(this::crashSections);
    }

    /** Has CONFIG GET and the limit agree with what the file limit leaves room for. */
    private void reduceMaxClients() throws BootFailure {
        if (maxClients < core.maxClients.value()) {
            try {
                options.set(List.of(new Options.Entry("maxclients", Integer.toString(maxClients))));
            } catch (OptionSetError e) {
                throw new BootFailure("Can't reduce maxclients to " + maxClients + ": " + e.getMessage(), 1, e);
            }
        }
    }

    private void shutDown() {
        LOG.warn("User requested shutdown...");
        if (server.durability().beforeShutdown(false, false).isPresent()) {
            LOG.warn("SIGTERM received but errors trying to shut down the server, check the logs for more information");
            return;
        }
        server.shutDown(() -> server.events().fire(new ShutdownBegun()));
    }

    private Map<String, String> crashSections() {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("INFO OUTPUT", server.info().text(List.of("everything")));
        sections.put("CLIENTS", server.clients().count() + " connected");
        return sections;
    }

    private void writePidFileAndLogo() {
        Path file = pidFile();
        if (file != null) {
            PidFile.write(file);
        }
        int port = options.find("port", Long.class).map(o -> o.value().intValue()).orElse(0);
        if (core.alwaysShowLogo.value() || LogSink.file().isEmpty() && !LogSink.syslogEnabled() && Posix.isTerminal(1)) {
            LogSink.raw(Logo.art("standalone", port, Posix.pid()));
        } else {
            LOG.info("{}", Logo.line("standalone", port));
        }
    }

    private @Nullable Path pidFile() {
        String name = ConfigSyntax.text(core.pidFile.value());
        if (!name.isEmpty()) {
            return WorkingDirectory.resolve(name);
        }
        return Daemonizer.isChild() ? PidFile.DEFAULT : null;
    }

    private void checkSystem() {
        options.find("tcp-backlog", Long.class).ifPresent(o -> new SystemChecks().logBacklogWarning(o.value().intValue()));
    }

    private void startModules() throws BootFailure {
        try {
            modules.start(WorkingDirectory.current());
        } catch (ModuleRejected e) {
            modules.stop(StopReason.BOOT_FAILED);
            throw new BootFailure(String.valueOf(e.getMessage()), 1, e);
        }
    }

    private void initListeners() throws BootFailure {
        if (modules.connectionTypes().isEmpty()) {
            throw new BootFailure(
                    "No module brings a connection type, such as transport-tcp: nobody could connect. Put one into lib/. Exiting.");
        }
        List<String> failures = new ArrayList<>();
        for (ConnectionType type : modules.connectionTypes()) {
            try {
                server.listeners().open(type);
            } catch (IOException e) {
                failures.add("Failed listening on " + type.name() + ": " + e.getMessage() + ", aborting.");
            }
        }
        if (!failures.isEmpty()) {
            throw new BootFailure(String.join(" ", failures));
        }
        if (server.listeners().all().isEmpty()) {
            throw new BootFailure("Configured to not listen anywhere, exiting.");
        }
    }

    private void loadData() throws BootFailure {
        try {
            server.durability().open();
        } catch (IOException e) {
            modules.stop(StopReason.BOOT_FAILED);
            throw new BootFailure(String.valueOf(e.getMessage()), 1, e);
        }
    }

    private void warn() {
        new SystemChecks().logWarnings(false);
    }

    private void setAffinityAndOomScore() {
        String cpus = core.serverCpuList.value();
        if (!cpus.isEmpty()) {
            try {
                CpuAffinity.bind(cpus);
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("Can't set the CPU affinity '{}': {}", cpus, e.getMessage());
            }
        }
        try {
            assembly.hooks().oomScoreAdjChanged();
        } catch (OptionError e) {
            LOG.warn("{}", e.reason());
        }
    }

    private void ready() {
        LOG.info("Server initialized");
        for (Listeners.Open l : server.listeners().all()) {
            LOG.debug("Listening on {} port {}", l.listener().address(), l.listener().port());
        }
        server.listeners().all().stream().map(l -> l.type().name()).distinct().forEach(t -> LOG.info("Ready to accept connections {}", t));
        supervision.ready();
    }

    private void end() {
        supervision.stopping();
        modules.stop(StopReason.SHUTDOWN);
        Path file = pidFile();
        if (file != null) {
            PidFile.remove(file);
        }
        LOG.warn("Cairn is now ready to exit, bye bye...");
    }

    /** Tells the operator why the server does not start, in the log and, where it is not on the terminal, there too. */
    public static void report(BootFailure failure) {
        String message = failure.getMessage();
        if (message == null || message.isEmpty()) {
            return;
        }
        if (failure.toStandardError() || failure instanceof ConfigError) {
            byte[] line = (message.endsWith("\n") ? message : message + "\n").getBytes(StandardCharsets.UTF_8);
            System.err.write(line, 0, line.length);
            System.err.flush();
        } else {
            LOG.warn("{}", message);
        }
    }
}
