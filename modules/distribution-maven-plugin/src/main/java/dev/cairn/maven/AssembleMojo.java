package dev.cairn.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.inject.Inject;

import org.apache.maven.artifact.Artifact;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.License;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.apache.maven.project.DefaultProjectBuildingRequest;
import org.apache.maven.project.MavenProject;
import org.apache.maven.project.MavenProjectHelper;
import org.apache.maven.project.ProjectBuilder;
import org.apache.maven.project.ProjectBuildingException;
import org.apache.maven.project.ProjectBuildingRequest;
import org.apache.maven.toolchain.Toolchain;
import org.apache.maven.toolchain.ToolchainManager;
import org.jspecify.annotations.Nullable;

/**
 * Assembles a distribution of the project's runtime dependencies: a folder, and packages that are made of it.
 *
 * <p>The dependencies are the server's modules and what they need. Each becomes a jar on the module path.
 */
@Mojo(name = "assemble", defaultPhase = LifecyclePhase.PACKAGE, requiresDependencyResolution = ResolutionScope.RUNTIME, threadSafe = true)
@SuppressWarnings("NullAway.Init") // Maven fills the fields
public final class AssembleMojo extends AbstractMojo {
    private static final List<String> FORMATS = List.of("folder", "tar.gz", "deb", "oci");
    private static final String DEFAULTS = "lib/defaults.conf";
    private static final Pattern REFUSED = Pattern.compile(">>> '(.*)'\\R\\s*(.*)");
    private static final Instant NO_TIME = Instant.parse("2025-01-01T00:00:00Z");
    private static final String CORE = "cairn-server-core";
    private static final String AOF = "cairn-persistence-aof";

    /** The distribution's name, also that of its folder, its Debian package and its service. */
    @Parameter(defaultValue = "${project.artifactId}") private String name;

    /** Lines in the syntax of {@code redis.conf}: options whose defaults are others here. An operator's configuration comes after them. */
    @Parameter(defaultValue = "") private @Nullable String options;

    /** More options of the JVM, one a line. */
    @Parameter(defaultValue = "") private @Nullable String jvmOptions;

    /** What is made: {@code tar.gz}, {@code deb}, {@code oci}; {@code folder} is always made and the only thing if it stands alone. */
    @Parameter(defaultValue = "folder,tar.gz,deb,oci") private List<String> formats;

    /** Whether modules may be added to the distribution: by MODULE LOAD, {@code loadmodule} and {@code plugins/}. */
    @Parameter(defaultValue = "true") private boolean loadsModules;

    /** Whether it is only the jars, for programs that start a server themselves; then it has no Java and no scripts. */
    @Parameter(defaultValue = "false") private boolean library;

    /** Whether it has a Java of its own. */
    @Parameter(defaultValue = "true") private boolean runtime;

    /** Whether its Java is as small as can be: classes compressed more, libraries without the names that a native stack trace shows. */
    @Parameter(defaultValue = "false") private boolean smallest;

    /** The JDK's modules of its Java, in place of those that its jars are found to need. */
    @Parameter private @Nullable List<String> jdkModules;

    /** The JDK's modules that its Java does without although its jars refer to them: those that only unused parts of a library need. */
    @Parameter(defaultValue = "java.desktop") private List<String> jdkModulesLeftOut;

    /** Whether the folder gets a cache of loaded classes. */
    @Parameter(property = "cairn.aot", defaultValue = "true") private boolean cache;

    /** The JDK of which its Java is made, in place of the one that is found. */
    @Parameter(property = "cairn.jdk") private @Nullable File jdk;

    /** Files and folders that are added under their own names. */
    @Parameter private @Nullable List<File> additions;

    /** Who answers for the Debian package: name and address. */
    @Parameter(defaultValue = "${project.groupId} <root@localhost>") private String maintainer;

    /** The time that all its files have. */
    @Parameter(defaultValue = "${project.build.outputTimestamp}") private @Nullable String outputTimestamp;

    /** Where everything is made. */
    @Parameter(defaultValue = "${project.build.directory}") private File outputDirectory;

    @Parameter(defaultValue = "${project}", readonly = true) private MavenProject project;

    @Parameter(defaultValue = "${session}", readonly = true) private MavenSession session;

    private final ToolchainManager toolchains;
    private final MavenProjectHelper attacher;
    private final ProjectBuilder projects;

