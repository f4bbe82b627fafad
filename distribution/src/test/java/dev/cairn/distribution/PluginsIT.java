package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cairn.distribution.support.Launch;
import dev.cairn.distribution.support.ModuleJar;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Takes plug-ins off the module path: the server boots without each of them, or says clearly what it lacks. */
class PluginsIT {
    private static final String SERVICE = "dev.cairn.api.ServerModule";
    private static final String TRANSPORT = "dev.cairn.transport.tcp";
    private static final List<String> TRANSPORTS = List.of(TRANSPORT, "dev.cairn.transport.tls", "dev.cairn.transport.unix");
    private static final String CORE = "dev.cairn.core";

    @TempDir Path folder;
    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        port = ServerProcess.freePort();
    }

    /** The names of the modules in lib that bring a server module, and are neither the core itself nor a library of others. */
    static List<String> plugins() {
        List<String> required = references().flatMap(r -> r.descriptor().requires().stream()).map(ModuleDescriptor.Requires::name).toList();
        return references().filter(r -> r.descriptor().provides().stream().anyMatch(p -> p.service().equals(SERVICE)))
                .map(r -> r.descriptor().name()).filter(name -> !name.equals(CORE) && !required.contains(name)).sorted().toList();
    }

    private static Stream<ModuleReference> references() {
        return ModuleFinder.of(ServerProcess.distribution().resolve("lib")).findAll().stream();
    }

    /** Starts a copy of the distribution that lacks the jars of modules; the start script and its AOT cache still expect them. */
    private Launch without(String... modules) throws IOException {
        Path copy = copy();
        for (String module : modules) {
            Path jar = Path
                    .of(references().filter(r -> r.descriptor().name().equals(module)).findFirst().orElseThrow().location().orElseThrow());
            Files.delete(copy.resolve("lib").resolve(jar.getFileName()));
        }
        return run(copy);
    }

    private Path copy() throws IOException {
        Path home = ServerProcess.distribution();
        Path copy = folder.resolve("cairn");
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(home.relativize(file).toString());
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            }
        }
        return copy;
    }

    private Launch run(Path home, String... options) throws IOException {
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/cairn-server").toString()));
        line.addAll(List.of(options));
        line.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
        return Launch.run(folder, Map.of(), "", line);
    }

    private Path module(String name, String members) throws IOException {
        return ModuleJar.compile(folder, "test." + name, 1, members);
    }

    @Test
    void aFolderInPluginsIsLoadedAtEachStartAndOneThatIsWrongStopsIt() throws IOException {
        Path home = copy();
        Path plugin = Files.createDirectories(home.resolve("plugins/greeting"));
        Files.copy(module("greeting", """
                public void configure(Registrar r) {
                    Option<Long> times = r.option(OptionSpec.integer("times", 1, 1, 9).doc("How often."));
                    r.command(CommandSpec.of("GREET", 1), (call, args, out) -> out.bulk("hello".repeat(times.value().intValue())));
                }
                """), plugin.resolve("greeting.jar"));
        Path config = Files.writeString(folder.resolve("cairn.conf"), "greeting.times 2\n");
        try (Launch server = run(home, config.toString()).ready(); RespClient client = RespClient.connect(port)) {
            assertEquals("hellohello", client.call("GREET").text());
            assertTrue(client.call("MODULE", "LIST").toString().contains(plugin.toString()));
            assertEquals("OK", client.call("CONFIG", "REWRITE").text());
            assertTrue(server.process().isAlive());
        }
        String rewritten = Files.readString(config);
        assertTrue(rewritten.contains("greeting.times 2") && !rewritten.contains("loadmodule"), rewritten);
        Path wrong = Files.createDirectories(home.resolve("plugins/wrong"));
        Files.copy(module("wrong", "public void configure(Registrar r) { r.command(CommandSpec.of(\"GET\", 2), (c, a, o) -> o.ok()); }"),
                wrong.resolve("wrong.jar"));
        try (Launch server = run(home)) {
            assertEquals(1, server.exitCode());
            assertTrue(server.output().contains("command 'get' of module 'wrong' is taken by module 'types-string'"), server.output());
        }
    }

    @Test
    void aModuleOfTheConfigurationThatCannotBeLoadedStopsTheStart() throws IOException {
        Path home = ServerProcess.distribution();
        try (Launch server = run(home, "--loadmodule", folder.resolve("absent.jar").toString())) {
            assertEquals(1, server.exitCode());
            assertTrue(server.output().contains("absent.jar does not exist"), server.output());
        }
        Path jar =
                module("refusing", "public void configure(Registrar r) throws ModuleRejected { throw new ModuleRejected(\"not today\"); }");
        try (Launch server = run(home, "--loadmodule", jar.toString(), "a", "b")) {
            assertEquals(1, server.exitCode());
            assertTrue(server.output().contains("not today"), server.output());
        }
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void theServerBootsWithoutAPluginOrSaysWhatItLacks(String module) throws IOException {
        try (Launch server = without(module)) {
            if (module.equals(TRANSPORT)) {
                assertEquals(1, server.exitCode());
                assertTrue(server.output().contains("Configured to not listen anywhere, exiting."), server.output());
                return;
            }
            server.ready();
            try (RespClient client = RespClient.connect(port)) {
                assertEquals("PONG", client.call("PING").text());
                assertTrue(client.call("INFO").text().contains("used_memory:"));
                assertEquals(0, client.call("DBSIZE").number());
                assertFalse(client.call("COMMAND", "LIST").elements().isEmpty());
            }
            server.signal("TERM");
            assertEquals(0, server.exitCode());
            assertFalse(server.output().contains("Exception"), server.output());
        }
    }

    @Test
    void withoutAnyTransportItSaysThatNobodyCouldConnect() throws IOException {
        try (Launch server = without(TRANSPORTS.toArray(String[]::new))) {
            assertEquals(1, server.exitCode());
            assertTrue(server.output().contains("No module brings a connection type, such as transport-tcp"), server.output());
        }
    }

    @Test
    void withoutStringsTheirCommandsAreUnknownAndTheRestWorks() throws IOException {
        try (Launch server = without("dev.cairn.types.string").ready(); RespClient client = RespClient.connect(port)) {
            assertTrue(client.call("SET", "k", "v").text().startsWith("ERR unknown command 'SET'"));
            assertEquals(0, client.call("EXISTS", "k").number());
            assertEquals("OK", client.call("SELECT", "3").text());
            assertEquals("OK", client.call("MULTI").text());
            assertEquals("QUEUED", client.call("ECHO", "x").text());
            assertEquals("x", client.call("EXEC").elements().get(0).text());
            assertEquals("none", client.call("TYPE", "k").text());
            assertEquals("0", client.call("SCAN", "0").elements().get(0).text());
            assertEquals("OK", client.call("FLUSHALL").text());
            assertEquals(2, client.call("CONFIG", "GET", "hz").elements().size());
            assertTrue(server.process().isAlive());
        }
    }

    @Test
    void withoutBackgroundJobsMemoryIsStillReturned() throws IOException {
        try (Launch server = without("dev.cairn.bio").ready(); RespClient client = RespClient.connect(port)) {
            assertEquals((64 << 20) + 1, client.call("SETRANGE", "large", Integer.toString(64 << 20), "x").number());
            assertEquals("OK", client.call("SET", "small", "v").text());
            assertEquals("OK", client.call("FLUSHALL", "ASYNC").text());
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!client.call("INFO", "memory").text().contains("lazyfree_pending_objects:0\r\nlazyfreed_objects:2\r\n")) {
                assertTrue(System.nanoTime() < deadline, client.call("INFO", "memory").text());
            }
            assertTrue(client.call("INFO", "memory").text().contains("lazyfree_pending_bytes:0"));
            assertEquals("", client.call("INFO", "bio").text());
            assertTrue(server.process().isAlive());
        }
    }
}
