package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.CounterModule;
import dev.cairn.distribution.support.ModuleJar;
import dev.cairn.distribution.support.Modules;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;
import dev.cairn.distribution.support.WorkerModule;

/** What keeps a module of the built server from being upgraded or unloaded, each told to the client and over when its reason is. */
@Timeout(900)
class ModuleVetoesIT {
    private static final String NOTHING = "public void configure(Registrar r) {}";

    @TempDir Path folder;

    private Path jar(String packageName, int version, String members) throws IOException {
        return ModuleJar.compile(folder, packageName, version, members);
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
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, jar("test.shares", 1, shares));
            Modules.load(client, user);
            assertEquals("ERR Error upgrading module: " + why, Modules.upgrade(client, "shares", second));
            assertEquals("ERR Error unloading module: " + why, client.text("MODULE", "UNLOAD", "shares"));
            assertEquals(1, client.call("SHARES.VERSION").number());
            assertEquals(1, client.call("USER.ASKS").number());
            assertTrue(client.text("INFO", "modules").contains("module:name=shares,ver=1,api=1,filters=0,usedby=[user]"),
                    client.text("INFO", "modules"));
            assertEquals("OK", client.text("MODULE", "UNLOAD", "user"));
            assertEquals("OK", Modules.upgrade(client, "shares", second));
            Modules.load(client, user);
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
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, jar("test.box", 1, box));
            Modules.load(client, jar("test.lid", 1, """
                    public void configure(Registrar r) {
                        r.command(CommandSpec.of("BOX|LID", 2), (call, args, out) -> out.bulk("lid"));
                    }
                    """));
            assertEquals("ERR Error upgrading module: " + why, Modules.upgrade(client, "box", second));
            assertEquals("ERR Error unloading module: " + why, client.text("MODULE", "UNLOAD", "box"));
            assertEquals(1, client.call("BOX", "VERSION").number());
            assertEquals("lid", client.text("BOX", "LID"));
            assertEquals("OK", client.text("MODULE", "UNLOAD", "lid"));
            assertEquals("OK", Modules.upgrade(client, "box", second));
            assertEquals(2, client.call("BOX", "VERSION").number());
            assertTrue(client.text("BOX", "LID").startsWith("ERR unknown subcommand 'LID'"), client.text("BOX", "LID"));
        }
    }

    @Test
    void aModuleStaysWhileThereAreKeysOfItsTypes() throws IOException {
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, CounterModule.first(folder, CounterModule.PLAIN));
            client.call("COUNTER.SET", "k", "1");
            assertEquals("ERR Error unloading module: the module exports one or more module-side data types, can't unload",
                    client.text("MODULE", "UNLOAD", "counter"));
            assertEquals(1, client.call("COUNTER.GET", "k").number());
            client.call("DEL", "k");
            assertEquals("OK", client.text("MODULE", "UNLOAD", "counter"));
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
        reasons.put(ModuleJar.compile(folder, later), "is built for version 1.99 of the server API");
        reasons.put(ModuleJar.compile(folder, ModuleJar.sources("test.plain", 2, "requires java.sql;", NOTHING)), "java.sql");
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
        try (ServerProcess server = Modules.start("--rename-command", "GETDEL", "PLAIN.NEW"); RespClient client = server.connect()) {
            Modules.load(client, jar("test.plain", 1, """
                    public void configure(Registrar r) {
                        r.command(CommandSpec.of("PLAIN.VERSION", 1), (call, args, out) -> out.integer(info().version()));
                    }
                    """));
            for (Map.Entry<Path, String> reason : reasons.entrySet()) {
                String reply = Modules.upgrade(client, "plain", reason.getKey());
                assertTrue(reply.startsWith("ERR Error upgrading module: ") && reply.contains(reason.getValue()), reply);
                assertEquals(1, client.call("PLAIN.VERSION").number());
                assertTrue(client.text("INFO", "modules").contains("module:name=plain,ver=1,"));
            }
            assertEquals("OK", Modules.upgrade(client, "plain", jar("test.plain", 2, NOTHING)));
            assertTrue(client.text("PLAIN.VERSION").startsWith("ERR unknown command"));
        }
    }

    @Test
    void whileAModuleIsUpgradedNoOtherChangeOfModulesBegins() throws IOException {
        Path second = WorkerModule.compile(folder, 2);
        Path other = jar("test.other", 1, NOTHING);
        String why = "module 'worker' is being upgraded. Please wait for that and try again";
        try (ServerProcess server = Modules.start(); RespClient client = server.connect(); RespClient upgrading = server.connect()) {
            Modules.load(client, WorkerModule.compile(folder, 1));
            assertEquals("OK", client.text("WORK.RUN"));
            upgrading.begin("MODULE", "UPGRADE", "worker", second.toString());
            client.awaitInfo("clients", "blocked_clients:1\r\n");
            // a client waits from the time that the jars are read on; the upgrade itself has begun when it is logged
            Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
            while (!server.log().contains("is being upgraded to version 2")) {
                assertTrue(Instant.now().isBefore(deadline), "the upgrade does not begin");
            }
            assertEquals("ERR Error loading the extension. " + why, client.text("MODULE", "LOAD", other.toString()));
            assertEquals("ERR Error unloading module: " + why, client.text("MODULE", "UNLOAD", "worker"));
            assertEquals("ERR Error upgrading module: " + why, Modules.upgrade(client, "worker", second));
            assertEquals(1, client.call("WORK.VERSION").number());
            assertEquals("OK", client.text("WORK.GO"));
            assertEquals("OK", upgrading.read().text());
            assertEquals(2, client.call("WORK.VERSION").number());
            Modules.load(client, other);
        }
    }

    @Test
    void jobsThatDoNotEndKeepTheOlderVersion() throws IOException {
        Path second = WorkerModule.compile(folder, 2);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, WorkerModule.compile(folder, 1));
            assertEquals("OK", client.text("WORK.RUN"));
            client.call("MULTI");
            client.call("MODULE", "UPGRADE", "worker", second.toString());
            assertEquals("ERR Error upgrading module: the module has background jobs. Please wait for them and try again",
                    client.call("EXEC").elements().getFirst().text());
            assertEquals("ERR Error upgrading module: the module has background jobs that do not end. Please wait for them and try again",
                    Modules.upgrade(client, "worker", second));
            assertEquals(1, client.call("WORK.VERSION").number());
            assertEquals("OK", client.text("WORK.GO"));
            assertEquals("OK", Modules.upgrade(client, "worker", second));
            assertEquals(2, client.call("WORK.VERSION").number());
        }
    }

    @Test
    void aClientThatWaitsWithMoreWordsThanAreKeptKeepsTheOlderVersion() throws IOException {
        Path second = CounterModule.later(folder, 2, CounterModule.PLAIN, CounterModule.LOAD);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect(); RespClient waiting = server.connect()) {
            Modules.load(client, CounterModule.first(folder, CounterModule.PLAIN));
            String key = "k".repeat(70_000);
            waiting.begin("COUNTER.WAIT", key, "0");
            client.awaitInfo("clients", "blocked_clients:1\r\n");
            assertEquals(
                    "ERR Error upgrading module: the module has clients blocked in 'counter.wait' that cannot wait on in the newer version."
                            + " Please wait for them to be unblocked and try again",
                    Modules.upgrade(client, "counter", second));
            client.call("COUNTER.SET", key, "100");
            assertEquals("version 1", waiting.read().text());
            assertEquals("OK", Modules.upgrade(client, "counter", second));
        }
    }
}