    @Inject
    AssembleMojo(ToolchainManager toolchains, MavenProjectHelper attacher, ProjectBuilder projects) {
        this.toolchains = toolchains;
        this.attacher = attacher;
        this.projects = projects;
    }

    @Override
    public void execute() throws MojoExecutionException {
        check();
        try {
            assemble();
        } catch (IOException e) {
            throw new MojoExecutionException("cannot assemble " + name + ": " + e, e);
        }
    }

    private void check() throws MojoExecutionException {
        Set<String> dependencies = artifacts().stream().map(Artifact::getArtifactId).collect(Collectors.toSet());
        check(name, formats, library || !runtime, !library && !dependencies.contains(CORE));
        for (File addition : additions == null ? List.<File>of() : additions) {
            if (!addition.exists()) {
                throw new MojoExecutionException(
                        "<additions> names " + addition + ", which is not there: make it in an earlier phase, or take it out");
            }
        }
    }

    /**
     * Refuses a description of which no distribution can be made.
     *
     * @param bare whether it has no server with a Java of its own
     * @param coreless whether it has a server without its core
     */
    static void check(String name, List<String> formats, boolean bare, boolean coreless) throws MojoExecutionException {
        for (String format : formats) {
            if (!FORMATS.contains(format)) {
                throw new MojoExecutionException("<formats> names '" + format + "': write any of " + String.join(", ", FORMATS));
            }
        }
        if (!name.matches("[a-z0-9][a-z0-9+.-]+")) {
            throw new MojoExecutionException("<name>, or the project's artifactId, is '" + name
                    + "', which no package can be called: write two or more small letters, digits, '+', '-' and '.', a letter or digit first");
        }
        if (coreless) {
            throw new MojoExecutionException("the project's dependencies have no server: add dev.cairn:" + CORE
                    + ", or write <library>true</library> for the jars alone");
        }
        if (bare && (formats.contains("deb") || formats.contains("oci"))) {
            throw new MojoExecutionException(
                    "<formats> names a Debian package or an image, which need a server with a Java of its own: write"
                            + " <formats>folder,tar.gz</formats>, or leave <library> false and <runtime> true");
        }
    }

    /** The time that all files have: as ISO 8601 or in seconds, as Maven allows; a single character, as Maven also has it, is none. */
    static Instant time(@Nullable String timestamp) throws MojoExecutionException {
        if (timestamp == null || timestamp.length() < 2) {
            return NO_TIME;
        }
        try {
            return timestamp.chars().allMatch(Character::isDigit) ? Instant.ofEpochSecond(Long.parseLong(timestamp))
                    : OffsetDateTime.parse(timestamp).toInstant();
        } catch (DateTimeException | NumberFormatException e) {
            throw new MojoExecutionException("<project.build.outputTimestamp> is '" + timestamp
                    + "', which is no time: write one as 2025-01-01T00:00:00Z or in seconds since 1970", e);
        }
    }

    private void assemble() throws IOException, MojoExecutionException {
        Instant time = time(outputTimestamp);
        Jdk java = Jdk.find(preferred());
        Path home = outputDirectory.toPath().resolve(name);
        FileTree.delete(home);
        Path lib = Files.createDirectories(home.resolve("lib"));
        Sbom sbom = new Sbom(name, project.getVersion());
        List<Path> jars = new ArrayList<>();
        for (Artifact artifact : artifacts()) {
            Path jar = lib.resolve(artifact.getArtifactId() + "-" + artifact.getBaseVersion() + ".jar");
            try {
                Files.copy(artifact.getFile().toPath(), jar);
            } catch (FileAlreadyExistsException e) {
                throw new MojoExecutionException("two dependencies have a jar " + jar.getFileName(), e);
            }
            jars.add(jar);
            sbom.jar(artifact, jar, licenses(artifact));
        }
        Files.write(home.resolve("LICENSE"), Resources.bytes("dist/LICENSE"));
        for (File addition : additions == null ? List.<File>of() : additions) {
            copy(addition.toPath(), home.resolve(addition.getName()));
        }
        if (!library) {
            scripts(home, java.modulesIn(lib));
            if (runtime) {
                List<String> modules = jdkModules == null ? java.modulesNeeded(lib, jars, jdkModulesLeftOut) : jdkModules;
                getLog().info("Java of " + String.join(", ", modules));
                java.link(modules, smallest, home.resolve("runtime"));
                if (smallest) {
                    shrink(home.resolve("runtime"));
                }
                sbom.java(java, modules);
            }
        }
        if (!library && Files.exists(home.resolve(DEFAULTS))) {
            checkDefaults(home, java);
        }
        Files.writeString(home.resolve("sbom.cdx.json"), sbom.document());
        checksums(home, FileTree.filesBelow(home), home.resolve("SHA256SUMS"));
        FileTree.touch(home, time);
        packages(home, java, time);
    }

