package dev.cairn.core.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import dev.cairn.api.ModuleRejected;
import dev.cairn.api.config.Option;
import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.boot.CommandLine;
import dev.cairn.core.boot.DistributionInfo;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.config.ConfigFile;
import dev.cairn.core.config.ConfigSyntax;
import dev.cairn.core.config.CoreOptions;
import dev.cairn.core.module.PluginLayer;
import dev.cairn.core.os.SystemChecks;
import dev.cairn.core.os.WorkingDirectory;

/**
 * {@code cairn doctor}: looks whether the server can run here as it would be started, and says of each thing that is not well what to do.
 * It takes the server's command line, registers the modules, reads the configuration and tries what the start would need; it starts
 * nothing and changes nothing.
 */
final class Doctor {
    private static final String USAGE = "usage: cairn doctor [--strict] [--json] [/path/to/cairn.conf] [--option value ...]";
    private static final long MEGABYTE = 1 << 20;
    private static final String INDENT = " ".repeat(24);

    /** How bad a finding is. */
    private enum Level {
        OK, WARNING, ERROR
    }

    /** What was found out about one thing; {@code fix} says what to do, empty if nothing. */
    private record Finding(Level level, String area, String text, String fix) {
    }

    private final List<Finding> findings = new ArrayList<>();
    private final ServerAssembly assembly = new ServerAssembly();
    private final CoreOptions core = assembly.core();

    private Doctor() {
    }

    static int run(List<String> words, PrintStream out) throws BootFailure {
        List<String> rest = new ArrayList<>(words);
        boolean strict = rest.remove("--strict");
        boolean json = rest.remove("--json");
        CommandLine line = CommandLine.parse("cairn-server", rest.toArray(String[]::new));
        if (line.mode() != CommandLine.Mode.SERVER || line.stdin()) {
            throw new Tool.Usage(USAGE);
        }
        Doctor doctor = new Doctor();
        doctor.examine(line);
        if (json) {
            out.print(Json.of(doctor.document()));
        } else {
            doctor.print(out);
        }
        return doctor.count(Level.ERROR) > 0 || strict && doctor.count(Level.WARNING) > 0 ? 1 : 0;
    }

    private void examine(CommandLine line) {
        jvm();
        boolean registered = modules();
        boolean configured = registered && configuration(line);
        if (configured) {
            loadedModules();
            put();
            addresses();
            memory();
        }
        system();
    }

    private void ok(String area, String text) {
        findings.add(new Finding(Level.OK, area, text, ""));
    }

    private void warning(String area, String text, String fix) {
        findings.add(new Finding(Level.WARNING, area, text, fix));
    }

    private void error(String area, String text, String fix) {
        findings.add(new Finding(Level.ERROR, area, text, fix));
    }

    private void jvm() {
        String home = System.getProperty("java.home");
        ok("jvm", "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ") in " + home);
        String without = ModuleLayer.boot().modules().stream()
                .filter(m -> (m.getName().equals("dev.cairn.core") || m.getName().equals("dev.cairn.structures"))
                        && !m.isNativeAccessEnabled())
                .map(Module::getName).sorted().collect(Collectors.joining(","));
        if (!without.isEmpty()) {
            error("jvm", "the modules " + without + " may not call native code, which a later Java refuses",
                    "put --enable-native-access=" + without + " into conf/jvm.options");
        }
        if (Boolean.getBoolean("dev.cairn.checked")) {
            warning("jvm", "the memory's checked mode is on, for tests: each access is checked, which costs half of the speed",
                    "take -Ddev.cairn.checked=true out of conf/jvm.options and CAIRN_JAVA_OPTS");
        }
        startCache();
    }

    private void startCache() {
        String home = System.getProperty("cairn.home", "");
        if (home.isEmpty()) {
            return;
        }
        String wrong = StartCache.misfit(Path.of(home));
        if (wrong.isEmpty()) {
            ok("jvm", "the cache of loaded classes fits");
        } else {
            warning("jvm", wrong + ": the server starts in several times the time", "run bin/cairn cache as the owner of " + home);
        }
    }

    private boolean modules() {
        try {
            DistributionInfo distribution = DistributionInfo.read();
            ModulesReport.discover(assembly, distribution);
            ok("modules", distribution.name() + " " + distribution.version() + " with " + assembly.modules().modules().size()
                    + " modules; 'cairn modules' tells them");
        } catch (ModuleRejected e) {
            error("modules", String.valueOf(e.getMessage()),
                    "take one of the modules out of lib/ or plugins/, or bring the one that fits this server");
            return false;
        } catch (BootFailure e) {
            error("modules", String.valueOf(e.getMessage()), "install the distribution again");
            return false;
        }
        if (assembly.modules().connectionTypes().isEmpty()) {
            error("modules", "no module brings a transport: nobody could connect", "put one into lib/, such as transport-tcp");
        }
        return true;
    }

    private boolean configuration(CommandLine line) {
        ConfigFile reader = ConfigFile.reader(WorkingDirectory.current());
        try {
            DistributionInfo.readDefaults(reader);
            if (line.configFile().isPresent()) {
                reader.file(line.configFile().get());
            }
            reader.add(line.options());
            assembly.configure(reader.directives());
        } catch (BootFailure e) {
            error("configuration", String.valueOf(e.getMessage()).strip(), "correct that line; docs/configuration.md has all options");
            return false;
        }
        ok("configuration",
                line.configFile().map(f -> "read " + WorkingDirectory.resolve(f)).orElse("no file given, the defaults are used"));
        List<String> idle = assembly.options().withoutEffect();
        if (!idle.isEmpty()) {
            warning("configuration", "options without effect, because this distribution lacks their part: " + String.join(", ", idle),
                    "take them out, or use a distribution with the module that obeys them");
        }
        return true;
    }

