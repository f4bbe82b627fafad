package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.cairn.testkit.RecordingLog;
import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;

/** What strings and keys have logged: commands that do the same whenever they are repeated. */
class LoggedCommandsTest {
    private final RecordingLog log = new RecordingLog();
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new StringModule(), log).config("enable-debug-command yes").start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private List<String> logged(String line) throws Exception {
        return log.of(server, client, line.split(" "));
    }

    @Test
    void aWriteIsLoggedWithItsWordsAsTheyCame() throws Exception {
        assertEquals(List.of("set k v"), logged("set k v"));
        assertEquals(List.of("append k more"), logged("append k more"));
        assertEquals(List.of("MSET a 1 b 2"), logged("MSET a 1 b 2"));
        assertEquals(List.of("incrby a -12345678901"), logged("incrby a -12345678901"));
        assertEquals(List.of("DEL a b"), logged("DEL a b"));
        assertEquals(List.of("RENAME k other"), logged("RENAME k other"));
    }

    @Test
    void whatReadsOrChangesNothingIsNotLogged() throws Exception {
        assertEquals(List.of(), logged("GET k"));
        assertEquals(List.of(), logged("DEL nothing"));
        assertEquals(List.of(), logged("SETRANGE k 5 x y"));
        client.call("SET", "k", "v");
        server.awaitTurn();
        assertEquals(List.of(), logged("SETNX k w"));
        assertEquals(List.of(), logged("INCR k"));
        assertEquals(List.of(), logged("GETEX k"));
        assertEquals(List.of(), logged("SET k w NX"));
    }

    @Test
    void relativeExpiriesAreLoggedAsMoments() throws Exception {
        long now = System.currentTimeMillis();
        String set = logged("SETEX k 100 v").getFirst();
        assertTrue(set.startsWith("SET k v PXAT "), set);
        assertTrue(Long.parseLong(set.substring(13)) >= now + 90_000, set);
        assertTrue(logged("PSETEX k 1000000 v").getFirst().startsWith("SET k v PXAT "));
        assertTrue(logged("SET k v EX 1000 NX GET").isEmpty());
        assertTrue(logged("SET k v EX 1000 XX GET").getFirst().startsWith("SET k v PXAT "));
        assertEquals(List.of("SET k w KEEPTTL"), logged("SET k w KEEPTTL"));
        assertEquals(List.of("SET k x"), logged("SET k x GET"));
        assertTrue(logged("EXPIRE k 1000").getFirst().startsWith("PEXPIREAT k "));
        assertEquals(List.of("PEXPIREAT k 9999999999000"), logged("EXPIREAT k 9999999999"));
        assertTrue(logged("GETEX k PX 500000").getFirst().startsWith("PEXPIREAT k "));
        assertEquals(List.of("PERSIST k"), logged("GETEX k PERSIST"));
        assertEquals(List.of("DEL k"), logged("PEXPIREAT k 1"));
    }

    @Test
    void whatDependsOnTheValueBeforeIsLoggedAsItsResult() throws Exception {
        assertEquals(List.of("SET f 2.5 KEEPTTL"), logged("INCRBYFLOAT f 2.5"));
        assertEquals(List.of("SET f 3"), logged("GETSET f 3"));
        assertEquals(List.of("DEL f"), logged("GETDEL f"));
    }

    @Test
    void anExpiredKeyIsLoggedAsDeletedBeforeTheCommandThatMetIt() throws Exception {
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        client.call("SET", "k", "v", "PX", "10");
        server.advance(Duration.ofMillis(20));
        assertEquals(List.of("DEL k"), logged("GET k"));
        client.call("SET", "k", "v", "PX", "10");
        server.advance(Duration.ofMillis(20));
        assertEquals(List.of("MULTI", "DEL k", "INCR k", "EXEC"), logged("INCR k"));
    }

    @Test
    void theActiveExpiryLogsWhatItDeletes() throws Exception {
        client.call("SET", "k", "v", "PX", "10");
        server.advance(Duration.ofMillis(20));
        server.await("the key is gone", () -> server.database(0).size() == 0);
        server.awaitTurn();
        assertEquals("DEL k", log.take().getLast());
    }

    @Test
    void aTransactionIsLoggedWholeAndOneOfOneChangeWithoutWrap() throws Exception {
        client.pipeline(List.of(words("MULTI"), words("SET a 1"), words("GET a"), words("INCR a")));
        assertEquals(List.of("MULTI", "SET a 1", "INCR a", "EXEC"), logged("EXEC"));
        client.pipeline(List.of(words("MULTI"), words("GET a"), words("INCR a")));
        assertEquals(List.of("INCR a"), logged("EXEC"));
        client.pipeline(List.of(words("MULTI"), words("GET a")));
        assertEquals(List.of(), logged("EXEC"));
    }

    @Test
    void aChangeOfTheDatabaseIsLoggedBeforeItsFirstWrite() throws Exception {
        client.call("SELECT", "3");
        assertEquals(List.of("SELECT 3", "set k v"), logged("set k v"));
        assertEquals(List.of("set k w"), logged("set k w"));
        client.pipeline(List.of(words("MULTI"), words("SELECT 1"), words("SET a 1"), words("SELECT 2"), words("SET b 2")));
        assertEquals(List.of("SELECT 1", "MULTI", "SET a 1", "SELECT 2", "SET b 2", "EXEC"), logged("EXEC"));
        assertEquals(List.of("SWAPDB 1 2"), logged("SWAPDB 1 2"));
        assertEquals(List.of("FLUSHALL"), logged("FLUSHALL"));
    }

    @Test
    void aLargeValueIsLoggedThoughItsMemoryCouldBeTakenOver() throws Exception {
        String large = "x".repeat(3 << 20);
        assertEquals(List.of("MSET k " + large + " k " + large), log.of(server, client, "MSET", "k", large, "k", large));
        assertEquals(large, client.text("GET", "k"));
    }

    private static String[] words(String line) {
        return line.split(" ");
    }

    private String changes() {
        return client.text("INFO", "persistence").lines().filter(l -> l.startsWith("rdb_changes_since_last_save:")).findFirst()
                .orElse(":none").replaceAll(".*:", "");
    }

    @Test
    void aFlushIsLoggedThoughNothingIsThereAndCountsTheKeysOnly() throws Exception {
        assertEquals(List.of("FLUSHALL"), logged("FLUSHALL"));
        assertEquals(List.of("flushdb ASYNC"), logged("flushdb ASYNC"));
        assertEquals("0", changes());
        client.call("MSET", "a", "1", "b", "2");
        long before = Long.parseLong(changes());
        assertEquals(List.of("FLUSHALL SYNC"), logged("FLUSHALL SYNC"));
        assertEquals(before + 2, Long.parseLong(changes()));
    }
}
