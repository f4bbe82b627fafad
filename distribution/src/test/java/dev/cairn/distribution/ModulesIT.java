package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.ModuleJar;
import dev.cairn.distribution.support.Modules;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.ServerProcess;

/** Modules loaded into the built server while it runs, and unloaded again. */
class ModulesIT {
    private static final Path HOME = ServerProcess.distribution();
    private static final String HELLO = """
            private Option<Long> times;

            public void configure(Registrar r) {
                times = r.option(OptionSpec.integer("times", 1, 1, 9).doc("How often HELLO.SAY says it."));
                r.command(CommandSpec.of("HELLO.SAY", 2).summary("Says hello.").flags(CommandFlag.FAST).syntax("name"),
                        (call, args, out) -> out.bulk("hello ".repeat(times.value().intValue()) + args.at(1).text()));
                r.info("Hello", true, out -> out.field("hello_arguments", words));
            }

            private String words = "";

            public void start(ModuleContext c) {
                words = String.join("+", c.arguments());
            }
            """;

    @TempDir Path folder;

    private Path jar(String packageName, String requires, String members) throws IOException {
        return ModuleJar.compile(folder, ModuleJar.sources(packageName, requires, members));
    }

    private Path folderOf(Path... files) throws IOException {
        Path together = Files.createTempDirectory(folder, "folder");
        for (int i = 0; i < files.length; i++) {
            Files.copy(files[i], together.resolve("jar-" + (char) ('a' + i) + ".jar"));
        }
        return together;
    }