    private List<Path> preferred() {
        List<Path> preferred = new ArrayList<>();
        if (jdk != null) {
            preferred.add(jdk.toPath());
        }
        Toolchain toolchain = toolchains.getToolchainFromBuildContext("jdk", session);
        String jlink = toolchain == null ? null : toolchain.findTool("jlink");
        if (jlink != null) {
            preferred.add(Path.of(jlink).resolve("../..").normalize());
        }
        return preferred;
    }

    private List<Artifact> artifacts() {
        // Annotations that nothing reads at run time.
        return project.getArtifacts().stream().filter(a -> a.getType().equals("jar") && !a.getGroupId().equals("org.jspecify"))
                .sorted(Comparator.comparing(Artifact::getArtifactId)).toList();
    }

    private List<String> licenses(Artifact artifact) {
        ProjectBuildingRequest request = new DefaultProjectBuildingRequest(session.getProjectBuildingRequest());
        request.setProcessPlugins(false);
        request.setProject(null);
        try {
            return projects.build(artifact, true, request).getProject().getLicenses().stream().map(License::getName)
                    .filter(n -> n != null && !n.isBlank()).toList();
        } catch (ProjectBuildingException e) {
            getLog().debug("no licences are known of " + artifact, e);
            return List.of();
        }
    }

