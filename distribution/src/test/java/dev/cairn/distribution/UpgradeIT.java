package dev.cairn.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.cairn.distribution.support.CounterModule;
import dev.cairn.distribution.support.ModuleJar;
import dev.cairn.distribution.support.Modules;
import dev.cairn.distribution.support.RespClient;
import dev.cairn.distribution.support.RespReply;
import dev.cairn.distribution.support.ServerProcess;
import dev.cairn.distribution.support.WorkerModule;

/** Running modules of the built server replaced by newer versions, with their keys, while clients use them. */
@Timeout(900)
class UpgradeIT {
    private static final int KEYS = 3000;

    @TempDir Path folder;

    private Path first() throws IOException {
        return CounterModule.first(folder, CounterModule.PLAIN);
    }

    private Path later(int version) throws IOException {
        return CounterModule.later(folder, version, CounterModule.PLAIN, CounterModule.LOAD);
    }

    private static void populate(RespClient client, int keys) throws IOException {
        List<List<byte[]>> commands = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            commands.add(RespClient.command("COUNTER.SET", "key:" + i, Integer.toString(i)));
        }
        client.pipeline(commands);
    }

    @Test
    void aNewerVersionTakesOverKeysExpiryOptionsArgumentsStatisticsAndTransactions() throws IOException {
        try (ServerProcess server =
                Modules.start("--loadmodule", first().toString(), "one", "two", "--rename-command", "COUNTER.GET", "CGET");
                RespClient client = server.connect();
                RespClient other = server.connect()) {
            populate(client, 100);
            client.call("PEXPIRE", "key:7", "3600000");
            long expires = client.call("PEXPIRETIME", "key:7").number();
            client.call("SELECT", "3");
            client.call("COUNTER.SET", "elsewhere", "3");
            client.call("SELECT", "0");
            client.call("SET", "string", "s");
            client.call("CONFIG", "SET", "counter.step", "4", "counter.color", "blue");
            String digest = client.text("DEBUG", "DIGEST");
            other.call("WATCH", "key:9");
            other.call("MULTI");
            other.call("COUNTER.VERSION");
            other.call("COUNTER.ADD", "key:9");
            Path second = later(2);
            assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", second.toString(), "CONFIG", "counter.color", "red"));

            assertEquals(2, client.call("COUNTER.VERSION").number());
            assertEquals(digest, client.text("DEBUG", "DIGEST"));
            assertEquals("object", client.text("OBJECT", "ENCODING", "key:50"));
            assertEquals(expires, client.call("PEXPIRETIME", "key:7").number());
            assertEquals(-1, client.call("PEXPIRETIME", "key:8").number());
            List<RespReply> executed = other.call("EXEC").elements();
            assertEquals(2, executed.get(0).number(), "the queued command is the newer version's");
            assertEquals(13, executed.get(1).number());
            assertEquals(13, client.call("CGET", "key:9").number());
            assertTrue(client.text("COUNTER.GET", "key:9").startsWith("ERR unknown command"));
            client.call("SELECT", "3");
            assertEquals(7, client.call("COUNTER.ADD", "elsewhere").number());
            assertEquals("red", client.call("CONFIG", "GET", "counter.color").elements().get(1).text());
            assertTrue(client.text("INFO", "counter").contains("counter_version:2\r\ncounter_arguments:one+two"));
            assertTrue(client.text("INFO", "commandstats").contains("cmdstat_counter.set:calls=101,"));
            String list = client.call("MODULE", "LIST").toString();
            assertTrue(list.contains(second.toString()) && list.contains("counter"), list);
            assertTrue(client.text("INFO", "modules").contains("module:name=counter,ver=2,"));
            assertTrue(server.log().contains("Module 'counter' upgraded from version 1 to version 2"));
        }
    }

    @Test
    void whatFailsLeavesEverythingAsItWas() throws IOException {
        Map<Path, String> failures = new LinkedHashMap<>();
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN.replace("more(Registrar r) throws ModuleRejected {",
                "more(Registrar r) throws ModuleRejected { throw new ModuleRejected(\"not here\");"), CounterModule.LOAD), "not here");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN.replace("more(Registrar r) throws ModuleRejected {",
                "more(Registrar r) throws ModuleRejected { r.command(CommandSpec.of(\"GET\", 2), (c, a, o) -> o.ok());"),
                CounterModule.LOAD),
                "command 'get' of module 'counter' is taken by module 'types-string'");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN.replace("begin(ModuleContext c) throws Exception {",
                "begin(ModuleContext c) throws Exception { c.loop().every(Duration.ofMillis(1), () -> {});"
                        + " throw new java.io.IOException(\"no file\");"),
                CounterModule.LOAD), "version 2 cannot start: no file");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN, "long n = in.integer(); if (n == " + (KEYS - 1)
                + ") throw new java.io.IOException(\"too many\"); put(into, n);"),
                "the value at key 'key:" + (KEYS - 1) + "' of type 'counter' cannot be taken over: too many");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN, "put(into, in.integer()); in.bytes();"),
                "the saved value ends after");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN, "in.integer();"), "load has put no value");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN, "put(into, 1);"), "bytes unread");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN, "throw new NoClassDefFoundError(\"test/Missing\");"),
                "NoClassDefFoundError: test/Missing");
        failures.put(CounterModule.later(folder, 2, CounterModule.PLAIN, "int[] much = new int[Integer.MAX_VALUE];"), "OutOfMemoryError");
        failures.put(ModuleJar.compile(folder, "test.counter", 2, "public void configure(Registrar r) {}"),
                "version 2 has no data type 'counter-t', of which there are " + KEYS + " keys");
        failures.put(ModuleJar.compile(folder, "test.other", 2, "public void configure(Registrar r) {}"),
                "is called 'other', not 'counter'");
        failures.put(folder.resolve("absent.jar"), "does not exist");
        failures.put(Files.writeString(folder.resolve("text.jar"), "this is no jar"), "text.jar");
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, first(), "one");
            populate(client, KEYS);
            client.call("PEXPIRE", "key:7", "3600000");
            client.call("CONFIG", "SET", "counter.step", "4");
            String before = state(client);
            for (Map.Entry<Path, String> failure : failures.entrySet()) {
                String reply = client.text("MODULE", "UPGRADE", "counter", failure.getKey().toString());
                assertTrue(reply.startsWith("ERR Error upgrading module: "), reply);
                assertTrue(reply.contains(failure.getValue()), reply);
                assertEquals(before, state(client), reply);
                long ticks = ticks(client);
                Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
                while (ticks(client) == ticks) {
                    assertTrue(Instant.now().isBefore(deadline), "the timer of the older version does not run any more: " + reply);
                }
            }
            client.call("CONFIG", "SET", "counter.step", "7");
            String reply = client.text("MODULE", "UPGRADE", "counter", later(2).toString());
            assertTrue(reply.contains("option 'counter.step': the value '7' is not accepted: argument must be between 1 and 5 inclusive"),
                    reply);
            assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", later(2).toString(), "CONFIG", "counter.step", "5"));
            reply = client.text("MODULE", "UPGRADE", "counter", first().toString());
            assertTrue(reply.contains("data type 'counter-t' of version 1 reads encodings up to 1"), reply);
        }
    }

    /** Everything that a client can see of the modules, and of the keys; what is long as its hash. */
    private static String state(RespClient client) throws IOException {
        List<String> parts = new ArrayList<>();
        for (String command : List.of("COMMAND", "COMMAND DOCS", "CONFIG GET *", "MODULE LIST", "DEBUG DIGEST", "DBSIZE",
                "OBJECT ENCODING key:1", "PEXPIRETIME key:7", "COUNTER.VERSION", "COUNTER.GET key:11", "TYPE key:1", "MEMORY USAGE key:1",
                "INFO modules", "INFO counter")) {
            StringBuilder whole = new StringBuilder();
            append(client.call(command.split(" ")), whole);
            String reply = whole.toString().replaceAll("counter_ticks:\\d+", "");
            parts.add(command + " -> " + (reply.length() < 1000 ? reply : reply.length() + " characters, " + reply.hashCode()));
        }
        return String.join("\n", parts);
    }

    private static void append(RespReply reply, StringBuilder to) {
        to.append(reply.kind()).append(' ').append(reply.text()).append('\n');
        reply.elements().forEach(e -> append(e, to));
    }

    private static long ticks(RespClient client) throws IOException {
        String info = client.text("INFO", "counter");
        return Long.parseLong(info.substring(info.indexOf("counter_ticks:") + 14).trim());
    }

    @Test
    void whatIsNoModuleToUpgradeIsRefused() throws IOException {
        Path second = later(2);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            assertEquals("ERR Error upgrading module: no such module with that name",
                    client.text("MODULE", "UPGRADE", "counter", second.toString()));
            assertEquals("ERR Error upgrading module: the module is part of the distribution",
                    client.text("MODULE", "UPGRADE", "types-string", second.toString()));
            Modules.load(client, first());
            assertTrue(client.text("MODULE", "UPGRADE", "counter").startsWith("ERR wrong number of arguments"));
            assertTrue(client.text("MODULE", "UPGRADE", "counter", second.toString(), "CONFIG", "x").startsWith("ERR syntax error"));
        }
        try (ServerProcess server = ServerProcess.cairn(); RespClient client = server.connect()) {
            assertTrue(client.text("MODULE", "UPGRADE", "counter", second.toString()).startsWith("ERR MODULE command not allowed."));
        }
    }

    @Test
    void clientsThatWaitForKeysWaitOnInTheNewerVersionInTheirOrder() throws IOException {
        try (ServerProcess server = Modules.start();
                RespClient client = server.connect();
                RespClient one = server.connect();
                RespClient two = server.connect();
                RespClient leaving = server.connect()) {
            Modules.load(client, first());
            String id = one.text("CLIENT", "ID");
            block(client, one, 1, "COUNTER.WAIT", "k", "0");
            block(client, two, 2, "COUNTER.WAIT", "k", "0");
            String leavingId = leaving.text("CLIENT", "ID");
            block(client, leaving, 3, "COUNTER.WAIT", "k", "0");
            assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", later(2).toString()));
            assertTrue(client.text("INFO", "counter").contains("counter_waiting:3"));
            assertEquals(1, client.call("CLIENT", "KILL", "ID", leavingId).number());
            client.awaitInfo("counter", "counter_waiting:2\r\n");
            client.call("COUNTER.SET", "k", "99");
            assertTrue(client.text("INFO", "clients").contains("blocked_clients:2\r\n"));
            client.call("COUNTER.ADD", "k");
            assertEquals("version 2", one.read().text());
            assertEquals("version 2", two.read().text());
            assertTrue(client.text("INFO", "commandstats").contains("cmdstat_counter.wait:calls=2,"));
            block(client, one, 1, "COUNTER.WAIT", "absent", "0");
            assertEquals(1, client.call("CLIENT", "UNBLOCK", id).number());
            assertEquals("over in version 2", one.read().text());
        }
    }

    @Test
    void aWaitIsNotLongerBecauseOfUpgrades() throws Exception {
        List<Path> versions = List.of(later(2), later(3));
        try (ServerProcess server = Modules.start();
                RespClient client = server.connect();
                RespClient waiting = server.connect();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Modules.load(client, versions.get(0));
            block(client, waiting, 1, "COUNTER.WAIT", "k", "3000");
            Future<RespReply> reply = threads.submit(waiting::read);
            Instant deadline = Instant.now().plus(Duration.ofSeconds(120));
            int upgrades = 0;
            while (!reply.isDone()) {
                assertTrue(Instant.now().isBefore(deadline), "the wait begins anew each time");
                assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", versions.get(++upgrades % 2).toString()));
            }
            assertNotEquals(0, upgrades);
            assertTrue(reply.get().text().startsWith("over in version "));
        }
    }

    @Test
    void aModuleIsNotUpgradedWhileAClientWaitsInItThatCannotWaitOn() throws IOException {
        String stuck = CounterModule.PLAIN.replace("more(Registrar r) throws ModuleRejected {",
                """
                        more(Registrar r) throws ModuleRejected {
                            r.command(CommandSpec.of("COUNTER.TICKET", 1), (call, args, out) -> ticket = call.suspend(new Suspension(0,
                                    List.of(), false, (c, o) -> true, (c, o) -> true, () -> {})));
                            r.command(CommandSpec.of("COUNTER.CHANGING", 2).keys(KEY).flags(CommandFlag.WRITE), (call, args, out) -> {
                                WriteSlot slot = call.keyspace().write(args.at(1), type);
                                type.put(slot, 1);
                                slot.changed(KeyEventClass.MODULE, EVENT);
                                ticket = call.suspend(new Suspension(0, List.of(args.at(1)), false, (c, o) -> false, (c, o) -> true, () -> {}));
                            });
                            r.command(CommandSpec.of("COUNTER.OLD", 2).keys(KEY), (call, args, out) -> ticket = call.suspend(new Suspension(
                                    0, List.of(args.at(1)), false, (c, o) -> false, (c, o) -> true, () -> {})));
                            r.command(CommandSpec.of("COUNTER.FREE", 1), (call, args, out) -> {
                                ticket.complete((c, o) -> {
                                    o.ok();
                                    return true;
                                });
                                out.ok();
                            });
                        """)
                + "private Ticket ticket;\n";
        Path second = later(2);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect(); RespClient waiting = server.connect()) {
            Modules.load(client, CounterModule.first(folder, stuck));
            for (List<String> wait : List.of(List.of("COUNTER.TICKET"), List.of("COUNTER.CHANGING", "k"), List.of("COUNTER.OLD", "k"))) {
                block(client, waiting, 1, wait.toArray(String[]::new));
                assertEquals(
                        "ERR Error upgrading module: the module has clients blocked in '" + wait.getFirst().toLowerCase(Locale.ROOT)
                                + "' that cannot wait on in the newer version. Please wait for them to be unblocked and try again",
                        client.text("MODULE", "UPGRADE", "counter", second.toString()));
                assertEquals("OK", client.text("COUNTER.FREE"));
                assertEquals("OK", waiting.read().text());
            }
            assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", second.toString()));
        }
    }

    private static void block(RespClient client, RespClient waiting, int blocked, String... command) throws IOException {
        waiting.begin(command);
        client.awaitInfo("clients", "blocked_clients:" + blocked + "\r\n");
    }

    private Path guard(int version, String start) throws IOException {
        return ModuleJar.compile(folder, "test.guard", version, """
                public void configure(Registrar r) {
                    r.aclCategory("guarded");
                    r.filter(words -> {
                        if (words.is(0, Token.of("WHO"))) {
                            words.replace(0, Bytes.of("ECHO"));
                            words.insert(1, Bytes.of("version " + info().version()));
                        }
                    });
                    r.authenticator((client, user, password) -> user.text().equals("v" + info().version())
                            ? Authenticator.Verdict.granted(user.text())
                            : Authenticator.Verdict.UNDECIDED);
                    r.command(CommandSpec.of("GUARD.ON", 1).acl("guarded"), (call, args, out) -> out.ok());
                }

                public void start(ModuleContext c) throws Exception {
                    %s
                }
                """.formatted(start));
    }

    @Test
    void filtersAuthenticatorsAndCategoriesAreThoseOfTheVersionThatRuns() throws IOException {
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, guard(1, ""));
            for (Path version : List.of(guard(2, "throw new java.io.IOException(\"not now\");"), guard(2, ""))) {
                int runs = client.text("MODULE", "UPGRADE", "guard", version.toString()).equals("OK") ? 2 : 1;
                assertEquals("version " + runs, client.text("WHO"));
                assertEquals("OK", client.text("AUTH", "v" + runs, "x"));
                assertTrue(client.text("AUTH", "v" + (3 - runs), "x").startsWith("WRONGPASS"));
                assertEquals(List.of("guard.on"), client.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "guarded").elements().stream()
                        .map(RespReply::text).toList());
            }
            assertEquals("OK", client.text("MODULE", "UNLOAD", "guard"));
            assertTrue(client.text("WHO").startsWith("ERR unknown command"));
            assertTrue(client.text("AUTH", "v2", "x").startsWith("WRONGPASS"));
        }
    }

    @Test
    void backgroundJobsOfTheOlderVersionEndBeforeTheNewerTakesOver() throws IOException {
        try (ServerProcess server = Modules.start(); RespClient client = server.connect(); RespClient upgrading = server.connect()) {
            Modules.load(client, WorkerModule.compile(folder, 1));
            assertEquals("OK", client.text("WORK.RUN"));
            block(client, upgrading, 1, "MODULE", "UPGRADE", "worker", WorkerModule.compile(folder, 2).toString());
            assertTrue(client.text("INFO", "worker").contains("worker_version:1\r\nworker_completed:0"));
            assertEquals("OK", client.text("WORK.GO"));
            assertEquals("OK", upgrading.read().text());
            assertTrue(server.log().contains("stopped by UPGRADE having completed 7"), server.log());
            assertEquals("OK", client.text("WORK.RUN"));
            assertEquals("OK", client.text("WORK.GO"));
            client.awaitInfo("worker", "worker_version:2\r\nworker_completed:7");
        }
    }

    @Test
    void aTransactionUpgradesAtOnceAndGoesOnWithTheNewerVersion() throws IOException {
        Path second = later(2);
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, first());
            populate(client, KEYS);
            client.call("MULTI");
            client.call("COUNTER.VERSION");
            client.call("COUNTER.ADD", "key:1");
            client.call("MODULE", "UPGRADE", "counter", second.toString());
            client.call("COUNTER.VERSION");
            client.call("COUNTER.ADD", "key:1");
            List<RespReply> replies = client.call("EXEC").elements();
            assertEquals(List.of("1", "2", "OK", "2", "3"), replies.stream().map(RespReply::text).toList());
            client.call("MULTI");
            client.call("FLUSHALL");
            client.call("MODULE", "UNLOAD", "counter");
            client.call("COUNTER.ADD", "key:1");
            client.call("ECHO", "on");
            replies = client.call("EXEC").elements();
            assertTrue(replies.get(2).text().startsWith("ERR unknown command 'COUNTER.ADD'"), replies.toString());
            assertEquals("on", replies.get(3).text());
        }
    }

    @Test
    void noCommandIsLostOrRunTwiceWhileVersionsChangeUnderLoad() throws Exception {
        int clients = 6;
        List<Path> versions = List.of(later(2), later(3), later(4));
        List<Integer> order = List.of(2, 3, 4, 3, 2, 4, 2, 3);
        AtomicBoolean stop = new AtomicBoolean();
        try (ServerProcess server = Modules.start(); RespClient control = server.connect();
                ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            Modules.load(control, first());
            populate(control, 20_000);
            control.call("DEL", "shared");
            Path broken = CounterModule.later(folder, 9, CounterModule.PLAIN.replace("begin(ModuleContext c) throws Exception {",
                    "begin(ModuleContext c) throws Exception { throw new java.io.IOException(\"no start\");"), CounterModule.LOAD);
            List<Future<Long>> adders = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int id = i;
                adders.add(threads.submit((Callable<Long>) () -> add(server, id, stop)));
            }
            for (int version : order) {
                assertEquals("OK", control.text("MODULE", "UPGRADE", "counter", versions.get(version - 2).toString()));
                assertEquals(version, control.call("COUNTER.VERSION").number());
                assertTrue(control.text("MODULE", "UPGRADE", "counter", broken.toString()).contains("no start"));
            }
            stop.set(true);
            long sum = 0;
            for (int i = 0; i < clients; i++) {
                long added = adders.get(i).get(60, TimeUnit.SECONDS);
                assertNotEquals(0, added);
                sum += added;
                assertEquals(added, control.call("COUNTER.GET", "own:" + i).number());
            }
            assertEquals(sum, control.call("COUNTER.GET", "shared").number());
            assertEquals(19_999, control.call("COUNTER.GET", "key:19999").number());
        }
    }

    /**
     * Adds to a key of its own and to one of all, and makes and deletes others, in pipelines and transactions; returns how often it has added.
     */
    private static long add(ServerProcess server, int id, AtomicBoolean stop) throws IOException {
        long added = 0;
        try (RespClient client = server.connect()) {
            do {
                List<List<byte[]>> commands = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    commands.add(RespClient.command("COUNTER.ADD", "own:" + id));
                    commands.add(RespClient.command("COUNTER.ADD", "shared"));
                    commands.add(RespClient.command("COUNTER.SET", "passing:" + id, "5"));
                    commands.add(RespClient.command("DEL", "passing:" + id));
                    commands.add(RespClient.command("MULTI"));
                    commands.add(RespClient.command("COUNTER.ADD", "own:" + id));
                    commands.add(RespClient.command("COUNTER.ADD", "shared"));
                    commands.add(RespClient.command("COUNTER.VERSION"));
                    commands.add(RespClient.command("COUNTER.VERSION"));
                    commands.add(RespClient.command("EXEC"));
                }
                List<RespReply> replies = client.pipeline(commands);
                for (int i = 0; i < replies.size(); i += 10) {
                    assertEquals(++added, replies.get(i).number());
                    assertEquals("OK", replies.get(i + 2).text());
                    assertEquals(1, replies.get(i + 3).number());
                    List<RespReply> executed = replies.get(i + 9).elements();
                    assertEquals(++added, executed.get(0).number());
                    assertEquals(executed.get(2).number(), executed.get(3).number(), "the version changed within a transaction");
                }
            } while (!stop.get());
        }
        return added;
    }

    @Test
    void theLogIsReplayedByEitherVersionAndTheConfigurationLoadsTheNewerFromThenOn() throws IOException {
        Path first = first();
        Path second = later(2);
        Path file = Files.writeString(folder.resolve("cairn.conf"), "loadmodule " + first + " a b\n");
        List<String> command = List.of(ServerProcess.distribution().resolve("bin/cairn-server").toString(), file.toString(), "--dir",
                folder.toString(), "--appendonly", "yes", "--enable-module-command", "yes", "--enable-debug-command", "yes");
        String digest;
        try (ServerProcess server = ServerProcess.start("Cairn with the first version", command); RespClient client = server.connect()) {
            populate(client, 50);
            assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", second.toString()));
            client.call("COUNTER.ADD", "key:1");
            digest = client.text("DEBUG", "DIGEST");
            assertEquals("OK", client.text("CONFIG", "REWRITE"));
        }
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.contains("loadmodule " + second + " a b"), lines.toString());
        try (ServerProcess server = ServerProcess.start("Cairn with the second version", command); RespClient client = server.connect()) {
            assertEquals(2, client.call("COUNTER.VERSION").number());
            assertEquals(digest, client.text("DEBUG", "DIGEST"));
            client.call("BGREWRITEAOF");
            client.awaitInfo("persistence", "aof_rewrite_in_progress:0");
        }
        Files.writeString(file, "loadmodule " + first + "\n");
        try (ServerProcess server = ServerProcess.start("Cairn with the first version again", command);
                RespClient client = server.connect()) {
            assertEquals(1, client.call("COUNTER.VERSION").number());
            assertEquals(digest, client.text("DEBUG", "DIGEST"));
        }
    }

    @Test
    void nothingIsLeftOfVersionsThatWereReplacedAHundredTimes() throws Exception {
        List<Path> versions = List.of(later(2), later(3));
        try (ServerProcess server = Modules.start(); RespClient client = server.connect()) {
            Modules.load(client, versions.get(1));
            populate(client, 100);
            for (int i = 0; i < 100; i++) {
                assertEquals("OK", client.text("MODULE", "UPGRADE", "counter", versions.get(i % 2).toString()));
                assertEquals(2 + i % 2, client.call("COUNTER.VERSION").number());
            }
            assertEquals(99, client.call("COUNTER.GET", "key:99").number());
            Modules.awaitNothingLeft(server, client, 100, 1);
        }
    }
}
