package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Installs the Debian package into a folder and removes it; reads the image as a container's runtime does, and starts it. */
@Timeout(900)
class PackagesIT {
    @TempDir Path folder;

    private static Path target(String distribution) {
        return distribution.equals("full") ? Ready.FULL : Ready.MINIMAL;
    }

    @ParameterizedTest
    @CsvSource({"cairn, full", "cairn-minimal, minimal"})
    void thePackageForDebianInstallsServesAndLeavesNothingBehind(String name, String distribution) throws Exception {
        String dpkg = ServerProcess.tool("dpkg");
        assumeTrue(Ready.isRoot(), "only root can install a package, even into a folder");
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.createDirectories(root.resolve("var/lib/dpkg"));
        Path target = target(distribution);
        String file = Ready.names(target).stream().filter(n -> n.endsWith(".deb")).findFirst().orElseThrow();
        List<String> line = List.of(dpkg, "--root=" + root, "--force-script-chrootless", "--force-depends", "--log=/dev/null");
        List<String> install = new ArrayList<>(line);
        install.addAll(List.of("--install", target.resolve(file).toString()));
        Ready.run(folder, install);
        Path home = root.resolve("usr/lib").resolve(name);
        String cache = distribution.equals("full") ? "lib/cairn.aot" : "lib/cairn.aot.gz";
        assertTrue(Files.exists(home.resolve(cache)), "the installation makes the cache of loaded classes");
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
    void systemdFindsNoFaultInTheUnitAndLittleExposed(String name, String distribution) throws Exception {
        String analyze = ServerProcess.tool("systemd-analyze");
        Path target = target(distribution);
        String file = Ready.names(target).stream().filter(n -> n.endsWith(".deb")).findFirst().orElseThrow();
        Path root = Files.createDirectory(folder.resolve("root"));
        Ready.run(folder, List.of(ServerProcess.tool("dpkg-deb"), "--extract", target.resolve(file).toString(), root.toString()));
        // The command has to be there, and is so only where the package was unpacked.
        String unit = Files.readString(root.resolve("usr/lib/systemd/system/" + name + ".service"));
        Path here = Files.writeString(folder.resolve(name + ".service"), unit.replace("=/usr/lib/", "=" + root + "/usr/lib/"));
        assertEquals("", Ready.run(folder, List.of(analyze, "verify", here.toString())));
        // Of 100: a service without a line of sandboxing has 92 to 96, and above 20 this fails.
        String security = Ready.run(folder, List.of(analyze, "security", "--offline=true", "--threshold=20", here.toString()));
        assertTrue(security.contains("Overall exposure level"), security);
    }

    @ParameterizedTest
    @CsvSource({"cairn, full", "cairn-minimal, minimal"})
    void theImageIsWhatItsManifestSaysAndStartsWithItsCacheInAnyFolder(String name, String distribution) throws Exception {
        var image = new OciImage(target(distribution).resolve(name + "-oci"));
        assertEquals("/usr/lib/" + name + "/runtime/bin/java", image.command().getFirst());
        assertEquals(List.of("--protected-mode", "no"), image.arguments());
        assertEquals("1000:1000", image.setting("User"));
        String work = image.setting("WorkingDir");
        assertEquals("/var/lib/" + name, work);
        assertTrue(image.hasVolume(work));
        assertTrue(image.exposes("6379/tcp"));
        Path root = Files.createDirectory(folder.resolve("image"));
        image.unpack(root, folder);
        assertFalse(Files.exists(root.resolve("bin/sh")));
        assertTrue(Files.exists(root.resolve("usr/lib/" + name + "/lib/cairn.aot")));
        assumeTrue(Ready.isRoot(), "only root can start what is in another root folder");
        startsWithItsCache(image, root, work);
        // One that the image does not have, as whoever starts it may name one, or mount a volume there.
        for (String other : List.of("/", "/data", "/srv/a/b/c/d/e/f")) {
            startsWithItsCache(image, root, other);
        }
    }

    /** Starts an unpacked image in a working folder. */
    private static void startsWithItsCache(OciImage image, Path root, String work) throws Exception {
        Files.createDirectories(root.resolve(work.substring(1)));
        List<String> start = inRoot(root, work);
        start.addAll(image.command());
        // After the file with the JVM's options, which disables logging.
        start.add(start.indexOf(image.command().getFirst()) + 2, "-Xlog:class+load:file=/tmp/classes.txt");
        try (ServerProcess server = ServerProcess.start("the image in " + work, start); RespClient client = server.connect()) {
            assertEquals("OK", client.call("SET", "k", "v").text());
            assertEquals("v", client.call("GET", "k").text());
        }
        Ready.assertFromCache(root.resolve("tmp/classes.txt"));
    }

    /** What starts a command as a container's runtime does: the image as root, the kernel's folders in it, seen by this process alone. */
    private static List<String> inRoot(Path root, String work) throws Exception {
        String unshare = ServerProcess.tool("unshare");
        String mount = "root=$1; work=$2; shift 2; mount --rbind /dev \"$root/dev\" && mount -t proc proc \"$root/proc\"";
        try (Launch probe = Launch.run(root.getParent(), Map.of(), "",
                List.of(unshare, "--mount", "sh", "-c", mount, "sh", root.toString(), work))) {
            assumeTrue(probe.exitCode() == 0, "nothing may be mounted here: " + probe.output());
        }
        return new ArrayList<>(List.of(unshare, "--mount", "sh", "-c", mount
                + " && exec unshare --root \"$root\" --wd \"$work\" --setgid 1000 --setuid 1000 \"$@\"",
                "sh", root.toString(), work));
    }

    @Test
    void theImageRunsInTheReferenceRuntime() throws Exception {
        String runc = ServerProcess.tool("runc");
        assumeTrue(Ready.isRoot(), "only root can run what is in another root folder");
        var image = new OciImage(Ready.MINIMAL.resolve("cairn-minimal-oci"));
        Path bundle = Files.createDirectory(folder.resolve("bundle"));
        image.unpack(Files.createDirectory(bundle.resolve("rootfs")), folder);
        Ready.run(bundle, List.of(runc, "spec"));
        String id = "cairn-" + ProcessHandle.current().pid();
        configure(bundle, image, List.of(image.command().getFirst(), "--version"));
        try (Launch probe = Launch.run(bundle, Map.of(), "", List.of(runc, "run", id))) {
            assumeTrue(probe.exitCode() == 0, "runc may run nothing here: " + probe.output());
        }
        int port = ServerProcess.freePort();
        List<String> command = new ArrayList<>(image.command());
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
        configure(bundle, image, command);
        try (Launch container = Launch.run(bundle, Map.of(), "", List.of(runc, "run", id)).ready();
                RespClient client = RespClient.connect(port)) {
            assertEquals("OK", client.call("SET", "k", "v").text());
            container.signal("TERM");
            assertEquals(0, container.exitCode());
            assertTrue(container.output().contains("bye bye"), container.output());
        } finally {
            Ready.run(bundle, List.of(runc, "delete", "--force", id));
        }
    }

    /** Fills the runtime's configuration as an engine does of the image's; but the network is this machine's, and no limits are set. */
    private static void configure(Path bundle, OciImage image, List<String> command) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(bundle.resolve("config.json").toFile());
        ObjectNode process = (ObjectNode) config.get("process");
        process.put("terminal", false).put("cwd", image.setting("WorkingDir")).set("args", json.valueToTree(command));
        String[] user = image.setting("User").split(":");
        process.putObject("user").put("uid", Integer.parseInt(user[0])).put("gid", Integer.parseInt(user[1]));
        ((ObjectNode) config.get("root")).put("readonly", false);
        remove(config.get("linux").get("namespaces"), "network");
        remove(config.get("mounts"), "cgroup");
        json.writeValue(bundle.resolve("config.json").toFile(), config);
    }

    private static void remove(JsonNode list, String type) {
        for (Iterator<JsonNode> elements = list.elements(); elements.hasNext();) {
            if (elements.next().path("type").asText().equals(type)) {
                elements.remove();
            }
        }
    }
}