    /** Everything of the server but its modules and its Java. */
    private void scripts(Path home, List<String> modules) throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path server = bin.resolve("cairn-server");
        Files.write(server, Resources.bytes("dist/bin/cairn-server"));
        FileTree.executable(server);
        Files.createSymbolicLink(bin.resolve("cairn"), Path.of("cairn-server"));
        if (artifacts().stream().anyMatch(a -> a.getArtifactId().equals(AOF))) {
            Files.createSymbolicLink(bin.resolve("cairn-aof"), Path.of("cairn-server"));
            Files.createSymbolicLink(bin.resolve("cairn-check-aof"), Path.of("cairn-server"));
        }
        Path conf = Files.createDirectories(home.resolve("conf"));
        Files.write(conf.resolve("cairn.conf"), Resources.bytes("dist/conf/cairn.conf"));
        // An option for a module that is not there would be answered by a warning at every start.
        String kept = Resources.text("dist/conf/jvm.options").lines()
                .filter(l -> !l.startsWith("--add-") || modules.contains(l.substring(l.lastIndexOf('=') + 1)))
                .collect(Collectors.joining("\n", "", "\n"));
        Files.writeString(conf.resolve("jvm.options"), kept + lines(jvmOptions));
        if (loadsModules) {
            Files.write(Files.createDirectories(home.resolve("plugins")).resolve("README.md"), Resources.bytes("dist/plugins/README.md"));
        }
        Files.writeString(home.resolve("lib/distribution.properties"), "name=" + name + "\nversion=" + project.getVersion()
                + "\nloads-modules=" + (loadsModules ? "yes" : "no")
                + "\npacks-cache=" + (smallest ? "yes" : "no") + "\n");
        if (!lines(options).isEmpty()) {
            Files.writeString(home.resolve(DEFAULTS), lines(options));
        }
    }

    /** Asks the server, which knows the options of all modules, whether it would start with the distribution's defaults. */
    private void checkDefaults(Path home, Jdk java) throws IOException, MojoExecutionException {
        try {
            Jdk.run(List.of(home.resolve("bin/cairn").toString(), "doctor", "--port", "0"), Map.of("CAIRN_JAVA_HOME", chosen(home, java)));
        } catch (MojoExecutionException e) {
            String said = String.valueOf(e.getMessage());
            if (said.contains(DEFAULTS)) {
                throw new MojoExecutionException(
                        "<options>: " + refusal(said) + " Correct that line, or add the module that has the option", e);
            }
            getLog().debug("what else is wrong here need not be so where it will run", e);
        }
    }

    /** The line of the defaults that the server refuses, and why; all that it said if that cannot be found in it. */
    static String refusal(String said) {
        Matcher matcher = REFUSED.matcher(said);
        return matcher.find() ? "'" + matcher.group(1) + "' is refused: " + matcher.group(2) : said;
    }

    private String chosen(Path home, Jdk java) {
        return runtime ? home.resolve("runtime").toString() : java.home().toString();
    }

    private static String lines(@Nullable String text) {
        return text == null ? ""
                : text.lines().map(String::strip).filter(l -> !l.isEmpty()).map(l -> l + "\n").collect(Collectors.joining());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
        if (!Files.isDirectory(from)) {
            return;
        }
        for (Path path : FileTree.below(from)) {
            Path copy = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Takes out of a Java what only its developers look at. */
    private void shrink(Path java) throws IOException, MojoExecutionException {
        // The sorting of primitive arrays by vector instructions is the only one of these that a server could miss, and none of ours sorts such.
        for (String unused : List.of("bin/keytool", "lib/classlist", "lib/jexec", "lib/jrt-fs.jar", "lib/server/libjsig.so",
                "lib/libjsig.so",
                "lib/libsimdsort.so")) {
            Files.deleteIfExists(java.resolve(unused));
        }
        List<String> line = new ArrayList<>(List.of("strip", "--strip-all"));
        for (Path file : FileTree.filesBelow(java)) {
            if (file.toString().endsWith(".so") || file.startsWith(java.resolve("bin"))) {
                line.add(file.toString());
            }
        }
        Jdk.run(line, Map.of());
    }

    private void checksums(Path folder, List<Path> files, Path to) throws IOException {
        var sums = new StringBuilder();
        for (Path file : files) {
            sums.append(FileTree.digest("SHA-256", file)).append("  ").append(folder.relativize(file)).append('\n');
        }
        Files.writeString(to, sums);
    }

    /** Makes the packages, and the cache of loaded classes after those that have none. */
    private void packages(Path home, Jdk java, Instant time) throws IOException, MojoExecutionException {
        Path folder = outputDirectory.toPath();
        List<Path> made = new ArrayList<>();
        if (formats.contains("deb")) {
            String description = project.getDescription() == null || project.getDescription().isBlank() ? name : project.getDescription();
            var debian = new DebianPackage(name, project.getVersion(), java.architecture(), maintainer, description, time);
            Path file = folder.resolve(debian.fileName());
            debian.write(home, folder, file);
            attacher.attachArtifact(project, "deb", file.toFile());
            made.add(file);
        }
        if (formats.contains("oci")) {
            made.add(image(home, folder, java, time));
        }
        if (cache && !library) {
            cache(home, java, folder, List.of());
        }
        if (formats.contains("tar.gz")) {
            String top = name + "-" + project.getVersion();
            Path file = folder.resolve(top + ".tar.gz");
            try (TarFile tar = new TarFile(Files.newOutputStream(file), time)) {
                tar.folder(top, 0755, 0).tree(top + "/", home);
            }
            attacher.attachArtifact(project, "tar.gz", file.toFile());
            made.add(file);
        }
        if (!made.isEmpty()) {
            checksums(folder, made, folder.resolve("SHA256SUMS"));
        }
    }

    private Path image(Path home, Path folder, Jdk java, Instant time) throws IOException, MojoExecutionException {
        var image = new OciLayout(folder.resolve(name + "-oci"), name, project.getVersion(), java.architecture(), time);
        image.add(home, folder);
        if (cache) {
            // The folders as they are in the image, since its server finds its jars from its working folder.
            Path root = folder.resolve("image");
            FileTree.delete(root);
            Path work = OciLayout.workingFolder(root);
            Files.createSymbolicLink(Files.createDirectories(root.resolve("usr/lib")).resolve(name), home);
            Path file = folder.resolve("image.aot").toAbsolutePath();
            if (cache(home, java, work, List.of("--modules", image.modulePath(), "--output", file.toString()))) {
                image.addCache(file, folder);
                Files.delete(file);
            }
            FileTree.delete(root);
        }
        return image.describe();
    }

    /** Has the distribution make a cache, and tells whether it could. */
    private boolean cache(Path home, Jdk java, Path work, List<String> words) {
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/cairn").toString(), "cache"));
        line.addAll(words);
        try {
            getLog().info(Jdk.run(line, work, Map.of("CAIRN_JAVA_HOME", chosen(home, java))).strip());
            return true;
        } catch (IOException | MojoExecutionException e) {
            getLog().warn("there is no cache of loaded classes: " + e.getMessage());
            return false;
        }
    }
}
