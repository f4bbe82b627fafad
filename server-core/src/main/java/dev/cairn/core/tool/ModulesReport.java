package dev.cairn.core.tool;

import java.io.PrintStream;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.cairn.api.ModuleRejected;
import dev.cairn.core.boot.BootFailure;
import dev.cairn.core.boot.DistributionInfo;
import dev.cairn.core.boot.ServerAssembly;
import dev.cairn.core.config.Options;
import dev.cairn.core.module.LoadedModule;

/**
 * {@code cairn modules}: what a distribution holds. The server is put together as for a start, with the modules of {@code lib/} and
 * {@code plugins/} and the default options, and asked who brought what; nothing is started.
 */
final class ModulesReport {
    private static final String USAGE = "usage: cairn modules [NAME] [--json]";

    private final DistributionInfo distribution;
    private final Options options;
    private final List<LoadedModule> modules;

    private ModulesReport(DistributionInfo distribution, ServerAssembly assembly) {
        this.distribution = distribution;
        options = assembly.options();
        modules = assembly.modules().modules().stream().sorted(Comparator.comparing(m -> m.info().name())).toList();
    }

    static int run(List<String> words, PrintStream out) throws BootFailure {
        List<String> names = words.stream().filter(w -> !w.startsWith("-")).toList();
        boolean json = words.contains("--json");
        if (names.size() > 1 || words.size() != names.size() + (json ? 1 : 0)) {
            throw new Tool.Usage(USAGE);
        }
        DistributionInfo distribution = DistributionInfo.read();
        ServerAssembly assembly = new ServerAssembly();
        try {
            discover(assembly, distribution);
        } catch (ModuleRejected e) {
            throw new BootFailure("Can't register modules: " + e.getMessage() + "; 'cairn doctor' tells more", 1, e);
        }
        assembly.makeServer();
        ModulesReport report = new ModulesReport(distribution, assembly);
        if (json) {
            out.print(Json.of(report.document(names)));
        } else if (names.isEmpty()) {
            report.table(out);
        } else {
            report.details(report.find(names.getFirst()), out);
        }
        return 0;
    }

    /** Registers the modules of the distribution, as the boot does. */
    static void discover(ServerAssembly assembly, DistributionInfo distribution) throws ModuleRejected {
        if (!distribution.loadsModules()) {
            assembly.modules().seal(distribution.name());
        }
        assembly.modules().discover();
        String home = System.getProperty("cairn.home", "");
        if (!home.isEmpty()) {
            assembly.modules().discoverPlugins(Path.of(home, "plugins"));
        }
    }

    private LoadedModule find(String name) throws BootFailure {
        return modules.stream().filter(m -> m.info().name().equals(name)).findFirst()
                .orElseThrow(() -> new BootFailure("no module is called '"
                        + name + "'; there are " + modules.stream().map(m -> m.info().name()).collect(Collectors.joining(", "))));
    }

