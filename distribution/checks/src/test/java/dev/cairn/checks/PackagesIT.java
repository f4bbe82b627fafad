package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Installs the Debian package into a folder and removes it; reads the image as a container's runtime does, and starts it. */
@Timeout(300)
class PackagesIT {
    @TempDir Path folder;

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
    }

    @ParameterizedTest
    @CsvSource({"cairn, full", "cairn-minimal, minimal"})
    void thePackageForDebianInstallsServesAndLeavesNothingBehind(String name, String distribution) throws Exception {
        String dpkg = ServerProcess.tool("dpkg");
        assumeTrue(Ready.isRoot(), "only root can install a package, even into a folder");
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.createDirectories(root.resolve("var/lib/dpkg"));
        Path target = "full".equals(distribution) ? Ready.FULL : Ready.MINIMAL;
        String file = Ready.names(target).stream().filter(n -> n.endsWith(".deb")).findFirst().orElseThrow();
        List<String> line = List.of(dpkg, "--root=" + root, "--force-script-chrootless", "--force-depends", "--log=/dev/null");
        List<String> install = new ArrayList<>(line);
        install.addAll(List.of("--install", target.resolve(file).toString()));
        Ready.run(folder, install);
        Path home = root.resolve("usr/lib").resolve(name);
        assertTrue(Files.exists(home.resolve("lib/cairn.aot")), "the installation makes the cache of loaded classes");
        assertEquals(home.resolve("bin/cairn-server").toRealPath(), root.resolve("usr/bin/cairn-server").toRealPath());
        String unit = Files.readString(root.resolve("usr/lib/systemd/system/" + name + ".service"));
        assertTrue(unit.contains("ExecStart=/usr/lib/" + name + "/bin/cairn-server /etc/" + name + "/" + name + ".conf "), unit);
        String conf = Files.readString(root.resolve("etc/" + name + "/" + name + ".conf"));
        assertTrue(conf.contains("\ndir /var/lib/" + name + "\n"), conf);
        Path here = Files.writeString(folder.resolve("here.conf"), conf.replace("dir /var/lib/" + name, "dir " + folder));
        try (ServerProcess server = ServerProcess.start(name, List.of(root.resolve("usr/bin/cairn-server").toString(), here.toString()));
                RespClient client = server.connect()) {
            assertEquals("OK", client.call("SET", "k", "v").text());
            assertEquals("v", client.call("GET", "k").text());
        }
        List<String> purge = new ArrayList<>(line);
        purge.addAll(List.of("--purge", name));
        Ready.run(folder, purge);
        assertEquals(List.of("var"), Ready.names(root));
        assertEquals(List.of("lib"), Ready.names(root.resolve("var")));
        assertEquals(List.of("dpkg"), Ready.names(root.resolve("var/lib")));
    }

    @ParameterizedTest
    @CsvSource({"cairn, full", "cairn-minimal, minimal"})
    void theImageIsWhatItsManifestSaysAndStarts(String name, String distribution) throws Exception {
        Path layout = ("full".equals(distribution) ? Ready.FULL : Ready.MINIMAL).resolve(name + "-oci");
        assertTrue(Files.readString(layout.resolve("oci-layout")).contains("1.0.0"));
        Path blobs = layout.resolve("blobs/sha256");
        for (String blob : Ready.names(blobs)) {
            assertEquals(blob, Ready.sha256(blobs.resolve(blob)));
        }
        String digest = "\"digest\": \"sha256:([0-9a-f]{64})\"";
        String manifest = Files.readString(blobs.resolve(matches(digest, Files.readString(layout.resolve("index.json"))).getFirst()));
        List<String> named = matches(digest, manifest);
        List<String> sizes = matches("\"size\": (\\d+)", manifest);
        for (int i = 0; i < named.size(); i++) {
            assertEquals(Long.parseLong(sizes.get(i)), Files.size(blobs.resolve(named.get(i))));
        }
        String config = Files.readString(blobs.resolve(named.getFirst()));
        Matcher entry = Pattern.compile("\"Entrypoint\": \\[(.*?)]", Pattern.DOTALL).matcher(config);
        assertTrue(entry.find(), config);
        List<String> command = matches("\"([^\"]+)\"", entry.group(1));
        assertEquals("/usr/lib/" + name + "/runtime/bin/java", command.getFirst());
        List<String> contents = matches("\"sha256:([0-9a-f]{64})\"", config);
        Path root = Files.createDirectory(folder.resolve("image"));
        for (int i = 1; i < named.size(); i++) {
            Path tar = folder.resolve("layer.tar");
            Ready.run(folder, List.of("sh", "-c", "gzip -dc \"$0\" > \"$1\"", blobs.resolve(named.get(i)).toString(), tar.toString()));
            assertEquals(contents.get(i - 1), Ready.sha256(tar));
            Ready.run(folder, List.of("tar", "xf", tar.toString(), "-C", root.toString()));
        }
        assertFalse(Files.exists(root.resolve("bin/sh")));
        assumeTrue(Ready.isRoot(), "only root can start what is in another root folder");
        // As a container's runtime does: the image as root, the kernel's folders in it, seen by this process alone.
        List<String> start = new ArrayList<>(List.of(ServerProcess.tool("unshare"), "--mount", "sh", "-c",
                "root=$1; shift; mount --rbind /dev \"$root/dev\" && mount -t proc proc \"$root/proc\""
                        + " && exec chroot --userspec=1000:1000 \"$root\" \"$@\"",
                "sh", root.toString()));
        start.addAll(command);
        try (ServerProcess server = ServerProcess.start(name + " as an image", start); RespClient client = server.connect()) {
            assertEquals("OK", client.call("SET", "k", "v").text());
            assertEquals("v", client.call("GET", "k").text());
        }
    }
}
