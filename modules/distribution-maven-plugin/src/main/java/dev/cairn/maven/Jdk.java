package dev.cairn.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.maven.plugin.MojoExecutionException;

/** A JDK 25 or later, of which a distribution's Java is made. */
final class Jdk {
    private static final int VERSION = 25;
    private static final long MINUTES = 10;
    private static final String TRANSLATIONS = ".*_(de|es|fr|it|ja|ko|pt_BR|sv|zh_CN|zh_HK|zh_TW)\\.(class|properties)";
    private static final String CHARSETS = "/java\\.base/sun/nio/cs/(Big5|EUC_|GB|HKSCS|JIS_X|Johab|MS932|PCK|SJIS).*";
    private static final String KEYTOOL = "/java\\.base/sun/security/tools/keytool/Main.*";
    private static final Pattern NEEDED = Pattern.compile("-> ((?:java|jdk)\\.[\\w.]+)");

    private final Path home;
    private final Properties release;

    private Jdk(Path home, Properties release) {
        this.home = home;
        this.release = release;
    }

    /** The first JDK among these folders and those where the others usually are. */
    static Jdk find(List<Path> first) throws MojoExecutionException {
        List<Path> candidates = new ArrayList<>(first);
        candidates.add(Path.of(System.getProperty("java.home")));
        for (String name : List.of("JAVA_HOME", "JDK25_HOME")) {
            String value = System.getenv(name);
            if (value != null && !value.isEmpty()) {
                candidates.add(Path.of(value));
            }
        }
        for (Path folder : List.of(Path.of("/usr/lib/jvm"), Path.of(System.getProperty("user.home"), ".sdkman/candidates/java"),
                Path.of("/opt"))) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
                List<Path> sorted = new ArrayList<>();
                found.forEach(sorted::add);
                sorted.sort(null);
                candidates.addAll(sorted);
            } catch (IOException e) {
                continue; // there is no such folder
            }
        }
        for (Path candidate : candidates) {
            Properties release = release(candidate);
            if (release != null && Files.isExecutable(candidate.resolve("bin/jlink"))) {
                return new Jdk(candidate, release);
            }
        }
        throw new MojoExecutionException("no JDK " + VERSION + " or later found, of which the distribution's Java would be made; name its"
                + " folder by -Dcairn.jdk=...");
    }

    /** What a JDK says of itself, if it is one and new enough. */
    private static @org.jspecify.annotations.Nullable Properties release(Path candidate) {
        Properties release = new Properties();
        try (var in = Files.newBufferedReader(candidate.resolve("release"))) {
            release.load(in);
        } catch (IOException e) {
            return null;
        }
        Matcher version = Pattern.compile("\"(\\d+).*").matcher(release.getProperty("JAVA_VERSION", ""));
        return version.matches() && Integer.parseInt(version.group(1)) >= VERSION ? release : null;
    }

    Path home() {
        return home;
    }

    private String said(String key) {
        return release.getProperty(key, "").replace("\"", "");
    }

    /** Its version with the build. */
    String version() {
        return said("JAVA_RUNTIME_VERSION");
    }

    /** Who built it. */
    String implementor() {
        return said("IMPLEMENTOR");
    }

    /** The processor, as Debian and OCI call it. */
    String architecture() {
        return switch (said("OS_ARCH")) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> said("OS_ARCH");
        };
    }

    /**
     * The modules of the JDK that the classes of some jars refer to, by name, but those that are left out: what the jars of automatic modules
     * need stands nowhere else.
     */
    List<String> modulesNeeded(Path lib, List<Path> jars, List<String> leftOut) throws IOException, MojoExecutionException {
        List<String> line = new ArrayList<>(List.of(tool("jdeps"), "--ignore-missing-deps", "--multi-release", Integer.toString(VERSION),
                "--module-path", lib.toString(), "-summary"));
        jars.forEach(jar -> line.add(jar.toString()));
        TreeSet<String> needed = new TreeSet<>(List.of("java.base"));
        NEEDED.matcher(run(line, Map.of())).results().forEach(m -> needed.add(m.group(1)));
        leftOut.forEach(needed::remove);
        return List.copyOf(needed);
    }

    /** The names of the modules in a folder of jars. */
    List<String> modulesIn(Path lib) throws IOException, MojoExecutionException {
        List<String> names = new ArrayList<>();
        for (String line : run(List.of(tool("java"), "--module-path", lib.toString(), "--list-modules"), Map.of()).split("\n")) {
            if (line.contains(" file:")) {
                names.add(line.split("[@ ]", 2)[0]);
            }
        }
        return names;
    }

    /** Makes a Java of some modules; the smallest speaks English only, and knows no charsets of East Asia but Unicode's. */
    void link(List<String> modules, boolean smallest, Path to) throws IOException, MojoExecutionException {
        List<String> line = new ArrayList<>(List.of(tool("jlink"), "--add-modules", String.join(",", modules),
                "--strip-java-debug-attributes", "--no-header-files", "--no-man-pages", "--compress", smallest ? "zip-9" : "zip-6"));
        if (smallest) {
            line.addAll(List.of("--exclude-resources", "regex:" + TRANSLATIONS + ",regex:" + CHARSETS + ",regex:" + KEYTOOL));
        }
        line.addAll(List.of("--output", to.toString()));
        run(line, Map.of());
    }

    private String tool(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    /** Runs a command to its end and returns what it printed; it has failed unless its code is 0. */
    static String run(List<String> line, Map<String, String> environment) throws IOException, MojoExecutionException {
        return run(line, Path.of(""), environment);
    }

    /** Runs a command in a folder. */
    static String run(List<String> line, Path folder, Map<String, String> environment) throws IOException, MojoExecutionException {
        Path output = Files.createTempFile("cairn-build-", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile())
                    .directory(folder.toAbsolutePath().toFile());
            // What the caller's environment says of Java is meant for the caller's Java.
            builder.environment().keySet()
                    .removeAll(Arrays.asList("JAVA_HOME", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CAIRN_JAVA_OPTS"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new MojoExecutionException(line.get(0) + " did not end within " + MINUTES + " minutes");
            }
            String said = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new MojoExecutionException(String.join(" ", line) + " failed:\n" + said);
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MojoExecutionException("interrupted in " + line.get(0), e);
        } finally {
            Files.delete(output);
        }
    }
}