    private void table(PrintStream out) {
        out.println(distribution.name() + " " + distribution.version() + ", Java " + Runtime.version() + " in "
                + System.getProperty("java.home")
                + (distribution.loadsModules() ? "" : "; takes no modules beside these"));
        out.println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("MODULE", "VERSION", "FROM", "PROVIDES"));
        for (LoadedModule m : modules) {
            rows.add(List.of(m.info().name(), version(m), file(m.origin()), summary(m)));
        }
        print(rows, out);
        out.println();
        rows.clear();
        rows.add(List.of("LIBRARY", "VERSION", "FROM"));
        libraries().forEach(l -> rows.add(List.of(l.name(), l.version(), l.file())));
        print(rows, out);
        out.println();
        out.println("cairn modules NAME tells all of one module, cairn modules --json all of all.");
    }

    private static void print(List<List<String>> rows, PrintStream out) {
        int[] widths = new int[rows.getFirst().size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private String summary(LoadedModule m) {
        LoadedModule.Provided p = m.provided();
        List<String> parts = new ArrayList<>();
        p.dataTypes().forEach(t -> parts.add("type " + t));
        p.connectionTypes().forEach(t -> parts.add("transport " + t));
        if (p.keepsData()) {
            parts.add("persistence");
        }
        if (p.runsJobs()) {
            parts.add("runs background jobs");
        }
        count(parts, p.commands().stream().filter(c -> c.indexOf('|') < 0).count(), "command");
        count(parts, p.jobTypes().size(), "job");
        count(parts, options.namesOf(m.info().name()).size(), "option");
        count(parts, p.infoSections().size(), "INFO section");
        return String.join(", ", parts);
    }

    private static void count(List<String> parts, long n, String what) {
        if (n > 0) {
            parts.add(n + " " + what + (n == 1 ? "" : "s"));
        }
    }

    private void details(LoadedModule m, PrintStream out) {
        LoadedModule.Provided p = m.provided();
        out.println(m.info().name() + " " + version(m) + ", built for version " + m.info().builtFor() + " of the server API, from "
                + m.origin());
        list(out, "types", p.dataTypes());
        list(out, "transports", p.connectionTypes());
        list(out, "commands", p.commands().stream().map(ModulesReport::spoken).toList());
        list(out, "jobs", p.jobTypes());
        list(out, "options", options.namesOf(m.info().name()));
        list(out, "INFO sections", p.infoSections());
        if (p.keepsData()) {
            out.println("  keeps the data");
        }
        if (p.runsJobs()) {
            out.println("  runs the background jobs of all modules");
        }
    }

    private static void list(PrintStream out, String title, List<String> names) {
        if (!names.isEmpty()) {
            out.println("  " + title);
            names.forEach(n -> out.println("    " + n));
        }
    }

    private Map<String, Object> document(List<String> names) throws BootFailure {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", distribution.name());
        document.put("version", distribution.version());
        document.put("loadsModules", distribution.loadsModules());
        document.put("java", Map.of("version", Runtime.version().toString(), "home", System.getProperty("java.home")));
        List<Object> described = new ArrayList<>();
        for (LoadedModule m : names.isEmpty() ? modules : List.of(find(names.getFirst()))) {
            described.add(describe(m));
        }
        document.put("modules", described);
        document.put("libraries", libraries().stream().map(l -> {
            Map<String, Object> library = new LinkedHashMap<>();
            library.put("name", l.name());
            library.put("version", l.version());
            library.put("file", l.file());
            return library;
        }).toList());
        return document;
    }

    private Map<String, Object> describe(LoadedModule m) {
        LoadedModule.Provided p = m.provided();
        Map<String, Object> module = new LinkedHashMap<>();
        module.put("name", m.info().name());
        module.put("version", m.info().version());
        module.put("artifactVersion", m.artifactVersion());
        module.put("apiVersion", m.info().builtFor().toString());
        module.put("origin", m.origin());
        module.put("types", p.dataTypes());
        module.put("transports", p.connectionTypes());
        module.put("commands", p.commands().stream().map(ModulesReport::spoken).toList());
        module.put("jobs", p.jobTypes());
        module.put("options", options.namesOf(m.info().name()));
        module.put("infoSections", p.infoSections());
        module.put("persistence", p.keepsData());
        module.put("runsJobs", p.runsJobs());
        return module;
    }

    private static String spoken(String command) {
        return command.toLowerCase(Locale.ROOT);
    }

    private static String version(LoadedModule m) {
        return m.info().version() + (m.artifactVersion().isEmpty() ? "" : " (" + m.artifactVersion() + ")");
    }

    private static String file(String origin) {
        return origin.substring(origin.lastIndexOf('/') + 1);
    }

    /** A jar of the module path that is no server module. */
    private record Library(String name, String version, String file) {
    }

    private List<Library> libraries() {
        Set<String> owners = new TreeSet<>();
        modules.forEach(m -> owners.add(file(m.origin())));
        List<Library> libraries = new ArrayList<>();
        for (ResolvedModule resolved : ModuleLayer.boot().configuration().modules()) {
            ModuleReference reference = resolved.reference();
            String place = reference.location().filter(l -> "file".equals(l.getScheme())).map(URI::getPath).orElse("");
            if (!place.isEmpty() && !owners.contains(file(place))) {
                libraries.add(new Library(resolved.name(), reference.descriptor().rawVersion().orElse(""), file(place)));
            }
        }
        libraries.sort(Comparator.comparing(Library::name));
        return libraries;
    }
}