    @Test
    void aModuleIsLoadedListedUsedAndUnloaded() throws IOException {
        Path jar = jar("test.hello", "", HELLO);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            long before = client.call("COMMAND", "COUNT").number();
            Modules.load(client, jar, "one", "two");
            assertEquals("hello world", client.text("HELLO.SAY", "world"));
            assertEquals("OK", client.text("CONFIG", "SET", "hello.times", "2"));
            assertEquals("hello hello world", client.text("HELLO.SAY", "world"));
            assertTrue(client.text("INFO", "hello").contains("hello_arguments:one+two"));
            assertTrue(client.call("MODULE", "LIST").toString().contains(jar.toString()));
            assertEquals("OK", client.text("MODULE", "UNLOAD", "hello"));
            assertTrue(client.text("HELLO.SAY", "world").startsWith("ERR unknown command"));
            assertEquals(before, client.call("COMMAND", "COUNT").number());
            assertTrue(client.call("CONFIG", "GET", "hello.*").elements().isEmpty());
            assertFalse(client.text("INFO", "everything").contains("hello_arguments"));
            assertEquals("ERR Error unloading module: no such module with that name", client.text("MODULE", "UNLOAD", "hello"));
        }
    }

    @Test
    void nothingIsLeftInMemoryOfAModuleThatWasLoadedAHundredTimes() throws Exception {
        Path jar = jar("test.hello", "", HELLO);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            for (int i = 0; i < 100; i++) {
                Modules.load(client, jar);
                assertEquals("hello x", client.text("HELLO.SAY", "x"));
                assertEquals("OK", client.text("MODULE", "UNLOAD", "hello"));
            }
            Modules.awaitNothingLeft(server, client, 100, 0);
        }
    }

    @Test
    void threadsTimersListenersAndCopiesEndWithTheirModule() throws Exception {
        Path jar = jar("test.busy", "", """
                private long heard;
                private Thread thread;

                public void configure(Registrar r) {
                    r.on(Cron.class, event -> heard++);
                    r.onKeys(Set.of(KeyEventClass.STRING), (database, events, event, key) -> heard++);
                    r.filter(words -> heard++);
                    r.authenticator((client, user, password) -> Authenticator.Verdict.UNDECIDED);
                    r.command(CommandSpec.of("BUSY.HEARD", 1), (call, args, out) -> out.integer(heard));
                }

                public void start(ModuleContext c) {
                    c.loop().every(Duration.ofMillis(1), () -> heard++);
                    java.util.concurrent.CountDownLatch never = new java.util.concurrent.CountDownLatch(1);
                    thread = c.thread("busy-thread", () -> {
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            heard++;
                        }
                    });
                    thread.start();
                }

                public void stop(StopReason why) {
                    thread.interrupt();
                    try {
                        thread.join();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                """);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            long pid = server.process().pid();
            for (int i = 0; i < 20; i++) {
                Modules.load(client, jar);
                awaitThread(pid, true);
                client.call("SET", "k", "v");
                assertTrue(client.call("BUSY.HEARD").number() > 0);
                assertEquals("OK", client.text("MODULE", "UNLOAD", "busy"));
                awaitThread(pid, false);
            }
            Modules.awaitNothingLeft(server, client, 20, 0);
            assertFalse(server.log().contains("still runs"), server.log());
        }
    }

    /** The kernel learns of a thread's name, and of its end, a little later than Java. */
    private static void awaitThread(long pid, boolean there) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (threads(pid).contains("busy-thread") != there) {
            assertTrue(Instant.now().isBefore(deadline), () -> "the module's thread is " + (there ? "not there" : "still there"));
        }
    }

    /** The names of a process's threads. */
    private static List<String> threads(long pid) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                try {
                    names.add(Files.readString(task.resolve("comm")).strip());
                } catch (NoSuchFileException e) {
                    // it has ended since
                    continue;
                }
            }
        }
        return names;
    }

    @Test
    void aRefusedModuleLeavesNothingAndIsToldWhy() throws IOException {
        Map<String, String> reasons = new HashMap<>();
        reasons.put(
                jar("test.taken", "",
                        "public void configure(Registrar r) {\n r.command(CommandSpec.of(\"OWN.COMMAND\", 1), (c, a, o) -> o.ok());\n"
                                + " r.command(CommandSpec.of(\"GET\", 2), (c, a, o) -> o.ok()); }")
                        .toString(),
                "command 'get' of module 'taken' is taken by module 'types-string'");
        reasons.put(jar("test.throwing", "",
                "public void configure(Registrar r) {\n r.command(CommandSpec.of(\"OWN.COMMAND\", 1), (c, a, o) -> o.ok());\n"
                        + " throw new IllegalArgumentException(\"no such luck\"); }")
                .toString(), "no such luck");
        reasons.put(
                jar("test.starting", "",
                        "public void configure(Registrar r) {\n r.command(CommandSpec.of(\"OWN.COMMAND\", 1), (c, a, o) -> o.ok()); }\n"
                                + " public void start(ModuleContext c) throws Exception { throw new java.io.IOException(\"no file\"); }")
                        .toString(),
                "module 'starting' cannot start: no file");
        reasons.put(jar("test.needy", "requires java.sql;", "public void configure(Registrar r) {}").toString(), "java.sql");
        reasons.put(jar("dev.cairn.resp", "", "public void configure(Registrar r) {}").toString(), "is module 'dev.cairn.resp'");
        reasons.put(
                ModuleJar.compile(folder,
                        Map.of("module-info.java", "module test.split { requires dev.cairn.api; }", "dev/cairn/resp/Mine.java",
                                "package dev.cairn.resp;\npublic class Mine {}"))
                        .toString(),
                "has package 'dev.cairn.resp', which belongs to module 'dev.cairn.resp'");
        reasons.put(
                ModuleJar.compile(folder,
                        Map.of("module-info.java", "module test.none { requires dev.cairn.api; exports test.none; }", "test/none/N.java",
                                "package test.none;\npublic class N {}"))
                        .toString(),
                "holds no module that provides dev.cairn.api.ServerModule");
        reasons.put(folderOf(jar("test.one", "", "public void configure(Registrar r) {}"),
                jar("test.two", "", "public void configure(Registrar r) {}")).toString(), "holds two modules that provide");
        Map<String, String> newer = new HashMap<>(ModuleJar.sources("test.newer", "", "public void configure(Registrar r) {}"));
        newer.computeIfPresent("test/newer/M.java",
                (name, text) -> text.replace("ModuleInfo.of(\"newer\", 1)", "new ModuleInfo(\"newer\", 1, new SpiVersion(1, 99))"));
        reasons.put(ModuleJar.compile(folder, newer).toString(), "is built for version 1.99 of the server API");
        reasons.put(jar("test.listed", "", "public void configure(Registrar r) { r.info(\"Memory\", true, out -> {}); }").toString(),
                "emory");
        reasons.put(HOME.resolve("lib").toString(), "which the server has itself");
        reasons.put(folder.resolve("absent.jar").toString(), "does not exist");
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            long before = client.call("COMMAND", "COUNT").number();
            for (Map.Entry<String, String> reason : reasons.entrySet()) {
                String reply = client.text("MODULE", "LOAD", reason.getKey());
                assertTrue(reply.startsWith("ERR Error loading the extension. "), reply);
                assertTrue(reply.contains(reason.getValue()), reply);
                assertEquals(before, client.call("COMMAND", "COUNT").number(), reply);
            }
            assertTrue(client.text("OWN.COMMAND").startsWith("ERR unknown command"));
            assertEquals("PONG", client.text("PING"));
        }
    }

    @Test
    void aModuleStaysWhileAClientWaitsInItOrATimerOfItIsToRun() throws IOException {
        Path jar = jar("test.waiting", "", """
                private dev.cairn.api.io.Loop loop;
                private dev.cairn.api.io.Loop.Timer timer;

                public void configure(Registrar r) {
                    r.command(CommandSpec.of("WAITING.FOR", 2).flags(CommandFlag.BLOCKING).keys(KeySpec.at(1, KeySpec.Flag.RO)).syntax("key"),
                            (call, args, out) -> call.suspend(new Suspension(0, List.of(args.at(1)), false, (c, o) -> {
                                o.ok();
                                return true;
                            }, (c, o) -> true, () -> {})));
                    r.command(CommandSpec.of("WAITING.LATER", 1), (call, args, out) -> {
                        timer = loop.after(Duration.ofHours(1), () -> {});
                        out.ok();
                    });
                    r.command(CommandSpec.of("WAITING.NEVER", 1), (call, args, out) -> {
                        timer.cancel();
                        out.ok();
                    });
                }

                public void start(ModuleContext c) {
                    loop = c.loop();
                }
                """);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect(); RespClient waiting = server.connect()) {
            Modules.load(client, jar);
            waiting.begin("WAITING.FOR", "k");
            client.awaitInfo("clients", "blocked_clients:1\r\n");
            assertEquals("ERR Error unloading module: the module has blocked clients. Please wait for them to be unblocked and try again",
                    client.text("MODULE", "UNLOAD", "waiting"));
            client.call("SET", "k", "v");
            assertEquals("OK", waiting.read().text());
            client.call("WAITING.LATER");
            assertEquals(
                    "ERR Error unloading module: the module holds timer that is not fired. Please stop the timer or wait until it fires.",
                    client.text("MODULE", "UNLOAD", "waiting"));
            client.call("WAITING.NEVER");
            client.call("MULTI");
            waiting.call("MULTI");
            waiting.call("WAITING.NEVER");
            client.call("DISCARD");
            assertEquals("OK", client.text("MODULE", "UNLOAD", "waiting"));
            assertTrue(waiting.text("EXEC").startsWith("EXECABORT"));
        }
    }

    @Test
    void aFolderIsAModuleWithItsLibraries() throws IOException {
        Path library = ModuleJar.compile(folder,
                Map.of("test/lib/Words.java", "package test.lib;\npublic class Words { public static String of() { return \"lib\"; } }"));
        Path libraries = folderOf(library);
        Path jar = ModuleJar.compile(folder, ModuleJar.sources("test.withlib", "requires jar.a;", """
                public void configure(Registrar r) {
                    r.command(CommandSpec.of("WITHLIB", 1), (call, args, out) -> out.bulk(test.lib.Words.of()));
                }
                """), libraries);
        Files.copy(jar, libraries.resolve("module.jar"));
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, libraries);
            assertEquals("lib", client.text("WITHLIB"));
            Files.delete(libraries.resolve("jar-a.jar"));
            Files.delete(libraries.resolve("module.jar"));
            assertEquals("lib", client.text("WITHLIB"));
            String reply = client.text("MODULE", "LOAD", jar.toString());
            assertTrue(reply.contains("jar.a"), reply);
        }
    }

    @Test
    void loadExSetsOptionsAndArgumentsOrLoadsNothing() throws IOException {
        Path jar = jar("test.hello", "", HELLO);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            for (List<String> wrong : List.of(List.of("CONFIG", "hello.times", "99"), List.of("CONFIG", "hello.nothing", "1"),
                    List.of("CONFIG", "maxmemory", "1"))) {
                List<String> words = new ArrayList<>(List.of("MODULE", "LOADEX", jar.toString()));
                words.addAll(wrong);
                String reply = client.text(words.toArray(String[]::new));
                assertTrue(reply.startsWith("ERR Error loading the extension. module 'hello': option '" + wrong.get(1) + "': "), reply);
                assertTrue(client.text("HELLO.SAY", "x").startsWith("ERR unknown command"));
            }
            assertTrue(client.text("MODULE", "LOADEX", jar.toString(), "CONFIG", "hello.times").startsWith("ERR syntax error"));
            assertEquals("OK", client.text("MODULE", "LOADEX", jar.toString(), "CONFIG", "hello.times", "2", "ARGS", "a", "b"));
            assertEquals("hello hello x", client.text("HELLO.SAY", "x"));
            assertTrue(client.text("INFO", "hello").contains("hello_arguments:a+b"));
            assertEquals("0", client.call("CONFIG", "GET", "maxmemory").elements().get(1).text());
            assertTrue(client.text("INFO", "modules").contains("module:name=hello,ver=1,"));
        }
    }

    @Test
    void aFailingHandlerIsAnErrorOfItsModuleAndItsStackIsLoggedOnce() throws IOException {
        Path jar = jar("test.failing", "", """
                public void configure(Registrar r) {
                    r.command(CommandSpec.of("FAILING.RUN", 1), (call, args, out) -> fail());
                    r.command(CommandSpec.of("FAILING.LINK", 1), (call, args, out) -> {
                        throw new NoClassDefFoundError("test/failing/Missing");
                    });
                }

                private static void fail() {
                    throw new IllegalStateException("by design");
                }
                """);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, jar);
            for (int i = 0; i < 10; i++) {
                assertEquals("ERR internal error in command 'failing.run' of module 'failing': IllegalStateException",
                        client.text("FAILING.RUN"));
            }
            assertEquals("ERR internal error in command 'failing.link' of module 'failing': NoClassDefFoundError (test.failing.Missing)",
                    client.text("FAILING.LINK"));
            assertEquals("PONG", client.text("PING"));
            String log = server.log();
            assertEquals(log.indexOf("test.failing.M.fail("), log.lastIndexOf("test.failing.M.fail("), log);
            assertTrue(log.contains("by design; 8 times so far"), log);
        }
    }

    @Test
    void aHandlerThatBreathesLetsOthersHearThatTheServerIsBusyAndShowsInTheLogs() throws IOException {
        Path jar = jar("test.slow", "", """
                private volatile boolean stop;

                public void configure(Registrar r) {
                    r.command(CommandSpec.of("SLOW.RUN", 1), (call, args, out) -> {
                        while (!stop) {
                            call.breathe();
                        }
                        out.ok();
                    });
                    r.command(CommandSpec.of("SLOW.STOP", 1).flags(CommandFlag.ALLOW_BUSY), (call, args, out) -> {
                        stop = true;
                        out.ok();
                    });
                }
                """);
        try (ServerProcess server =
                Modules.start("--busy-reply-threshold", "5", "--latency-monitor-threshold", "1", "--slowlog-log-slower-than", "1000");
                RespClient client = server.connect();
                RespClient slow = server.connect()) {
            Modules.load(client, jar);
            slow.begin("SLOW.RUN");
            Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
            String reply = client.text("GET", "k");
            while (!reply.startsWith("BUSY")) {
                assertTrue(Instant.now().isBefore(deadline), reply);
                reply = client.text("GET", "k");
            }
            assertEquals("BUSY Redis is busy running a module command.", reply);
            assertEquals("OK", client.text("SLOW.STOP"));
            assertEquals("OK", slow.read().text());
            assertEquals("PONG", client.text("PING"));
            assertTrue(client.call("SLOWLOG", "GET", "5").toString().contains("SLOW.RUN"));
            assertTrue(
                    client.call("LATENCY", "LATEST").elements().stream().anyMatch(e -> e.elements().getFirst().text().equals("command")));
        }
    }

    @Test
    void theConfigurationLoadsModulesAndSetsTheirOptionsAndRewriteKeepsBoth() throws IOException {
        Path jar = jar("test.hello", "", HELLO);
        Path file = Files.writeString(folder.resolve("cairn.conf"), "hello.times 3\nloadmodule " + jar + " a b\n");
        List<String> command = List.of(HOME.resolve("bin/cairn-server").toString(), file.toString());
        try (ServerProcess server = ServerProcess.start("Cairn with a configuration", command); RespClient client = server.connect()) {
            assertEquals("hello hello hello x", client.text("HELLO.SAY", "x"));
            client.call("CONFIG", "SET", "hello.times", "2");
            assertEquals("OK", client.text("CONFIG", "REWRITE"));
        }
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.contains("loadmodule " + jar + " a b"), lines.toString());
        assertTrue(lines.contains("hello.times 2"), lines.toString());
    }
}
