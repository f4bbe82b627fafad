package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.CounterModule;
import dev.cairn.distribution.support.ModuleJar;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** What keeps a module of the built server from being upgraded or unloaded, each told to the client and over when its reason is. */
@Timeout(120)
class ModuleVetoesIT {
    private static final Path LIB = ServerProcess.distribution().resolve("lib");
    private static final String NOTHING = "public void configure(Registrar r) {}";

    @TempDir Path folder;
    private int jars;

    private Path folder() throws IOException {
        return Files.createDirectories(folder.resolve("jar" + jars++));
    }

    private Path jar(String packageName, int version, String members) throws IOException {
        return ModuleJar.compile(folder(), LIB, ModuleJar.sources(packageName, version, "", members));
    }

    private static ServerProcess start(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--enable-module-command", "yes"));
        return ServerProcess.cairn(all.toArray(String[]::new));
    }

    private static String text(RespClient client, String... words) throws IOException {
        return client.call(words).text();
    }

    private static void load(RespClient client, Path jar) throws IOException {
        assertEquals("OK", text(client, "MODULE", "LOAD", jar.toString()));
    }

    private static String upgrade(RespClient client, String name, Path jar) throws IOException {
        return text(client, "MODULE", "UPGRADE", name, jar.toString());
    }

    private static void awaitInfo(RespClient client, String section, String line) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
        String info = text(client, "INFO", section);
        while (!info.contains(line)) {
            assertTrue(Instant.now().isBefore(deadline), info);
            info = text(client, "INFO", section);
        }
    }

    @Test
    void aModuleStaysWhileAnotherUsesItsApi() throws IOException {
        String shares = """
                public void configure(Registrar r) {
                    r.export(java.util.function.LongSupplier.class, () -> info().version());
                    r.command(CommandSpec.of("SHARES.VERSION", 1), (call, args, out) -> out.integer(info().version()));
                }
                """;
        Path user = jar("test.user", 1, """
                private java.util.function.LongSupplier api;

                public void configure(Registrar r) {
                    r.command(CommandSpec.of("USER.ASKS", 1), (call, args, out) -> out.integer(api.getAsLong()));
                }

                public void start(ModuleContext c) {
                    api = c.require(java.util.function.LongSupplier.class).orElseThrow();
                }
                """);
        Path second = jar("test.shares", 2, shares);
        String why = "the module exports APIs used by other modules. Please unload them first and try again";
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            load(client, jar("test.shares", 1, shares));
            load(client, user);
            assertEquals("ERR Error upgrading module: " + why, upgrade(client, "shares", second));
            assertEquals("ERR Error unloading module: " + why, text(client, "MODULE", "UNLOAD", "shares"));
            assertEquals(1, client.call("SHARES.VERSION").number());
            assertEquals(1, client.call("USER.ASKS").number());
            assertTrue(text(client, "INFO", "modules").contains("module:name=shares,ver=1,api=1,filters=0,usedby=[user]"),
                    text(client, "INFO", "modules"));
            assertEquals("OK", text(client, "MODULE", "UNLOAD", "user"));
            assertEquals("OK", upgrade(client, "shares", second));
            load(client, user);
            assertEquals(2, client.call("USER.ASKS").number());
        }
    }

    @Test
    void aModuleStaysWhileAnotherHasSubcommandsInItsContainer() throws IOException {
        String box = """
                public void configure(Registrar r) {
                    r.container(CommandSpec.of("BOX", -2));
                    r.command(CommandSpec.of("BOX|VERSION", 2), (call, args, out) -> out.integer(info().version()));
                }
                """;
        Path second = jar("test.box", 2, box);
        String why = "the module exports APIs used by other modules. Please unload them first and try again";
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            load(client, jar("test.box", 1, box));
            load(client, jar("test.lid", 1, """
                    public void configure(Registrar r) {
                        r.command(CommandSpec.of("BOX|LID", 2), (call, args, out) -> out.bulk("lid"));
                    }
                    """));
            assertEquals("ERR Error upgrading module: " + why, upgrade(client, "box", second));
            assertEquals("ERR Error unloading module: " + why, text(client, "MODULE", "UNLOAD", "box"));
            assertEquals(1, client.call("BOX", "VERSION").number());
            assertEquals("lid", text(client, "BOX", "LID"));
            assertEquals("OK", text(client, "MODULE", "UNLOAD", "lid"));
            assertEquals("OK", upgrade(client, "box", second));
            assertEquals(2, client.call("BOX", "VERSION").number());
            assertTrue(text(client, "BOX", "LID").startsWith("ERR unknown subcommand 'LID'"), text(client, "BOX", "LID"));
        }
    }

    @Test
    void aModuleStaysWhileThereAreKeysOfItsTypes() throws IOException {
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            load(client, CounterModule.first(folder(), CounterModule.PLAIN));
            client.call("COUNTER.SET", "k", "1");
            assertEquals("ERR Error unloading module: the module exports one or more module-side data types, can't unload",
                    text(client, "MODULE", "UNLOAD", "counter"));
            assertEquals(1, client.call("COUNTER.GET", "k").number());
            client.call("DEL", "k");
            assertEquals("OK", text(client, "MODULE", "UNLOAD", "counter"));
        }
    }

    @Test
    void whatANewerVersionMayNotBringIsRefusedAndTheOlderOneRunsOn() throws IOException {
        Map<Path, String> reasons = new HashMap<>();
        reasons.put(jar("test.plain", 2, """
                public void configure(Registrar r) {
                    r.persistence(host -> {});
                }
                """), "brings what the whole server runs on: that is loaded at the start");
        reasons.put(jar("test.plain", 2, """
                public void configure(Registrar r) {
                    r.command(CommandSpec.of("PLAIN.NEW", 1), (call, args, out) -> out.ok());
                }
                """), "command 'plain.new' of module 'plain': command 'getdel' of module 'types-string' is renamed to that name");
        Map<String, String> later = new HashMap<>(ModuleJar.sources("test.plain", 2, "", NOTHING));
        later.computeIfPresent("test/plain/M.java",
                (name, source) -> source.replace("ModuleInfo.of(\"plain\", 2)", "new ModuleInfo(\"plain\", 2, new SpiVersion(1, 99))"));
        reasons.put(ModuleJar.compile(folder(), LIB, later), "is built for version 1.99 of the server API");
        reasons.put(ModuleJar.compile(folder(), LIB, ModuleJar.sources("test.plain", 2, "requires java.sql;", NOTHING)), "java.sql");
        reasons.put(jar("test.plain", 2, """
                public void configure(Registrar r) {
                    r.connectionType(new dev.cairn.api.io.ConnectionType() {
                        public String name() {
                            return "deaf";
                        }

                        public List<dev.cairn.api.io.Listener> listen(dev.cairn.api.io.Loop loop,
                                java.util.function.Consumer<dev.cairn.api.io.Connection> accepted) throws java.io.IOException {
                            throw new java.io.IOException("no ears");
                        }
                    });
                }
                """), "version 2 cannot listen on deaf: no ears");
        try (ServerProcess server = start("--rename-command", "GETDEL", "PLAIN.NEW"); RespClient client = server.connect()) {
            load(client, jar("test.plain", 1, """
                    public void configure(Registrar r) {
                        r.command(CommandSpec.of("PLAIN.VERSION", 1), (call, args, out) -> out.integer(info().version()));
                    }
                    """));
            for (Map.Entry<Path, String> reason : reasons.entrySet()) {
                String reply = upgrade(client, "plain", reason.getKey());
                assertTrue(reply.startsWith("ERR Error upgrading module: ") && reply.contains(reason.getValue()), reply);
                assertEquals(1, client.call("PLAIN.VERSION").number());
                assertTrue(text(client, "INFO", "modules").contains("module:name=plain,ver=1,"));
            }
            assertEquals("OK", upgrade(client, "plain", jar("test.plain", 2, NOTHING)));
            assertTrue(text(client, "PLAIN.VERSION").startsWith("ERR unknown command"));
        }
    }

    private Path worker(int version) throws IOException {
        return jar("test.worker", version, """
                private final java.util.concurrent.CountDownLatch go = new java.util.concurrent.CountDownLatch(1);
                private dev.cairn.api.job.JobQueue<String, String> queue;

                private final dev.cairn.api.job.BackgroundJobType<String, String> type = new dev.cairn.api.job.BackgroundJobType<>() {
                    public String name() {
                        return "work";
                    }

                    public String lane() {
                        return "work";
                    }

                    public String run(String job, dev.cairn.api.job.JobContext c) throws Exception {
                        go.await();
                        return job;
                    }
                };

                public void configure(Registrar r) {
                    r.jobType(type);
                    r.command(CommandSpec.of("WORK.RUN", 1), (call, args, out) -> {
                        queue.submit("job");
                        out.ok();
                    });
                    r.command(CommandSpec.of("WORK.GO", 1), (call, args, out) -> {
                        go.countDown();
                        out.ok();
                    });
                    r.command(CommandSpec.of("WORK.VERSION", 1), (call, args, out) -> out.integer(info().version()));
                }

                public void start(ModuleContext c) {
                    queue = c.jobs(type);
                }
                """);
    }

    @Test
    void whileAModuleIsUpgradedNoOtherChangeOfModulesBegins() throws IOException {
        Path second = worker(2);
        Path other = jar("test.other", 1, NOTHING);
        String why = "module 'worker' is being upgraded. Please wait for that and try again";
        try (ServerProcess server = start(); RespClient client = server.connect(); RespClient upgrading = server.connect()) {
            load(client, worker(1));
            assertEquals("OK", text(client, "WORK.RUN"));
            upgrading.send(RespClient.command("MODULE", "UPGRADE", "worker", second.toString()));
            upgrading.flush();
            awaitInfo(client, "clients", "blocked_clients:1\r\n");
            // a client waits from the time that the jars are read on; the upgrade itself has begun when it is logged
            Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
            while (!server.log().contains("is being upgraded to version 2")) {
                assertTrue(Instant.now().isBefore(deadline), "the upgrade does not begin");
            }
            assertEquals("ERR Error loading the extension. " + why, text(client, "MODULE", "LOAD", other.toString()));
            assertEquals("ERR Error unloading module: " + why, text(client, "MODULE", "UNLOAD", "worker"));
            assertEquals("ERR Error upgrading module: " + why, upgrade(client, "worker", second));
            assertEquals(1, client.call("WORK.VERSION").number());
            assertEquals("OK", text(client, "WORK.GO"));
            assertEquals("OK", upgrading.read().text());
            assertEquals(2, client.call("WORK.VERSION").number());
            load(client, other);
        }
    }

    @Test
    void jobsThatDoNotEndKeepTheOlderVersion() throws IOException {
        Path second = worker(2);
        try (ServerProcess server = start(); RespClient client = server.connect()) {
            load(client, worker(1));
            assertEquals("OK", text(client, "WORK.RUN"));
            client.call("MULTI");
            client.call("MODULE", "UPGRADE", "worker", second.toString());
            assertEquals("ERR Error upgrading module: the module has background jobs. Please wait for them and try again",
                    client.call("EXEC").elements().getFirst().text());
            assertEquals("ERR Error upgrading module: the module has background jobs that do not end. Please wait for them and try again",
                    upgrade(client, "worker", second));
            assertEquals(1, client.call("WORK.VERSION").number());
            assertEquals("OK", text(client, "WORK.GO"));
            assertEquals("OK", upgrade(client, "worker", second));
            assertEquals(2, client.call("WORK.VERSION").number());
        }
    }

    @Test
    void aClientThatWaitsWithMoreWordsThanAreKeptKeepsTheOlderVersion() throws IOException {
        Path second = CounterModule.later(folder(), 2, CounterModule.PLAIN, CounterModule.LOAD);
        try (ServerProcess server = start(); RespClient client = server.connect(); RespClient waiting = server.connect()) {
            load(client, CounterModule.first(folder(), CounterModule.PLAIN));
            String key = "k".repeat(70_000);
            waiting.send(RespClient.command("COUNTER.WAIT", key, "0"));
            waiting.flush();
            awaitInfo(client, "clients", "blocked_clients:1\r\n");
            assertEquals(
                    "ERR Error upgrading module: the module has clients blocked in 'counter.wait' that cannot wait on in the newer version."
                            + " Please wait for them to be unblocked and try again",
                    upgrade(client, "counter", second));
            client.call("COUNTER.SET", key, "100");
            assertEquals("version 1", waiting.read().text());
            assertEquals("OK", upgrade(client, "counter", second));
        }
    }
}