    private void loadedModules() {
        for (List<String> words : assembly.options().loadModules()) {
            String path = ConfigSyntax.text(words.getFirst());
            try {
                assembly.modules().load(PluginLayer.read(WorkingDirectory.resolve(path)),
                        words.subList(1, words.size()).stream().map(ConfigSyntax::text).toList(), List.of());
                ok("modules", "loadmodule " + path + " can be loaded");
            } catch (ModuleRejected e) {
                error("modules", "loadmodule " + path + ": " + e.getMessage(), "correct or remove that line of the configuration");
            }
        }
        try {
            assembly.options().checkModular();
        } catch (BootFailure e) {
            error("configuration", String.valueOf(e.getMessage()).strip(), "name the module by loadmodule, or take the line out");
        }
    }

    /** Puts the server together, which says what the options contradict. */
    private void put() {
        try {
            assembly.makeServer();
        } catch (BootFailure e) {
            error("configuration", String.valueOf(e.getMessage()).strip(), "correct the options or modules that it names");
        }
    }

    private void addresses() {
        String dir = ConfigSyntax.text(core.dir.value());
        Path directory = WorkingDirectory.resolve(dir);
        if (!Files.isWritable(directory)) {
            error("configuration", "dir " + directory + " cannot be written by this user", "change its owner, or the option 'dir'");
        } else {
            ok("configuration", "files are written to " + directory);
        }
        String log = ConfigSyntax.text(core.logFile.value());
        if (!log.isEmpty() && !Files.isWritable(directory.resolve(log)) && !mayMake(directory.resolve(log))) {
            error("configuration", "logfile " + directory.resolve(log) + " cannot be written", "make its folder, or change 'logfile'");
        }
        boolean password = !core.requirePass.value().isEmpty() || !assembly.options().users().isEmpty();
        if (!core.protectedMode.value() && !password) {
            warning("configuration", "anybody who reaches a port may do everything: protected-mode is off and there is no password",
                    "set requirepass, or protected-mode yes");
        }
        assembly.options().find("port", Long.class).map(Option::value).filter(p -> p > 0).ifPresent(this::port);
    }

    private static boolean mayMake(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return !Files.exists(file) && parent != null && Files.isWritable(parent);
    }

    private void port(long port) {
        try (ServerSocket probe = new ServerSocket((int) port, 1, InetAddress.getLoopbackAddress())) {
            ok("configuration", "port " + probe.getLocalPort() + " is free");
        } catch (IOException e) {
            warning("configuration", "port " + port + " cannot be had: " + e.getMessage(),
                    "nothing to do if it is this server that runs already; otherwise stop the other program or change 'port'");
        }
    }

    private void memory() {
        long heap = Runtime.getRuntime().maxMemory();
        long limit = new SystemChecks().cgroupLimit().orElse(Long.MAX_VALUE);
        long data = core.maxMemory.value();
        if (limit < Long.MAX_VALUE && data + heap > limit) {
            warning("limits", "maxmemory and the Java heap may take " + (data + heap) / MEGABYTE + " MB, the control group allows "
                    + limit / MEGABYTE + " MB", "lower maxmemory, or -Xmx in conf/jvm.options, or raise the limit");
        }
    }

    private void system() {
        int backlog = assembly.options().find("tcp-backlog", Long.class).map(o -> o.value().intValue()).orElse(511);
        for (SystemChecks.Check check : new SystemChecks().all(backlog, core.maxClients.value())) {
            switch (check.outcome()) {
                case OK -> ok("limits", check.name() + (check.text().isEmpty() ? "" : ": " + check.text()));
                case SKIPPED -> ok("limits", check.name() + ": cannot be told on this system");
                case WARNING -> warning("limits", check.name() + ": " + check.text(), "");
            }
        }
        tempFolder();
    }

    /** Modules that are loaded while the server runs are copied there first. */
    private void tempFolder() {
        Path temp = Path.of(System.getProperty("java.io.tmpdir"));
        if (!Files.isWritable(temp) && assembly.modules().loadsModules()) {
            warning("limits", temp + " cannot be written: modules cannot be loaded at run time", "set -Djava.io.tmpdir in CAIRN_JAVA_OPTS");
        }
    }

    private long count(Level level) {
        return findings.stream().filter(f -> f.level() == level).count();
    }

    private void print(PrintStream out) {
        for (Finding f : findings) {
            out.println(String.format(Locale.ROOT, "%-8s %-14s %s", f.level().name().toLowerCase(Locale.ROOT), f.area(),
                    f.text().replace("\n", "\n" + INDENT)));
            if (!f.fix().isEmpty()) {
                out.println(INDENT + "to do: " + f.fix());
            }
        }
        out.println(count(Level.ERROR) + " errors, " + count(Level.WARNING) + " warnings"
                + (count(Level.ERROR) == 0 ? ": the server can run here" : ": the server would not start"));
    }

    private Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("errors", count(Level.ERROR));
        document.put("warnings", count(Level.WARNING));
        document.put("findings", findings.stream().map(f -> {
            Map<String, Object> finding = new LinkedHashMap<>();
            finding.put("level", f.level().name().toLowerCase(Locale.ROOT));
            finding.put("area", f.area());
            finding.put("text", f.text());
            finding.put("fix", f.fix());
            return finding;
        }).toList());
        return document;
    }
}
