package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jspecify.annotations.Nullable;

import dev.cairn.api.ModuleContext;
import dev.cairn.api.ModuleInfo;
import dev.cairn.api.ModuleRejected;
import dev.cairn.api.Registrar;
import dev.cairn.api.ServerModule;
import dev.cairn.api.command.Args;
import dev.cairn.api.command.Bytes;
import dev.cairn.api.command.Call;
import dev.cairn.api.command.CallOption;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;
import dev.cairn.api.command.Reply;
import dev.cairn.api.command.Suspension;
import dev.cairn.api.command.Value;
import dev.cairn.api.event.KeyEventClass;

/** Commands that modules call: within their own, from timers, from listeners. */
@Timeout(300)
class OutcallTest {
    private final RecordingLog log = new RecordingLog();
    private final Caller caller = new Caller();
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new SampleModule(), caller, log).expectFailures().start();
        client = server.client(3);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** {@code CALL word...} calls; {@code CALL.WITH OPTION word...} calls with an option. */
    private static final class Caller implements ServerModule {
        @Nullable ModuleContext context;
        @Nullable Value heard;

        @Override
        public ModuleInfo info() {
            return ModuleInfo.of("caller", 1);
        }

        private static CommandSpec.Builder spec(String name, int arity) {
            return CommandSpec.of(name, arity).summary("Calls.").complexity("O(1)").since("1.0.0").acl("calling")
                    .flags(CommandFlag.WRITE);
        }

        @Override
        public void configure(Registrar r) {
            r.aclCategory("calling");
            r.command(spec("CALL", -2).syntax("word..."), (call, args, out) -> out.value(call.outcall().call(words(args, 1))));
            r.command(spec("CALL.WITH", -3).syntax("option word..."), (call, args, out) -> out
                    .value(call.outcall().call(EnumSet.of(CallOption.valueOf(args.at(1).text())), words(args, 2))));
            r.command(spec("CALL.TWICE", -2).syntax("word..."), (call, args, out) -> {
                call.outcall().call(words(args, 1));
                out.value(call.outcall().call(words(args, 1)));
            });
            r.command(spec("CALL.OWN", 3).syntax("key value"), this::own);
            r.command(spec("CALL.LATER", -2).syntax("word...").flags(CommandFlag.BLOCKING), this::later);
            r.onKeys(Set.of(KeyEventClass.MODULE), (db, eventClass, event, key) -> {
                if (key.text().equals("listened")) {
                    heard = Objects.requireNonNull(context).outcall(db).call("BOX.PUT", "by-listener", "v");
                }
            });
        }

        @Override
        public void start(ModuleContext c) {
            context = c;
        }

        private static Bytes[] words(Args args, int from) {
            return IntStream.range(from, args.size()).mapToObj(args::at).toArray(Bytes[]::new);
        }

        /** Says what is to be logged, and calls another command that is not to be. */
        private void own(Call call, Args args, Reply out) {
            call.effects().command(Bytes.of("BOX.PUT"), args.at(1), args.at(2));
            out.value(call.outcall().call(Bytes.of("BOX.PUT"), args.at(1), args.at(2)));
        }

        private void later(Call call, Args args, Reply out) {
            Args kept = args.retain();
            call.suspend(new Suspension(100_000, List.of(), false, (c, o) -> false, (c, o) -> {
                o.value(c.outcall().call(words(kept, 1)));
                return true;
            }, () -> {
            }));
        }
    }

    @Test
    void givesTheReplyOfTheCalledCommand() throws Exception {
        assertEquals("OK", client.line("CALL BOX.PUT k v"));
        assertEquals("v", client.line("CALL BOX.GET k"));
        assertEquals("nil", client.line("CALL BOX.GET none"));
        assertEquals("1", client.line("CALL EXISTS k"));
        assertEquals(client.call("BOX.SHAPES"), client.call("CALL", "BOX.SHAPES"));
        assertEquals(Values.inResp2(client.call("BOX.SHAPES")), client.call("CALL.WITH", "RESP2", "BOX.SHAPES"));
    }

    @Test
    void callsOnTheDatabaseOfTheClient() throws Exception {
        client.line("SELECT 3");
        assertEquals("OK", client.line("CALL BOX.PUT k v"));
        assertEquals("1", client.line("EXISTS k"));
        client.line("SELECT 0");
        assertEquals("0", client.line("EXISTS k"));
    }

    @Test
    void errorsAreValues() throws Exception {
        assertEquals("ERR unknown command 'NONE', with args beginning with: 'x' ", client.line("CALL NONE x"));
        assertEquals("ERR wrong number of arguments for 'box.get' command", client.line("CALL BOX.GET"));
        assertEquals("ERR unknown subcommand 'none'. Try CONFIG HELP.", client.line("CALL CONFIG none"));
        assertTrue(client.line("CALL BOX.FAIL runtime").contains("internal error"), "no internal error");
        for (String command : List.of("MULTI", "SUBSCRIBE c", "AUTH p", "CLIENT ID", "MONITOR", "QUIT", "RESET")) {
            String reply = client.line("CALL " + command);
            assertTrue(reply.contains("needs a client and cannot be called by a module"), reply);
        }
        assertEquals("PONG", client.line("PING"));
        assertEquals("{hz=10}", client.line("CALL CONFIG GET hz"));
    }

    @Test
    void aReadOnlyCallRefusesToWrite() throws Exception {
        assertTrue(client.line("CALL.WITH READ_ONLY BOX.PUT k v").contains("read-only"), "wrote");
        assertEquals("nil", client.line("CALL.WITH READ_ONLY BOX.GET k"));
    }

    @Test
    void aBlockingCommandDoesNotWait() throws Exception {
        assertEquals("nil", client.line("CALL BOX.TAKE k 0"));
        assertEquals("PONG", client.line("PING"));
    }

    @Test
    void callsNestAsDeepAsTheyMay() throws Exception {
        String deepest = "CALL ".repeat(16);
        assertEquals("OK", client.line(deepest + "BOX.PUT k v"));
        assertTrue(client.line("CALL " + deepest + "BOX.PUT k v").contains("internal error"), "no bound");
        assertEquals("v", client.line(deepest + "BOX.GET k"));
    }

    @Test
    void theWordsOfTheCallerStandForWhatItCalls() throws Exception {
        assertEquals(List.of("CALL BOX.PUT k v"), log.of(server, client, "CALL", "BOX.PUT", "k", "v"));
        assertEquals(List.of("CALL PEXPIRE k 1000000"), log.of(server, client, "CALL", "PEXPIRE", "k", "1000000"));
        assertEquals(List.of("CALL CALL DEL k"), log.of(server, client, "CALL", "CALL", "DEL", "k"));
        assertEquals(List.of(), log.of(server, client, "CALL", "BOX.GET", "k"));
        assertEquals(List.of("CALL.TWICE BOX.PUT k v"), log.of(server, client, "CALL.TWICE", "BOX.PUT", "k", "v"));
    }

    @Test
    void aLoggedCallStandsForTheCaller() throws Exception {
        assertEquals(List.of("BOX.PUT k v"), log.of(server, client, "CALL.WITH", "LOGGED", "BOX.PUT", "k", "v"));
        String expiry = String.join(" ", log.of(server, client, "CALL.WITH", "LOGGED", "PEXPIRE", "k", "1000000"));
        assertTrue(expiry.startsWith("PEXPIREAT k "), expiry);
        assertEquals(List.of("BOX.PUT k w"), log.of(server, client, "CALL.OWN", "k", "w"));
    }

    @Test
    void aTransactionLogsTheCallersWords() throws Exception {
        client.line("MULTI");
        client.line("BOX.PUT a 1");
        client.line("CALL BOX.PUT b 2");
        client.line("CALL.WITH LOGGED BOX.PUT c 3");
        assertEquals(List.of("MULTI", "BOX.PUT a 1", "CALL BOX.PUT b 2", "BOX.PUT c 3", "EXEC"), log.of(server, client, "EXEC"));
    }

    @Test
    void whatATimerOrAResumedCommandCallsIsLoggedByItself() throws Exception {
        ModuleContext context = Objects.requireNonNull(caller.context);
        log.take();
        server.onMain(() -> context.loop().after(Duration.ofSeconds(500), () -> context.outcall(2).call("BOX.PUT", "timed", "v")));
        server.advance(Duration.ofSeconds(600));
        server.awaitTurn();
        assertEquals(List.of("SELECT 2", "BOX.PUT timed v"), log.take());
        client.send("CALL.LATER", "BOX.PUT", "later", "v");
        server.awaitBlocked(1);
        log.take();
        server.advance(Duration.ofSeconds(110));
        assertEquals("OK", client.receiveText());
        server.awaitTurn();
        assertEquals(List.of("SELECT 0", "BOX.PUT later v"), log.take());
        assertInstanceOf(IllegalStateException.class,
                assertThrows(RuntimeException.class, () -> context.outcall(0).call("BOX.GET", "k")));
        assertThrows(IllegalArgumentException.class, () -> context.outcall(16));
    }

    @Test
    void aListenerInsideOfACommandMustNotWrite() throws Exception {
        assertEquals(List.of("BOX.PUT listened v"), log.of(server, client, "BOX.PUT", "listened", "v"));
        String heard = Values.text(Objects.requireNonNull(caller.heard));
        assertTrue(heard.contains("a listener inside of a command must not"), heard);
        assertEquals("0", client.line("EXISTS by-listener"));
    }

    @Test
    void wakesThoseWhoWaitForTheKey() throws Exception {
        try (TestClient waiting = server.client()) {
            waiting.send("BOX.TAKE", "k", "0");
            server.awaitBlocked(1);
            client.line("CALL BOX.PUT k v");
            assertEquals("v", waiting.receiveText());
            waiting.send("BOX.TAKE", "k", "0");
            server.awaitBlocked(1);
            server.onMain(() -> Objects.requireNonNull(caller.context).outcall(0).call("BOX.PUT", "k", "w"));
            assertEquals("w", waiting.receiveText());
        }
    }

    @Test
    void countsAndShowsWhatIsCalled() throws Exception {
        try (TestClient monitor = server.client()) {
            assertEquals("OK", monitor.line("MONITOR"));
            client.line("CALL BOX.PUT k v");
            String called = monitor.receiveText();
            assertTrue(called.endsWith("[0 module] \"BOX.PUT\" \"k\" \"v\""), called);
            assertTrue(monitor.receiveText().endsWith("\"CALL\" \"BOX.PUT\" \"k\" \"v\""), "the caller is not shown");
        }
        client.line("CALL BOX.FAIL runtime");
        String stats = client.line("INFO commandstats");
        assertTrue(stats.contains("cmdstat_box.put:calls=1"), stats);
        assertTrue(stats.matches("(?s).*cmdstat_box.fail:calls=1[^\\r]*failed_calls=1.*"), stats);
        assertTrue(stats.matches("(?s).*cmdstat_call:calls=2[^\\r]*failed_calls=1.*"), stats);
    }

    @Test
    void aReplyThatTheHeapCannotTakeIsAnError() throws Exception {
        String much = Long.toString(Math.min(Runtime.getRuntime().maxMemory() / 32 / 1024 * 3 + 2048, 1 << 20));
        assertEquals("ERR the reply is too large for a module to be given", client.line("CALL BOX.FILL " + much));
        assertEquals("PONG", client.line("CALL PING"));
    }

    @Test
    void categoriesOfModulesAreListed() throws Exception {
        assertTrue(client.line("COMMAND INFO CALL").contains("@calling"), "COMMAND INFO");
        assertEquals("[call, call.later, call.own, call.twice, call.with]",
                client.line("COMMAND LIST FILTERBY ACLCAT calling").replaceAll("[\\[\\]]", "").lines()
                        .flatMap(l -> java.util.Arrays.stream(l.split(", "))).sorted().toList().toString());
    }

    @Test
    void aCategoryIsDeclaredOnceAndNotTheServers() throws Exception {
        assertEquals("ACL category 'calling' of module 'second' is taken by module 'caller'",
                assertThrows(ModuleRejected.class, () -> server.register(declares(r -> r.aclCategory("calling")))).getMessage());
        assertEquals("ACL category 'read' of module 'second' is the server's own",
                assertThrows(ModuleRejected.class, () -> server.register(declares(r -> r.aclCategory("read")))).getMessage());
        assertEquals("command 'second' of module 'second' is in ACL category 'none', which no module declares",
                assertThrows(ModuleRejected.class,
                        () -> server.register(declares(
                                r -> r.command(CommandSpec.of("SECOND", 1).acl("none"), (call, args, out) -> out.ok()))))
                        .getMessage());
        assertTrue(assertThrows(ModuleRejected.class, () -> server.register(declares(r -> r.aclCategory("No Name")))).getMessage()
                .contains("want lower-case letters"), "a name with a space");
    }

    private static ServerModule declares(Consumer<Registrar> declarations) {
        return new ServerModule() {
            @Override
            public ModuleInfo info() {
                return ModuleInfo.of("second", 1);
            }

            @Override
            public void configure(Registrar r) {
                declarations.accept(r);
            }
        };
    }
}
