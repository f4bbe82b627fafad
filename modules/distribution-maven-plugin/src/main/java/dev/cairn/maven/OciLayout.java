package dev.cairn.maven;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import org.apache.maven.plugin.MojoExecutionException;

/**
 * An image as a folder in the layout of the Open Container Initiative, which {@code skopeo}, {@code podman} and {@code docker load} (packed
 * as tar) read.
 *
 * <p>It has three layers: the C library, copied from the machine of the build, which is all that the Java needs beside itself; the
 * distribution; and the cache of loaded classes. There is no shell in it: the entry point is the Java.
 */
final class OciLayout {
    private static final int USER = 1000;
    /** How many folders deep the working folder may lie. */
    private static final int DEEPEST = 16;
    private static final Pattern LIBRARY = Pattern.compile("(?m)^\\s*(?:\\S+ => )?(/\\S+) \\(");

    private final Path folder;
    private final String name;
    private final String version;
    private final String architecture;
    private final Instant time;
    private final List<Object> layers = new ArrayList<>();
    private final List<String> contents = new ArrayList<>();

    OciLayout(Path folder, String name, String version, String architecture, Instant time) throws IOException {
        this.folder = folder;
        this.name = name;
        this.version = version;
        this.architecture = architecture;
        this.time = time;
        FileTree.delete(folder);
        Files.createDirectories(folder.resolve("blobs/sha256"));
    }

    /** The working folder of the server, where its data is, unless whoever starts it names another. */
    private String workingFolder() {
        return "/var/lib/" + name;
    }

    /**
     * The text of the server's module path. A cache of loaded classes fits one text only, and is made outside of a container: so the path
     * leads from the working folder up to the root. It goes up further than the working folder is deep, which does no harm, as the root is
     * its own parent.
     */
    String modulePath() {
        return "/proc/self/cwd" + "/..".repeat(DEEPEST) + home() + "/lib";
    }

    /** Makes a folder from which the module path leads to another root than the system's: as deep as the path goes up. */
    static Path workingFolder(Path root) throws IOException {
        return Files.createDirectories(root.resolve("w/".repeat(DEEPEST)));
    }

    private String home() {
        return "/usr/lib/" + name;
    }

    /** Adds the layers of the C library and of the distribution. */
    void add(Path distribution, Path scratch) throws IOException, MojoExecutionException {
        Path blob = scratch.resolve("layer.tar.gz");
        try (TarFile tar = new TarFile(Files.newOutputStream(blob), time)) {
            tar.folder("dev", 0755, 0).folder("proc", 0755, 0).folder("tmp", 01777, 0);
            copyOfLibraries(distribution, tar);
        }
        layer(blob);
        try (TarFile tar = new TarFile(Files.newOutputStream(blob), time)) {
            tar.folder("usr", 0755, 0).folder("usr/lib", 0755, 0).folder("usr/lib/" + name, 0755, 0).tree("usr/lib/" + name + "/",
                    distribution);
            tar.folder("var", 0755, 0).folder("var/lib", 0755, 0).folder("var/lib/" + name, 0755, USER);
        }
        layer(blob);
    }

    /** Adds the layer of a cache of loaded classes: one of its own, since its bytes are others with each build. */
    void addCache(Path cache, Path scratch) throws IOException {
        Path blob = scratch.resolve("layer.tar.gz");
        try (TarFile tar = new TarFile(Files.newOutputStream(blob), time)) {
            tar.file(home().substring(1) + "/lib/cairn.aot", 0644, cache);
        }
        layer(blob);
    }

    /** Writes what describes the layers, and returns the index, where a reader starts. */
    Path describe() throws IOException {
        List<String> entry = List.of(home() + "/runtime/bin/java", "@" + home() + "/conf/jvm.options",
                "-XX:AOTCache=" + home() + "/lib/cairn.aot", "-Dcairn.home=" + home(), "--module-path", modulePath(), "--add-modules",
                "ALL-MODULE-PATH", "-m", "dev.cairn.core/dev.cairn.core.Main");
        Map<String, Object> config = Json.object("architecture", architecture, "os", "linux", "created", time.toString(), "config",
                Json.object("User", USER + ":" + USER, "Entrypoint", entry, "Cmd", List.of("--protected-mode", "no"), "WorkingDir",
                        workingFolder(), "ExposedPorts", Json.object("6379/tcp", Json.object()), "Volumes",
                        Json.object(workingFolder(), Json.object())),
                "rootfs", Json.object("type", "layers", "diff_ids", contents));
        Map<String, Object> manifest = Json.object("schemaVersion", 2, "mediaType", "application/vnd.oci.image.manifest.v1+json", "config",
                blob("application/vnd.oci.image.config.v1+json", Json.of(config)), "layers", layers);
        Map<String, Object> described = blob("application/vnd.oci.image.manifest.v1+json", Json.of(manifest));
        described.put("annotations", Json.object("org.opencontainers.image.ref.name", version, "io.containerd.image.name",
                name + ":" + version));
        Path index = folder.resolve("index.json");
        Files.writeString(index, Json.of(Json.object("schemaVersion", 2, "mediaType", "application/vnd.oci.image.index.v1+json",
                "manifests", List.of(described))));
        Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}\n");
        return index;
    }

    /** The libraries of the system that the Java's own refer to, as this system's loader finds them. */
    private static void copyOfLibraries(Path home, TarFile tar) throws IOException, MojoExecutionException {
        List<String> line = new ArrayList<>(List.of("ldd", home.resolve("runtime/bin/java").toString()));
        for (Path file : FileTree.filesBelow(home.resolve("runtime/lib"))) {
            if (file.getFileName().toString().endsWith(".so")) {
                line.add(file.toString());
            }
        }
        TreeSet<Path> libraries = new TreeSet<>();
        Matcher matcher = LIBRARY.matcher(Jdk.run(line, Map.of()));
        while (matcher.find()) {
            Path library = Path.of(matcher.group(1)).normalize();
            if (!library.startsWith(home)) {
                libraries.add(library);
            }
        }
        TreeSet<Path> folders = new TreeSet<>();
        for (Path library : libraries) {
            for (Path f = library.getParent(); f != null && f.getNameCount() > 0; f = f.getParent()) {
                folders.add(f);
            }
        }
        for (Path f : folders) {
            tar.folder(f.toString().substring(1), 0755, 0);
        }
        for (Path library : libraries) {
            tar.file(library.toString().substring(1), 0755, library.toRealPath());
        }
    }

    private void layer(Path compressed) throws IOException {
        MessageDigest content = FileTree.digest("SHA-256");
        try (var in = new GZIPInputStream(Files.newInputStream(compressed));
                var out = new DigestOutputStream(OutputStream.nullOutputStream(), content)) {
            in.transferTo(out);
        }
        contents.add("sha256:" + HexFormat.of().formatHex(content.digest()));
        String digest = FileTree.digest("SHA-256", compressed);
        layers.add(Json.object("mediaType", "application/vnd.oci.image.layer.v1.tar+gzip", "digest", "sha256:" + digest, "size",
                Files.size(compressed)));
        Files.move(compressed, folder.resolve("blobs/sha256").resolve(digest));
    }

    private Map<String, Object> blob(String mediaType, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String digest = FileTree.sha256(bytes);
        Files.write(folder.resolve("blobs/sha256").resolve(digest), bytes);
        return Json.object("mediaType", mediaType, "digest", "sha256:" + digest, "size", bytes.length);
    }
}
