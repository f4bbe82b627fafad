package dev.cairn.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.cairn.api.ServerModule;
import dev.cairn.api.command.CommandFlag;
import dev.cairn.api.command.CommandSpec;

/** The contract of commands, held by those that every server has; the list of examples covers them all. */
@Timeout(300)
class IntrinsicCommandsTest extends CommandContract {
    @Override
    protected ServerModule module() {
        return new SampleModule();
    }

    @Override
    List<CommandSpec> commands() throws Exception {
        try (TestServer server = TestServer.with().start()) {
            return server.commands("core");
        }
    }

    /** The intrinsic commands know the core, so that nothing can be put between them and the keys. */
    @Override
    Stream<DynamicTest> opensTheKeysOfItsKeySpecs() {
        return Stream.of();
    }

    @Override
    protected Set<String> testedElsewhere() {
        return Set.of("MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "QUIT", "RESET", "SHUTDOWN", "CLIENT|REPLY", "MONITOR", "SELECT",
                "CONFIG|REWRITE", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE");
    }

    private static Example box(String line) {
        return Example.of(line).after("BOX.PUT k v", "BOX.PUT l w");
    }

    private static Example varying(String line) {
        return box(line).but(Leeway.VARYING_REPLY);
    }

    @Override
    protected List<Example> examples() {
        List<Example> all = new ArrayList<>(List.of(
                box("AUTH wrong"), box("AUTH default wrong"), varying("HELLO"), box("HELLO 4"), box("PING"), box("PING text"),
                box("ECHO text"),
                box("CLIENT"), varying("CLIENT ID"), varying("CLIENT INFO"), box("CLIENT GETNAME"), box("CLIENT SETNAME me"),
                box("CLIENT SETNAME a\nb"), box("CLIENT SETINFO LIB-NAME lib"), box("CLIENT SETINFO other lib"), box("CLIENT HELP"),
                varying("CLIENT LIST"), box("CLIENT LIST TYPE replica"), box("CLIENT KILL 1.2.3.4:5"), box("CLIENT KILL ID 999999"),
                box("CLIENT NOSUCH")));
        all.addAll(List.of(
                box("CLIENT CAPA redirect"), box("CLIENT GETREDIR"), box("CLIENT NO-EVICT ON"), box("CLIENT NO-TOUCH OFF"),
                box("CLIENT PAUSE 0 WRITE"), box("CLIENT PAUSE -1"), box("CLIENT PAUSE 1 x"), box("CLIENT UNPAUSE"),
                box("CLIENT UNBLOCK 999999"), box("CLIENT UNBLOCK 1 x")));
        all.addAll(List.of(
                box("COMMAND COUNT"), box("COMMAND INFO box.put nosuch").but(Leeway.DIFFERS_BY_PROTOCOL), box("COMMAND DOCS box.put"),
                box("COMMAND GETKEYS BOX.PUT a b"), box("COMMAND GETKEYS PING"), box("COMMAND GETKEYSANDFLAGS RENAME a b"),
                box("COMMAND LIST FILTERBY MODULE sample"), box("COMMAND LIST FILTERBY ACLCAT string"), box("COMMAND HELP")));
        all.addAll(List.of(
                box("DEL k l m"), box("UNLINK k m"), box("EXISTS k k m"), box("TOUCH k m"), box("TYPE k"), box("TYPE m"), box("RENAME k m"),
                box("RENAME m k"), box("RENAMENX k l"), box("RENAMENX k m"), box("COPY k m"), box("COPY k l"), box("COPY k l REPLACE"),
                box("COPY k k"), box("MOVE k 1"), box("MOVE k 0"), box("MOVE m 1"), varying("RANDOMKEY"), Example.of("RANDOMKEY"),
                box("KEYS k*"), box("KEYS nosuch"), box("EXPIRE k 1000"), box("EXPIRE k 1000 NX GT"), box("PEXPIRE k 1000000 NX"),
                box("EXPIREAT k 33177117420"), box("PEXPIREAT k 1"), box("TTL k"), box("TTL m"), box("PTTL k"), box("EXPIRETIME k"),
                Example.of("PEXPIRETIME k").after("BOX.PUT k v", "PEXPIREAT k 33177117420000"),
                Example.of("PERSIST k").after("BOX.PUT k v", "EXPIRE k 100"), box("PERSIST k"), Example.of("SCAN 0").after("BOX.PUT k v"),
                box("SCAN 0 MATCH x* COUNT 100 TYPE box"), box("SCAN x")));
        all.addAll(List.of(
                box("OBJECT ENCODING k"), box("OBJECT ENCODING m"), box("OBJECT FREQ k"), varying("OBJECT IDLETIME k"),
                box("OBJECT REFCOUNT k"),
                box("OBJECT HELP"), box("DBSIZE"), box("FLUSHDB"), box("FLUSHDB ASYNC"), box("FLUSHALL SYNC"), box("FLUSHALL NOSUCH"),
                box("SWAPDB 0 1"), box("SWAPDB 0 99"), varying("TIME"), box("ROLE"), box("CONFIG GET hz maxclients"),
                box("CONFIG GET nosuch"),
                box("CONFIG SET hz 11"), box("CONFIG SET nosuch 1"), box("CONFIG RESETSTAT"), box("CONFIG HELP"), varying("INFO"),
                box("INFO nosuch"), box("DEBUG HELP"), varying("DEBUG JMAP"), box("DEBUG NOSUCH")));
        all.addAll(List.of(
                box("MODULE"), varying("MODULE LIST"), box("MODULE LOAD missing.jar"), box("MODULE LOADEX missing.jar ARGS a"),
                box("MODULE LOADEX missing.jar NOSUCH"), box("MODULE UPGRADE nosuch missing.jar"),
                box("MODULE UPGRADE nosuch missing.jar CONFIG x"), box("MODULE UNLOAD nosuch"), box("MODULE HELP")));
        all.addAll(List.of(
                box("PUBLISH c text"), box("SPUBLISH c text"), box("UNSUBSCRIBE"), box("PUNSUBSCRIBE p*"), box("SUNSUBSCRIBE c"),
                box("PUBSUB CHANNELS"), box("PUBSUB CHANNELS a b"), box("PUBSUB NUMSUB c"), box("PUBSUB NUMPAT"),
                box("PUBSUB SHARDCHANNELS x*"), box("PUBSUB SHARDNUMSUB c"), box("PUBSUB HELP"), box("PUBSUB NOSUCH")));
        all.addAll(List.of(
                varying("SLOWLOG GET"), box("SLOWLOG GET -2"), varying("SLOWLOG LEN"), box("SLOWLOG RESET"), box("SLOWLOG HELP"),
                box("LATENCY LATEST"), box("LATENCY HISTORY nosuch"), box("LATENCY GRAPH nosuch"), varying("LATENCY DOCTOR"),
                box("LATENCY RESET nosuch"), varying("LATENCY HISTOGRAM"), box("LATENCY HISTOGRAM nosuch"), box("LATENCY HELP"),
                box("MEMORY USAGE k"), box("MEMORY USAGE m"), box("MEMORY USAGE k SAMPLES x"), varying("MEMORY STATS"),
                varying("MEMORY DOCTOR"), varying("MEMORY MALLOC-STATS"), box("MEMORY PURGE"), box("MEMORY HELP"), varying("LOLWUT"),
                box("SLOWLOG NOSUCH"), box("LATENCY NOSUCH"), box("MEMORY NOSUCH")));
        return all;
    }

    @Test
    void everyCommandThatReadsOrWritesKeysHasAKeySpec() throws Exception {
        Set<String> withoutKeys = Set.of("RANDOMKEY", "KEYS", "SCAN", "DBSIZE", "FLUSHDB", "FLUSHALL", "SWAPDB", "LOLWUT");
        for (CommandSpec spec : commands()) {
            if (spec.is(CommandFlag.READONLY) || spec.is(CommandFlag.WRITE)) {
                assertEquals(withoutKeys.contains(spec.name()), spec.keySpecs().isEmpty(), spec.name());
            }
        }
    }

    @Test
    void executesOrForgetsTransactions() {
        try (TestServer server = TestServer.with(module()).start(); TestClient a = server.client(); TestClient b = server.client()) {
            assertEquals("ERR EXEC without MULTI", a.line("EXEC"));
            assertEquals("ERR DISCARD without MULTI", a.line("DISCARD"));
            assertEquals("OK", a.line("MULTI"));
            assertEquals("QUEUED", a.line("BOX.PUT k v"));
            assertEquals("nil", b.line("BOX.GET k"));
            assertEquals("OK", a.line("DISCARD"));
            assertEquals("OK", a.line("WATCH k"));
            b.line("BOX.PUT k other");
            a.line("MULTI");
            a.line("BOX.PUT k mine");
            assertEquals("nil", a.line("EXEC"));
            a.line("WATCH k");
            assertEquals("OK", a.line("UNWATCH"));
            b.line("BOX.PUT k other");
            a.line("MULTI");
            a.line("BOX.PUT k mine");
            assertEquals("[OK]", a.line("EXEC"));
            a.line("MULTI");
            assertEquals("[]", a.line("EXEC"));
            for (String line : List.of("MULTI", "WATCH k")) {
                a.line("MULTI");
                assertEquals("ERR Command not allowed inside a transaction", a.line(line));
                assertEquals("EXECABORT Transaction discarded because of previous errors.", a.line("EXEC"));
            }
        }
    }

    @Test
    void selectsResetsAndQuits() {
        try (TestServer server = TestServer.with(module()).start(); TestClient client = server.client(3)) {
            assertEquals("OK", client.line("SELECT 5"));
            assertEquals("ERR DB index is out of range", client.line("SELECT 16"));
            client.line("CLIENT SETNAME me");
            assertTrue(client.line("CLIENT INFO").contains(" db=5 "));
            client.line("MULTI");
            assertEquals("RESET", client.line("RESET"));
            String info = client.line("CLIENT INFO");
            assertTrue(info.contains(" db=0 ") && info.contains(" resp=2 ") && info.contains(" name= "), info);
            // in one write: the client may be closed before a second one
            client.raw("QUIT\r\nPING\r\n");
            assertEquals("+OK\r\n", new String(client.receiveToEnd(), java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    @Test
    void shutsDown() throws Exception {
        TestServer server = TestServer.with(module()).start();
        TestClient client = server.client();
        assertFalse(client.line("SHUTDOWN NOSUCH").isEmpty());
        client.send("SHUTDOWN", "NOSAVE");
        assertEquals(0, client.receiveToEnd().length);
        server.close();
    }

    @Test
    void doesNotRewriteAConfigurationThatHasNoFile() {
        try (TestServer server = TestServer.with(module()).start(); TestClient client = server.client()) {
            assertEquals("ERR The server is running without a config file", client.line("CONFIG REWRITE"));
        }
    }
}
